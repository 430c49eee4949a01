import type { ContentReport } from '../codec/content-report.ts';
import { BackupError } from '../errors.ts';
import type { BackupOptions, BackupResult, EntryProblem } from '../repository/contract.ts';
import type { BackupTurn } from '../run/backup-turns.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { compressionOf } from './compression.ts';
import { newCounts } from './counts.ts';
import { type BackedUp, findParent, isFullDue } from './parent.ts';
import type { SourcesRun } from './read-sources.ts';
import { readingOf } from './reading.ts';
import type { SourceOutcome } from './source-run.ts';
import { streamRoot } from './stream-sources.ts';

/** A backup that has looked at the repository. */
export interface Run extends SourcesRun {
  readonly startedMs: number;
}

/** What a run knows before it has looked at the repository. */
export type Start = Pick<Run, 'context' | 'tenant' | 'options' | 'streams' | 'roots' | 'startedMs'> & {
  readonly turn: BackupTurn;
  /** Compare with no other snapshot. */
  readonly alone?: boolean | undefined;
};

const backedUp = ({ context, streams, roots }: Start): BackedUp => ({
  host: context.host,
  roots: [...roots.map(({ root }) => root), ...streams.map(({ source }) => Buffer.from(streamRoot(source)))],
});

/** Tells before anything is begun whether the kind fits the other options, and whether there is what is to be compared with. */
export async function checkKind(start: Start): Promise<void> {
  const { tenant, options } = start;
  checkFullEvery(options);
  if (options.since === undefined) return;
  if (options.kind === 'full') {
    throw new BackupError('INVALID_OPTION', 'Expected no snapshot to go on from for a full backup, got one', {
      hint: 'A full backup reads everything. Leave `since` out, or make an incremental one.',
    });
  }
  await tenant.view.loadSnapshots(options.signal);
  findParent(tenant, backedUp(start), options.since);
}

/** Reads what is stored already, and finds the snapshot to compare with. */
export async function look(start: Start): Promise<Run> {
  const { tenant } = start;
  await tenant.view.loadSnapshots(start.options.signal);
  await tenant.view.loadIndex(start.options.signal);
  const options = { ...start.options, kind: dueKind(start) };
  const parent = start.alone === true ? undefined : findParent(tenant, backedUp(start), options.since);
  const progress = new ProgressMeter('backup', options.onProgress);
  return { ...start, options, parent, reading: readingOf(options.kind), counts: newCounts(), progress };
}

function checkFullEvery({ kind = 'incremental', since, fullEveryMs }: BackupOptions): void {
  if (fullEveryMs === undefined) return;
  if (!(Number.isFinite(fullEveryMs) && fullEveryMs > 0))
    throw new BackupError('INVALID_OPTION', `Expected fullEveryMs above 0, got ${String(fullEveryMs)}`, {
      hint: 'It is in milliseconds: 604800000 is a week.',
    });
  if (kind !== 'incremental' || since !== undefined)
    throw new BackupError(
      'INVALID_OPTION',
      `Expected an incremental backup that goes on from the last one beside fullEveryMs, got ${kind === 'incremental' ? 'another `since`' : kind}`,
      { hint: 'Leave `fullEveryMs` out, or leave the kind and what it is compared with to it.' },
    );
}

/** Runs of a schedule begin at other minutes each time: one that is a little early is the one that was meant. */
const EARLY_MS = 3_600_000;

/** What is made now: every so often everything is read. */
function dueKind(start: Start): BackupOptions['kind'] {
  const { context, tenant, options } = start;
  const { kind, trigger, fullEveryMs } = options;
  if (fullEveryMs === undefined) return kind;
  const earlyMs = trigger === 'scheduled' ? Math.min(EARLY_MS, fullEveryMs / 24) : 0;
  const isDue = isFullDue(tenant, backedUp(start), { everyMs: fullEveryMs - earlyMs, nowMs: context.clock() });
  return isDue ? 'full' : kind;
}

/** What a run tells in the end; without a snapshot where it was only tried. */
export function result(
  run: Run,
  snapshot: SnapshotRecord | undefined,
  { sources, contents }: { readonly sources: readonly SourceOutcome[]; readonly contents: readonly ContentReport[] },
): BackupResult {
  const problems: EntryProblem[] = sources.flatMap((source) => source.problems.list);
  const partial = sources.some(({ record }) => record.status !== 'ok');
  return {
    status: partial ? 'partial' : 'ok',
    snapshot,
    parent: run.parent?.id,
    counts: run.counts,
    compression: compressionOf(run.options),
    sources: sources.map(({ record }) => record),
    problems,
    contents,
    durationMs: Math.round(run.progress.elapsedMs),
  };
}
