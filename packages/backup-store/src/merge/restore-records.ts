import { BackupError, codeOf } from '../errors.ts';
import type { RecordChange, RecordReader } from '../records/contract.ts';
import { abortable } from '../run/abort.ts';
import { decisionsOf, type ModuleRun } from './module-run.ts';
import { planOf, prepare } from './plan-restore.ts';
import type { RecordRestoreOptions, RecordRestorePlan, RecordRestoreResult } from './restore-contract.ts';
import { Tally } from './tally.ts';
import type { WrittenRecords } from './written-records.ts';

/** How records are restored. */
export interface RestoreRecordsCall {
  /** One that somebody has looked at. */
  readonly plan?: RecordRestorePlan | undefined;
  /** Called by targets that can't do all or nothing, before the first change that could stay behind alone. */
  readonly onReplace?: (() => void) | undefined;
  /** Notes what is written, before it can stay. */
  readonly written?: WrittenRecords | undefined;
}

/**
 * Restores records into a target: all of the changes or none. The plan is made anew inside the transaction, from what that sees.
 * With a plan that somebody has looked at, it must come to the same changes of the same records, or nothing is done; records that
 * the plan leaves alone may have changed, and new ones may have come.
 *
 * @throws {BackupError} `TARGET_CHANGED` when it does not; `MODULE_NOT_FOUND`, `RECORD_NOT_FOUND`, `SCHEMA_CHANGED`,
 * `RECORDS_UNORDERED`, `INVALID_OPTION`, `ABORTED`; what the target throws. In every case nothing was changed.
 *
 * @example
 * ```ts
 * import { planRecordRestore, restoreRecords, type RecordRestoreOptions } from '@x/backup-store/merge';
 *
 * export async function mergeBack(options: RecordRestoreOptions): Promise<void> {
 *   const plan = await planRecordRestore(options);
 *   if (plan.conflicts > 0) throw new Error(`Look at ${plan.conflicts} conflicts first`);
 *   const { added, replaced } = await restoreRecords(options, { plan });
 *   console.log(`${added} records are back, ${replaced} are as they were`);
 * }
 * ```
 */
export async function restoreRecords(
  options: RecordRestoreOptions,
  how: RestoreRecordsCall = {},
): Promise<RecordRestoreResult> {
  return await abortable(options.signal, async () => await applyPlan(options, how));
}

async function applyPlan(
  options: RecordRestoreOptions,
  { plan, onReplace, written }: RestoreRecordsCall,
): Promise<RecordRestoreResult> {
  const { signal = new AbortController().signal, maxConflicts = plan?.conflictList.length ?? 1000 } = options;
  const runs = await prepare(options, signal);
  let done: RecordRestorePlan | undefined;
  const changesOf = async function* (view: RecordReader): AsyncGenerator<RecordChange, void, undefined> {
    // A transaction that is tried again begins with nothing.
    const tally = new Tally(maxConflicts);
    await written?.begin();
    for await (const change of puts(runs, options, { view, tally, signal })) {
      await written?.note(change);
      yield change;
    }
    done = planOf(options, tally);
    if (plan !== undefined && plan.fingerprint !== done.fingerprint) throw changedError(plan, done);
    for await (const change of deletions(runs, options, { view, done, signal })) {
      await written?.note(change);
      yield change;
    }
    await written?.end(view, signal);
  };
  const changes = await options.target.apply(changesOf, { signal, onReplace }).catch((error: unknown) => {
    throw isSerializationFailure(error) ? changedMeanwhile(error) : error;
  });
  if (done === undefined)
    throw new BackupError('INVALID_OPTION', 'Expected the target to ask for all changes, got a return before');
  return { ...done, changes };
}

interface Run {
  readonly view: RecordReader;
  readonly signal: AbortSignal;
}

/** What others refer to comes first. */
async function* puts(
  runs: readonly ModuleRun[],
  options: RecordRestoreOptions,
  { view, tally, signal }: Run & { readonly tally: Tally },
): AsyncGenerator<RecordChange, void, undefined> {
  for (const run of runs) {
    const { module } = run;
    for await (const decision of decisionsOf(run, options, { current: view, signal })) {
      tally.add(decision);
      if (decision.record !== undefined) yield { module, type: 'put', record: decision.record };
    }
    tally.endModule(module, run.schemaChanges);
  }
}

/** What refers to others goes first; whatever was put is the same on both sides by now, so the rest is as it was. */
async function* deletions(
  runs: readonly ModuleRun[],
  options: RecordRestoreOptions,
  { view, done, signal }: Run & { readonly done: RecordRestorePlan },
): AsyncGenerator<RecordChange, void, undefined> {
  for (const [at, run] of [...runs.entries()].toReversed()) {
    const { module } = run;
    let left = done.modules[at]?.deleted ?? 0;
    if (left === 0) continue;
    for await (const { action, id } of decisionsOf(run, options, { current: view, signal })) {
      if (action !== 'delete') continue;
      left -= 1;
      yield { module, type: 'delete', id };
    }
    if (left !== 0) {
      throw new BackupError(
        'INVALID_OPTION',
        `Expected functions to decide on records of "${module}" as they did before, got another answer`,
        { hint: 'What decides on conflicts or damage is asked twice, and may go by the records alone.' },
      );
    }
  }
}

const changedError = (plan: RecordRestorePlan, now: RecordRestorePlan): BackupError =>
  new BackupError('TARGET_CHANGED', 'Expected the target as it was when the restore was planned, got other data', {
    details: [counts('planned', plan), counts('now', now)],
    hint: 'Nothing was changed. Plan again, look at what is different, and restore by the new plan.',
  });

/** What databases say of a transaction that others were faster than (SQLSTATE, ISO/IEC 9075, class 40: serialization failure). */
const isSerializationFailure = (error: unknown): boolean => codeOf(error) === '40001';

const changedMeanwhile = (cause: unknown): BackupError =>
  new BackupError('TARGET_CHANGED', 'Expected nobody else to change the same records meanwhile, got changes', {
    cause,
    hint: 'Nothing was changed. Plan again, and restore by the new plan.',
  });

const counts = (name: string, { added, replaced, deleted }: RecordRestorePlan): string =>
  `${name}: ${added} added, ${replaced} replaced, ${deleted} deleted`;
