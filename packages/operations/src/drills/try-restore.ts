import type { EntryProblem, Repository, RunOptions, TenantHandle } from '@x/backup-store';
import {
  type RequiredAssets,
  type RestoreInto,
  type RestoreValidator,
  validateRestore,
  type ValidationCheck,
} from '@x/backup-store/validate';
import type { Clock } from '../clock.ts';
import type { DrillCheck } from './contract.ts';
import type { DrillFolder } from './folder.ts';
import { type BadPaths, MAX_BAD_PATHS } from './proven.ts';

/** What of a repository, or of one tenant of it, a drill needs. */
export type DrilledRepository = Pick<
  Repository | TenantHandle,
  'snapshot' | 'planRestore' | 'restore' | 'diffLive' | 'read' | 'recordCheck' | 'entries'
>;

/** What a drill looks at beside files. */
export interface DrillPlaces {
  /** By kind of source, what restores it to a place that is thrown away, as `scratchPostgres` does. With `validate` only. */
  readonly restoreInto?: Readonly<Record<string, RestoreInto>> | undefined;
  /** Paths that have to be there. With `validate` only. */
  readonly assets?: RequiredAssets | undefined;
  /** Looks at what came back. With `validate` only. */
  readonly validator?: RestoreValidator | undefined;
}

/** How a trial goes about it. */
export interface TrialOptions extends DrillPlaces, RunOptions {
  readonly folder: DrillFolder;
  readonly clock: Clock;
}

/** What a trial restore came to. */
export interface Trial {
  /** Milliseconds. */
  readonly restoreMs: number;
  readonly checks: readonly DrillCheck[];
  readonly problems: readonly EntryProblem[];
  readonly problemCount: number;
  readonly bad: BadPaths;
  /** Whether the engine was told already. */
  readonly isRecorded: boolean;
}

const RESTORED: ReadonlySet<string> = new Set(['file', 'directory', 'symlink']);
/** Problems that the engine lists of a check. */
const LISTED = 100;

/** Restores and checks by `validateRestore`: files, dumps, databases, records, and what a validator looks at. */
export async function tryValidate(
  repository: DrilledRepository,
  snapshot: string,
  { folder, clock, restoreInto, assets, validator, signal, onProgress }: TrialOptions,
): Promise<Trial> {
  const { checks } = await validateRestore(repository, {
    snapshot,
    sandbox: folder.sandbox,
    restoreInto,
    assets,
    validator,
    signal,
    onProgress,
    clock: () => clock.now(),
  });
  const restoring = checks.filter(({ name, status }) => ['restore', 'schema'].includes(name) && status !== 'skipped');
  const problems = checks.flatMap((check) => check.problems);
  return {
    restoreMs: restoring.reduce((sum, { duration_ms: ms }) => sum + ms, 0),
    checks: checks.map(checkOf),
    problems,
    problemCount: problems.length,
    bad: badOf(checks),
    isRecorded: true,
  };
}

function checkOf({ name, source, status, detail, duration_ms: durationMs }: ValidationCheck): DrillCheck {
  return { name, source: source ?? null, status, detail, durationMs };
}

/** Which files the comparison of digests found bad; `unknown` where its list has been cut, or it could not be made to the end. */
function badOf(checks: readonly ValidationCheck[]): BadPaths {
  const found = checks.find(({ name }) => name === 'checksums');
  if (found === undefined || found.status === 'skipped' || found.problems.length >= LISTED) return 'unknown';
  const hasEnded = found.problems.every(({ code, path }) => code === 'CHECKSUM_MISMATCH' || path !== 'checksums');
  return hasEnded ? new Set(found.problems.map(({ path }) => path)) : 'unknown';
}

/** Restores everything as after a loss, and compares every file with the SHA-256 of its pieces in the catalog. */
export async function tryFull(
  repository: DrilledRepository,
  snapshot: string,
  { folder, clock, signal, onProgress }: TrialOptions,
): Promise<Trial> {
  const to = folder.restored;
  const started = clock.monotonic();
  const restored = await repository.restore({ snapshot, to, trial: true, signal, onProgress });
  const restoreMs = Math.round(clock.monotonic() - started);
  const { found, bad, count } = await compareAll(repository, { snapshot, to, signal });
  const compared = { durationMs: Math.round(clock.monotonic() - started) - restoreMs, source: null };
  return {
    restoreMs,
    checks: [
      {
        name: 'restore',
        source: null,
        status: restored.problems.length === 0 ? 'passed' : 'failed',
        detail: `files: ${restored.filesWritten}, bytes: ${restored.bytesWritten}`,
        durationMs: restoreMs,
      },
      {
        name: 'digests',
        status: count === 0 ? 'passed' : 'failed',
        detail:
          count === 0
            ? 'every file has the digest that the catalog states'
            : `${count} paths are not what was backed up`,
        ...compared,
      },
    ],
    problems: [...restored.problems.slice(0, LISTED), ...found],
    problemCount: restored.problems.length + count,
    bad,
    isRecorded: false,
  };
}

async function compareAll(
  repository: DrilledRepository,
  wanted: { readonly snapshot: string; readonly to: string; readonly signal: AbortSignal | undefined },
): Promise<{ readonly found: readonly EntryProblem[]; readonly bad: BadPaths; readonly count: number }> {
  const found: EntryProblem[] = [];
  const bad = new Set<string>();
  let count = 0;
  const note = (problem: EntryProblem): void => {
    count++;
    if (found.length < LISTED) found.push(problem);
    if (bad.size < MAX_BAD_PATHS) bad.add(problem.path);
  };
  const { snapshot, to, signal } = wanted;
  for await (const each of repository.diffLive(snapshot, { to, content: 'always', onProblem: note, signal })) {
    const { change, path, before } = each;
    // Owners and times are not everybody's to set. Sockets and devices are noted and not restored.
    if (change === 'metadata' || change === 'added') continue;
    if (before === undefined || !RESTORED.has(before.kind) || before.absent === true) continue;
    const what = change === 'removed' ? 'was not restored' : 'is not what was backed up';
    note({ path, code: 'CHECKSUM_MISMATCH', message: `It ${what}` });
  }
  return { found, bad: count >= MAX_BAD_PATHS ? 'unknown' : bad, count };
}
