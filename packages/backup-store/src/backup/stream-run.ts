import { readCatalog } from '../catalog/catalog-reader.ts';
import { CatalogWriter } from '../catalog/catalog-writer.ts';
import type { Entry } from '../catalog/entry.ts';
import { BLOB } from '../pack/directory.ts';
import { checkAborted } from '../run/abort.ts';
import { monotonic } from '../run/clock.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { joinPath } from '../run/display-path.ts';
import { orAborted, settled } from '../run/or-aborted.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import { pageRef } from '../snapshots/page-ref.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { BackupSource, SourceEntry, SourceRun } from '../source/contract.ts';
import type { BackupWriter } from './backup-writer.ts';
import type { MutableCounts } from './counts.ts';
import type { FileFailed } from './file-jobs.ts';
import { sameContent } from './file-reader.ts';
import { failedBy } from './held-sources.ts';
import { Problems } from './problems.ts';
import type { DetailsSoFar } from './source-details.ts';
import type { SourceOutcome } from './source-run.ts';
import { streamRecord } from './stream-record.ts';
import { streamRoot } from './stream-sources.ts';
import { StreamEntries } from './stream-entries.ts';

/** How long a source that was given up may take to end, in milliseconds. */
const END_GRACE_MS = 5000;

/** What the run of one source that is no file or folder works with. */
export interface StreamRunParts {
  readonly context: RunContext;
  readonly tenant: OpenTenant;
  readonly source: BackupSource;
  readonly run: SourceRun;
  /** What it has said of itself so far. */
  readonly details: DetailsSoFar;
  readonly parent: SnapshotRecord | undefined;
  /** Absent: nothing is read or written. */
  readonly writer: BackupWriter | undefined;
  readonly counts: MutableCounts;
  readonly progress: ProgressMeter;
  /** It could not be brought to rest: it is not read. */
  readonly failure: FileFailed | undefined;
  readonly check: () => void;
}

/** Reads all files of one source and writes its catalog. What the source throws is in the outcome; nothing else fails the run. */
export async function runStream(parts: StreamRunParts): Promise<SourceOutcome> {
  const startedMs = monotonic();
  const problems = new Problems();
  const entries = new StreamEntries(parts.context.clock);
  if (parts.failure !== undefined) problems.add(Buffer.from(parts.source.name), problemOf(parts.failure));
  else if (parts.writer === undefined) await dryRun(parts, problems);
  else await readEntries(parts, parts.writer, { problems, entries });
  const catalog = new CatalogWriter((page, sha256) => parts.writer?.storePage(page, sha256));
  for (const entry of entries.inOrder()) catalog.add(entry);
  parts.counts.directories += entries.totals.entries - entries.totals.files;
  return {
    problems,
    record: streamRecord(parts.source, {
      finished: catalog.finish(),
      totals: entries.totals,
      problems,
      details: parts.details.details,
      durationMs: monotonic() - startedMs,
    }),
    remember: async () => undefined,
  };
}

async function dryRun({ source, run }: StreamRunParts, problems: Problems): Promise<void> {
  try {
    await orAborted(run.signal, Promise.resolve(source.check?.(run)));
  } catch (error) {
    checkAborted(run.signal);
    problems.add(Buffer.from(source.name), problemOf(failedBy(error)));
  }
}

/** Where the run of a source puts what it comes to. */
interface Found {
  readonly problems: Problems;
  readonly entries: StreamEntries;
}

async function readEntries(parts: StreamRunParts, writer: BackupWriter, found: Found): Promise<void> {
  const { source, run } = parts;
  const before = await previousEntries(parts);
  let iterator: AsyncIterator<SourceEntry> | undefined;
  let isEnded = false;
  try {
    for (;;) {
      parts.check();
      let next: IteratorResult<SourceEntry>;
      try {
        iterator ??= source.read(run)[Symbol.asyncIterator]();
        next = await orAborted(run.signal, iterator.next());
        if (next.done !== true) found.entries.check(next.value);
      } catch (error) {
        checkAborted(run.signal);
        found.problems.add(Buffer.from(source.name), problemOf(failedBy(error)));
        break;
      }
      isEnded = next.done === true;
      if (next.done === true) break;
      await readEntry({ ...parts, writer }, next.value, { ...found, before });
    }
  } finally {
    if (!isEnded) await settled(Promise.resolve(iterator?.return?.()), END_GRACE_MS);
  }
  const gone = [...before.keys()].filter((path) => !found.entries.has(path));
  parts.counts.entriesRemoved += gone.length;
}

async function readEntry(
  parts: StreamRunParts & { readonly writer: BackupWriter },
  entry: SourceEntry,
  { problems, entries, before }: Found & { readonly before: ReadonlyMap<string, Entry> },
): Promise<void> {
  const { counts, progress, source, run, writer } = parts;
  const path = joinPath(Buffer.from(source.name), Buffer.from(entry.path));
  progress.counts.filesTotal++;
  let size = 0;
  const onBytes = (bytes: number): void => {
    size += bytes;
    parts.check();
    progress.counts.bytesDone += bytes;
    progress.tick(() => path.toString('utf8'));
  };
  const outcome = await writer.streams.read(entry.content, {
    signal: run.signal,
    onBytes,
    chunkBytes: entry.chunkBytes,
  });
  progress.counts.filesDone++;
  progress.counts.bytesTotal += size;
  // Read it was, whatever became of it.
  counts.bytesRead += size;
  if (!outcome.ok) {
    problems.add(path, problemOf(outcome));
    return;
  }
  counts.bytesTotal += size;
  counts.bytesNew += outcome.bytesNew;
  progress.counts.bytesReused += size - outcome.bytesNew;
  entries.add(entry, outcome.content);
  const previous = before.get(entry.path);
  if (previous === undefined) counts.filesNew++;
  else if (sameContent(previous.content, outcome.content)) counts.filesUnchanged++;
  else counts.filesChanged++;
}

/** The files of this source in the snapshot to compare with, by their paths. */
async function previousEntries({ parent, source, tenant }: StreamRunParts): Promise<ReadonlyMap<string, Entry>> {
  const before = parent?.sources.find(({ root }) => root === streamRoot(source));
  const entries = new Map<string, Entry>();
  if (before === undefined) return entries;
  for await (const page of readCatalog(
    pageRef(before.catalog),
    async (ref) => await tenant.blobs.read(BLOB.catalog, ref),
  ))
    for (const entry of page) if (entry.kind === 'file') entries.set(entry.path.toString('utf8'), entry);
  return entries;
}

const problemOf = ({ code, message }: FileFailed): { code: string; message: string } => ({ code, message });
