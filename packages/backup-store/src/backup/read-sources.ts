import { BackupError } from '../errors.ts';
import type { BackupOptions } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { ownPlaces } from '../run/own-places.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { BackupSource, SourceDetails, SourceRun } from '../source/contract.ts';
import type { BackupWriter } from './backup-writer.ts';
import type { MutableCounts } from './counts.ts';
import type { HeldSources } from './held-sources.ts';
import type { Reading } from './reading.ts';
import type { StreamSource } from './module-sources.ts';
import { DetailsSoFar } from './source-details.ts';
import type { SourceRoot } from './source-roots.ts';
import { runSource, type SourceOutcome } from './source-run.ts';
import { StreamPrevious } from './stream-previous.ts';
import { withProblems } from './stream-record.ts';
import { runStream } from './stream-run.ts';
import { expectTrees, runTree } from './tree-run.ts';

/** What the reading of all sources of a backup works with. */
export interface SourcesRun {
  readonly context: RunContext;
  readonly tenant: OpenTenant;
  readonly options: BackupOptions;
  readonly streams: readonly StreamSource[];
  readonly roots: readonly SourceRoot[];
  readonly parent: SnapshotRecord | undefined;
  readonly reading: Reading;
  readonly counts: MutableCounts;
  readonly progress: ProgressMeter;
}

/** How the reading ends, other than by being done. */
export interface SourcesEnd {
  /** Given when the run ends early, by its caller or by a failure. */
  readonly signal: AbortSignal;
  readonly fail: (error: unknown) => void;
  readonly held: HeldSources;
  /** Told when little is left to read of the last source; may be told again. */
  readonly nearlyOut: () => void;
  /** Told when all that the last source has is being read; may be told again. */
  readonly handedOut: () => void;
}

/** What is left out of a root. */
const leftOut = ({ exclude = [], ignoreFiles = true }: BackupOptions, source: SourceRoot) => ({
  exclude: [...exclude, ...(source.exclude ?? [])],
  ignoreFiles,
});

/**
 * Reads all sources of a backup: brings them to rest, reads one after the other, lets them go. Those that are no files or folders
 * come first, since what is at rest waits for them.
 *
 * @throws {BackupError} `ABORTED`; `SOURCE_FAILED` when all have to be there and one is not.
 */
export async function readSources(
  run: SourcesRun,
  writer: BackupWriter | undefined,
  end: SourcesEnd,
): Promise<SourceOutcome[]> {
  const { progress, options, roots } = run;
  const sources = run.streams.map(({ source }) => source);
  const check = (): void => {
    progress.counts.bytesStored = writer?.upload.bytes ?? 0;
    checkAborted(end.signal);
  };
  check();
  const streams: Stream[] = [];
  for (const source of sources)
    streams.push(
      await streamOf(run, source, {
        signal: end.signal,
        isRead: writer !== undefined && run.reading !== 'metadata',
      }),
    );
  const outcomes: SourceOutcome[] = [];
  try {
    if (writer !== undefined && run.reading !== 'metadata')
      await end.held.quiesce(sources, (source) => runOf(streams, source));
    for (const { source, run: part, details, previous } of streams) {
      const failure = end.held.failure(source);
      const reading = runStream({ ...run, source, run: part, details, previous, writer, failure, check });
      end.held.reading = reading;
      outcomes.push(inModule(tell(run, await reading), moduleOf(run, source)));
    }
    for (const [i, source] of roots.entries()) {
      const told = i === roots.length - 1 ? end : undefined;
      const parts = { skip: ownPlaces(run.context), source, writer, check, onFailure: end.fail, told };
      outcomes.push(inModule(await runSource({ ...run, ...leftOut(options, source), ...parts }), source.module));
    }
    expectTrees(options.trees ?? [], progress);
    for (const tree of options.trees ?? []) {
      const reading = runTree({ ...run, tree, signal: end.signal, writer, check });
      end.held.reading = reading;
      outcomes.push(await reading);
    }
    if (options.atomic === true) refuseLosses(outcomes);
    return outcomes;
  } finally {
    const left = await end.held.resume();
    for (const [source, failure] of left) {
      const at = sources.indexOf(source);
      emitFailure(run, source, failure.code);
      if (outcomes[at] !== undefined) outcomes[at] = alsoFailed(outcomes[at], source.name, failure);
    }
  }
}

const moduleOf = ({ streams }: SourcesRun, source: BackupSource): string | undefined =>
  streams.find((each) => each.source === source)?.module;

/** Says in the snapshot which module a source belongs to. */
const inModule = (outcome: SourceOutcome, module: string | undefined): SourceOutcome =>
  module === undefined ? outcome : { ...outcome, record: { ...outcome.record, module } };

interface Stream {
  readonly source: BackupSource;
  readonly run: SourceRun;
  readonly details: DetailsSoFar;
  readonly previous: StreamPrevious | undefined;
}

async function streamOf(
  { tenant, parent, reading }: SourcesRun,
  source: BackupSource,
  { signal, isRead }: { readonly signal: AbortSignal; readonly isRead: boolean },
): Promise<Stream> {
  const details = new DetailsSoFar();
  const previous = isRead ? await StreamPrevious.load(tenant, source, parent) : undefined;
  const run = {
    signal,
    describe: (more: SourceDetails) => details.add(more),
    previous: previous?.source,
    reading: reading === 'everything' ? ('all' as const) : ('changed' as const),
  };
  return { source, details, previous, run };
}

const runOf = (streams: readonly Stream[], source: BackupSource): SourceRun =>
  (streams.find((each) => each.source === source) as Stream).run;

function emitFailure(run: SourcesRun, { name, kind }: Pick<BackupSource, 'name' | 'kind'>, code: string): void {
  run.context.emit('source.failed', { tenant: run.tenant.tenant.name, source: name, kind, code });
}

function tell(run: SourcesRun, outcome: SourceOutcome): SourceOutcome {
  const { error, path, kind } = outcome.record;
  if (error !== undefined) emitFailure(run, { name: path, kind }, error.code);
  return outcome;
}

function alsoFailed(
  { record, problems, remember }: SourceOutcome,
  name: string,
  failure: { readonly code: string; readonly message: string },
): SourceOutcome {
  problems.add(Buffer.from(name), { code: failure.code, message: failure.message });
  return { problems, remember, record: { ...record, ...withProblems(problems, record.files) } };
}

function refuseLosses(outcomes: readonly SourceOutcome[]): void {
  const lost = outcomes.filter(({ record }) => record.status !== 'ok');
  if (lost.length === 0) return;
  throw sourceFailed('Expected every source to be read in full', lost);
}

/** The error of a backup without a snapshot, because of its sources. */
export function sourceFailed(expected: string, lost: readonly SourceOutcome[]): BackupError {
  const details = lost.flatMap(({ problems }) =>
    problems.list.map(({ path, code, message }) => `${path}: ${code}: ${message}`),
  );
  const [first = 'nothing was there'] = details;
  return new BackupError('SOURCE_FAILED', `${expected}, got ${first}`, {
    details,
    hint: 'Mend what is named and run the backup again. No snapshot was made.',
  });
}
