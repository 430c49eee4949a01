import { BackupError, codeOf } from '../errors.ts';
import type {
  BackupOptions,
  BackupResult,
  EntryProblem,
  IntoRun,
  PlaceRepository,
  RestoreCheck,
  RestoreIntoOptions,
  RestoreIntoResult,
} from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { HeldService } from '../service/held-service.ts';
import { ServiceNotes } from '../service/notes.ts';
import { type RestoreClaim, RestoreClaims } from './claims.ts';
import { endFailed } from './failed.ts';
import { endInto, type FoundPlace } from './finished.ts';
import { atStep, type JournalEntry, newRestoreId, RestoreJournal } from './journal.ts';
import { backAfter, canReturn, type OwnReturn } from './place-return.ts';

const MAX_PROBLEMS = 100;

/** What a restore into a place works with. */
export interface IntoParts {
  readonly context: RunContext;
  /** What is restored. */
  readonly record: SnapshotRecord;
  readonly repository: PlaceRepository;
  readonly backup: (options: BackupOptions) => Promise<BackupResult>;
  /** A snapshot by its id. */
  readonly find: (snapshot: string) => Promise<SnapshotRecord>;
}

interface Attempt<Result> extends OwnReturn {
  readonly options: RestoreIntoOptions<Result>;
  readonly run: IntoRun;
  hasBegun: boolean;
}

/**
 * Restores into a database, or what else is a place: first a backup of what is there, then the restore, then its validation; when
 * one of the two fails after something was replaced, the place is made what it was before. What works with it rests meanwhile.
 */
export async function restoreInto<Result>(
  parts: IntoParts,
  options: RestoreIntoOptions<Result>,
): Promise<RestoreIntoResult<Result>> {
  const { context, record } = parts;
  const startedMs = context.clock();
  const about = { snapshot: record.id, tenant: record.tenant.name, target: options.place.name };
  const durationMs = (): number => Math.max(0, Math.round(context.clock() - startedMs));
  try {
    const done = await restoreAround(parts, options);
    context.emit('restore.finished', { ...about, status: 'ok', durationMs: durationMs() });
    return done;
  } catch (error) {
    context.emit('restore.failed', { ...about, code: codeOf(error), durationMs: durationMs() });
    throw error;
  }
}

/** Everything, with what works there at rest. */
async function restoreAround<Result>(
  parts: IntoParts,
  options: RestoreIntoOptions<Result>,
): Promise<RestoreIntoResult<Result>> {
  const { service: hooks = {}, place, signal } = options;
  const { record, context } = parts;
  const id = newRestoreId();
  // Before anything is stopped or looked at: who goes back there has both under way.
  await using claim = await new RestoreClaims(context.cacheFolder).take({ name: place.name, roots: [] }, 'restore');
  const reason = `the restore of ${record.id.slice(0, 8)} into ${place.name}`;
  const about = { tenant: record.tenant.name, reason, restore: id, signal };
  const service = await HeldService.stop(new ServiceNotes(context), hooks, about);
  let attempt: Attempt<Result> | undefined;
  let done: RestoreIntoResult<Result>;
  try {
    attempt = await begin(parts, options, { id, claim });
    done = await restoreAndStart(attempt, service);
  } catch (error) {
    throw await endFailed({ service, attempt }, error);
  }
  await endInto(attempt.journal, attempt.entry);
  await service.end();
  await options.finish?.(done.result);
  return done;
}

/** Done when the service works with what was restored. */
async function restoreAndStart<Result>(
  attempt: Attempt<Result>,
  service: HeldService,
): Promise<RestoreIntoResult<Result>> {
  const { journal, entry, options } = attempt;
  const { safetySnapshot } = entry;
  const result = await restoreOnce(attempt);
  options.onStep?.({ step: 'validate', safetySnapshot });
  const validation = await validate(attempt, result);
  if (validation.status === 'failed') throw await backAfter(attempt, invalid(entry, validation));
  // Whoever comes after a kill starts the service with what is there from now on, and goes back when it does not start. Where that can't be
  // noted, they go back.
  if (options.service?.startBy !== undefined) await journal.write(atStep(entry, 'start')).catch(() => undefined);
  try {
    await service.start();
  } catch (error) {
    await service.stopAgain().catch(() => undefined);
    throw await backAfter(attempt, error);
  }
  return { result, validation, safetySnapshot };
}

/** Looks, saves, and notes on disk what going back would need. */
async function begin<Result>(
  parts: IntoParts,
  options: RestoreIntoOptions<Result>,
  { id, claim }: { readonly id: string; readonly claim: RestoreClaim },
): Promise<Attempt<Result>> {
  const { context, record, repository } = parts;
  const { place, signal } = options;
  const journal = new RestoreJournal(context.cacheFolder);
  const leftBefore = (await journal.unfinished()).map((each) => each.id);
  const { state, isEmpty } = await place.look({ signal });
  const isSaved = options.safetyBackup !== false && !isEmpty;
  const safetySnapshot = isSaved ? await save(parts, options) : undefined;
  const into: FoundPlace = { name: place.name, address: place.address, state, isEmpty, parts: place.parts, leftBefore };
  const entry: JournalEntry = {
    id,
    tenant: record.tenant.name,
    snapshot: record.id,
    safetySnapshot,
    startedAt: new Date(context.clock()).toISOString(),
    step: 'restore',
    roots: [],
    changes: [],
    newRoots: [],
    into,
  };
  await journal.write(entry);
  const replacing = (): void => {
    attempt.hasBegun = true;
  };
  const run = { repository, snapshot: record, signal, replacing, notes: journal.notes(entry.id) };
  const attempt: Attempt<Result> = {
    ...parts,
    options,
    place,
    claim,
    onStep: options.onStep,
    journal,
    entry,
    run,
    hasBegun: false,
  };
  return attempt;
}

async function restoreOnce<Result>(attempt: Attempt<Result>): Promise<Result> {
  const { options, journal, entry, run } = attempt;
  try {
    options.onStep?.({ step: 'restore', safetySnapshot: entry.safetySnapshot });
    return await options.restore(run);
  } catch (error) {
    const isGivenUp = isAbort(error, options.signal);
    // What rests would have to work with what is half done.
    const isStuck = rests(options) && !canReturn(entry);
    if (attempt.hasBegun && !isStuck && (!isGivenUp || rests(options))) throw await backAfter(attempt, error);
    // Given up by somebody, or nobody can go back: that is told of, and they decide. Else nothing was changed.
    if (attempt.hasBegun) await journal.release(entry).catch(() => undefined);
    else await journal.remove(entry.id);
    throw error;
  }
}

async function validate<Result>(attempt: Attempt<Result>, result: Result): Promise<RestoreCheck> {
  const { options, journal, entry, run } = attempt;
  if (options.validate === false) return { status: 'skipped', checked: 0, problems: [] };
  const problems: EntryProblem[] = [];
  let checked = 0;
  try {
    const found = await options.check?.(result, run);
    checked = found?.checked ?? 0;
    for (const message of found?.problems ?? []) problems.push({ path: '', code: 'RESTORE_INVALID', message });
    // What is wrong already need not be shown to anybody.
    if (problems.length === 0) await options.validate?.(result);
  } catch (error) {
    if (isAbort(error, options.signal)) {
      if (rests(options)) throw await backAfter(attempt, error);
      await journal.release({ ...entry, step: 'validate' }).catch(() => undefined);
      throw error;
    }
    problems.push({ path: '', code: codeOf(error), message: error instanceof Error ? error.message : String(error) });
  }
  return { status: problems.length === 0 ? 'passed' : 'failed', checked, problems: problems.slice(0, MAX_PROBLEMS) };
}

/** What rests is started again, so it has to be with one or the other. */
const rests = <Result>({ service }: RestoreIntoOptions<Result>): boolean => service?.start !== undefined;

const isAbort = (error: unknown, signal: AbortSignal | undefined): boolean =>
  codeOf(error) === 'ABORTED' || (signal?.aborted === true && error === signal.reason);

const invalid = ({ into }: JournalEntry, { problems }: RestoreCheck): BackupError =>
  new BackupError(
    'RESTORE_INVALID',
    `Expected ${into?.name} to be as restored, got ${JSON.stringify(problems[0]?.message ?? '')}`,
    {
      details: problems.map(({ message }) => message),
      hint: 'Nothing was rolled back, as there is no safety snapshot. Restore an older snapshot into it.',
    },
  );

/** @throws {BackupError} `SAFETY_INCOMPLETE` when what is there can't be saved. */
async function save<Result>(
  { record, backup }: IntoParts,
  { place, onStep, onProgress, createdBy, signal }: RestoreIntoOptions<Result>,
): Promise<string> {
  onStep?.({ step: 'safety-backup' });
  try {
    const { snapshot } = await backup({
      ...place.current,
      kind: 'safety',
      // Half of a database is nothing to go back to.
      atomic: true,
      tenant: record.tenant.name,
      note: `before the restore of ${record.id}`,
      createdBy,
      signal,
      onProgress,
    });
    if (snapshot !== undefined) return snapshot.id;
  } catch (error) {
    if (codeOf(error) !== 'SOURCE_FAILED' && codeOf(error) !== 'PATH_FAILED') throw error;
    throw notSaved(place.name, error as BackupError);
  }
  throw notSaved(place.name);
}

const notSaved = (name: string, cause?: BackupError): BackupError =>
  new BackupError('SAFETY_INCOMPLETE', `Expected to save ${name} before it is changed, but it can not be read`, {
    cause,
    hint: 'Nothing was changed. Without a safety snapshot it is restored without a way back.',
    details: cause?.details,
  });
