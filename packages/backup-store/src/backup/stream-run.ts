import { CatalogWriter } from '../catalog/catalog-writer.ts';
import { checkAborted } from '../run/abort.ts';
import { monotonic } from '../run/clock.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { joinPath } from '../run/display-path.ts';
import { orAborted, settled } from '../run/or-aborted.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import type { BackupSource, SourceEntry, SourceRun } from '../source/contract.ts';
import type { BackupWriter } from './backup-writer.ts';
import type { MutableCounts } from './counts.ts';
import type { FileFailed, FileOutcome } from './file-jobs.ts';
import { sameContent } from './file-reader.ts';
import { failedBy } from './held-sources.ts';
import { Problems } from './problems.ts';
import type { Reading } from './reading.ts';
import type { DetailsSoFar } from './source-details.ts';
import type { SourceOutcome } from './source-run.ts';
import type { StreamPrevious } from './stream-previous.ts';
import { streamRecord } from './stream-record.ts';
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
  /** What it was in the snapshot before. Absent: nothing is read. */
  readonly previous: StreamPrevious | undefined;
  readonly reading: Reading;
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
  else if (parts.writer === undefined || parts.reading === 'metadata') await checkOnly(parts, problems);
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
      unread: parts.reading === 'metadata',
      durationMs: monotonic() - startedMs,
    }),
    remember: async () => undefined,
  };
}

async function checkOnly({ source, run }: StreamRunParts, problems: Problems): Promise<void> {
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
  const { source, run, previous } = parts;
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
        previous?.check();
        found.problems.add(Buffer.from(source.name), problemOf(failedBy(error)));
        break;
      }
      isEnded = next.done === true;
      if (next.done === true) break;
      await readEntry({ ...parts, writer }, next.value, found);
      previous?.check();
    }
  } finally {
    if (!isEnded) await settled(Promise.resolve(iterator?.return?.()), END_GRACE_MS);
  }
  const gone = [...(previous?.entries.keys() ?? [])].filter((path) => !found.entries.has(path));
  parts.counts.entriesRemoved += gone.length;
}

type ReadingParts = StreamRunParts & { readonly writer: BackupWriter };

async function readEntry(parts: ReadingParts, entry: SourceEntry, { problems, entries }: Found): Promise<void> {
  const { counts, progress, source, previous } = parts;
  const path = joinPath(Buffer.from(source.name), Buffer.from(entry.path));
  progress.counts.filesTotal++;
  const outcome = takeOver(parts, entry) ?? (await readContent(parts, entry, path));
  progress.counts.filesDone++;
  if (!outcome.ok) {
    problems.add(path, problemOf(outcome));
    return;
  }
  const size = outcome.content.reduce((sum, { length }) => sum + length, 0);
  counts.bytesTotal += size;
  counts.bytesNew += outcome.bytesNew;
  progress.counts.bytesReused += size - outcome.bytesNew;
  entries.add(entry, outcome.content);
  const before = previous?.entries.get(entry.path);
  if (before === undefined) counts.filesNew++;
  else if (sameContent(before.content, outcome.content)) counts.filesUnchanged++;
  else counts.filesChanged++;
}

/** What is stored of a file that is the same as before, if all of that still counts. */
function takeOver({ previous, writer, progress }: ReadingParts, entry: SourceEntry): FileOutcome | undefined {
  const content = previous?.stored(entry.content);
  if (content === undefined || !writer.has(content)) return undefined;
  const size = content.reduce((sum, { length }) => sum + length, 0);
  progress.counts.bytesTotal += size;
  progress.counts.bytesDone += size;
  return { ok: true, content, bytesNew: 0, torn: false };
}

async function readContent(parts: ReadingParts, entry: SourceEntry, path: Buffer): Promise<FileOutcome> {
  const { counts, progress, run, writer } = parts;
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
  progress.counts.bytesTotal += size;
  // Read it was, whatever became of it.
  counts.bytesRead += size;
  return outcome;
}

const problemOf = ({ code, message }: FileFailed): { code: string; message: string } => ({ code, message });
