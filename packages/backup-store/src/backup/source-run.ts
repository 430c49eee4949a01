import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { CatalogWriter, type FinishedCatalog } from '../catalog/catalog-writer.ts';
import { readCatalog } from '../catalog/catalog-reader.ts';
import { isAbsent } from '../catalog/entry.ts';
import { BLOB } from '../pack/directory.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { displayPath } from '../run/display-path.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import type { SnapshotRecord, SnapshotSource } from '../snapshots/record.ts';
import { pageRef } from '../snapshots/page-ref.ts';
import { ScanCache, ScanCacheBuilder } from '../source/scan-cache.ts';
import { readScanCache, writeScanCache } from '../source/scan-caches.ts';
import { scan } from '../source/scan.ts';
import type { BackupWriter } from './backup-writer.ts';
import type { MutableCounts } from './counts.ts';
import { EntryQueue } from './entry-queue.ts';
import { FileReader } from './file-reader.ts';
import { LeftToRead } from './left-to-read.ts';
import { PreviousCursor } from './previous-cursor.ts';
import { Problems } from './problems.ts';
import type { Reading } from './reading.ts';
import type { SourceRoot } from './source-roots.ts';
import { SourceMerge } from './source-merge.ts';
import { treeDigests } from './tree-digests.ts';
import { UnchangedSample } from './unchanged-sample.ts';

/** Entries that may wait for their content. */
const MAX_QUEUED = 65_536;
/** Name of ignore files. */
const IGNORE_FILE = '.holdfastignore';

/** What one source's run works with. */
export interface SourceRunParts {
  readonly context: RunContext;
  readonly tenant: OpenTenant;
  readonly source: SourceRoot;
  readonly parent: SnapshotRecord | undefined;
  readonly reading: Reading;
  readonly exclude: readonly string[];
  readonly ignoreFiles: boolean;
  /** Absent: nothing is read or written. */
  readonly writer?: BackupWriter | undefined;
  readonly counts: MutableCounts;
  readonly progress: ProgressMeter;
  readonly skip: readonly Buffer[];
  readonly check: () => void;
  readonly onFailure: (error: unknown) => void;
  /** Told how far it is, for the last source of a backup. */
  readonly told?: { readonly nearlyOut: () => void; readonly handedOut: () => void } | undefined;
}

/** What a source came to. */
export interface SourceOutcome {
  readonly record: SnapshotSource;
  readonly problems: Problems;
  /** Saves the scan cache, once the snapshot is committed. */
  readonly remember: () => Promise<void>;
}

/** Scans one directory, compares it with the parent, reads what is new, and writes its catalog. */
export async function runSource(parts: SourceRunParts): Promise<SourceOutcome> {
  const { context, source, writer, progress, reading } = parts;
  const problems = new Problems();
  const caches = scanCacheFolder(context, parts.tenant.tenant.label, source.root);
  const { totals, cache, catalog, queue } = catalogTarget(writer);
  const reader =
    writer &&
    new FileReader({
      pool: writer.pool,
      large: writer.large,
      chunks: context.config.chunks,
      onFailure: parts.onFailure,
    });
  const previous = await previousCursor(parts, caches);
  const sample = new UnchangedSample();
  const merge = new SourceMerge({
    root: source.root,
    scanStartNs: BigInt(context.clock()) * 1_000_000n,
    previous,
    queue,
    problems,
    progress,
    sample,
    counts: parts.counts,
    reading,
    has: (content) => writer === undefined || writer.has(content),
    read: reader && ((request) => reader.read(request)),
  });
  const ignoreFileName = parts.ignoreFiles ? IGNORE_FILE : undefined;
  const walk = { root: source.root, exclude: parts.exclude, ignoreFileName, skip: parts.skip };
  const left = new LeftToRead(parts.told?.nearlyOut);
  for await (const batch of scan(walk, { ...context.threads, onScanned: (bytes) => left.scanned(bytes) })) {
    for (const item of batch) {
      parts.check();
      left.take(item);
      const wait = merge.add(item);
      if (wait !== undefined) await wait;
    }
    queue.drain();
    if (reader !== undefined) await makeRoom(queue, reader, parts);
  }
  await reader?.flush();
  parts.told?.handedOut();
  while (reader?.busy === true) {
    await reader.oneDone();
    parts.check();
  }
  queue.drain();
  await previous.finish();
  parts.counts.entriesRemoved += previous.removed;
  if (reading === 'changes') await sample.check(source.root, problems);
  const finished = catalog.finish();
  return {
    problems,
    record: sourceRecord(source, { finished, totals, problems, reading }),
    // Nothing is compared with a checkpoint.
    remember: async () =>
      reading === 'metadata' ? undefined : await writeScanCache(caches, cache, hex(finished.top.sha256)),
  };
}

/** What the entries of a source come to. */
interface Totals {
  entries: number;
  files: number;
  bytes: number;
  readonly absent: { files: number; bytes: number };
}

/** Where entries go once they are complete: catalog, scan cache, totals. */
function catalogTarget(writer: BackupWriter | undefined): {
  totals: Totals;
  cache: ScanCacheBuilder;
  catalog: CatalogWriter;
  queue: EntryQueue;
} {
  const totals = { entries: 0, files: 0, bytes: 0, absent: { files: 0, bytes: 0 } };
  const cache = new ScanCacheBuilder();
  const catalog = new CatalogWriter((page, sha256) => writer?.storePage(page, sha256));
  const queue = new EntryQueue((entry, cached) => {
    totals.entries++;
    if (entry.kind === 'file') totals.files++;
    totals.bytes += entry.size;
    if (isAbsent(entry)) {
      totals.absent.files++;
      totals.absent.bytes += entry.size;
    }
    catalog.add(entry);
    cache.add(entry.path, cached);
  });
  return { totals, cache, catalog, queue };
}

/** Waits while too many entries stand behind files that are still being read. */
async function makeRoom(queue: EntryQueue, reader: FileReader, parts: SourceRunParts): Promise<void> {
  while (queue.length > MAX_QUEUED) {
    await reader.flush();
    if (!reader.busy) return;
    await reader.oneDone();
    parts.check();
    queue.drain();
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function previousCursor(parts: SourceRunParts, caches: string): Promise<PreviousCursor> {
  const before = parts.parent?.sources.find((each) => sameRoot(each, parts.source.root));
  if (before === undefined) return new PreviousCursor(noPages(), ScanCache.empty);
  const cache = await readScanCache(caches, before.catalog.sha256);
  const pages = readCatalog(pageRef(before.catalog), async (page) => await parts.tenant.blobs.read(BLOB.catalog, page));
  return new PreviousCursor(pages, cache);
}

async function* noPages(): AsyncGenerator<never, void, undefined> {
  // There is no previous snapshot.
}

/** Whether a source of a snapshot has this root. */
export function sameRoot(source: SnapshotSource, root: Buffer): boolean {
  return source.rootBase64 === undefined
    ? source.root === root.toString('utf8')
    : source.rootBase64 === root.toString('base64');
}

function scanCacheFolder(context: RunContext, label: string, root: Buffer): string {
  const name = createHash('sha256').update(`${label}\0${context.host}\0`).update(root).digest('hex').slice(0, 32);
  return join(context.cacheFolder, 'scan', name);
}

function sourceRecord(
  source: SourceRoot,
  run: { finished: FinishedCatalog; totals: Totals; problems: Problems; reading: Reading },
): SnapshotSource {
  const { finished, problems, reading } = run;
  const { absent, ...totals } = run.totals;
  const root = displayPath(source.root);
  const path = displayPath(source.path);
  return {
    kind: 'directory',
    root: root.path,
    ...(root.pathBase64 === undefined ? {} : { rootBase64: root.pathBase64 }),
    path: path.path,
    ...(path.pathBase64 === undefined ? {} : { pathBase64: path.pathBase64 }),
    status: problems.count === 0 ? 'ok' : totals.entries === 0 ? 'failed' : 'partial',
    problems: problems.count,
    ...totals,
    ...(reading === 'metadata' ? { absent } : {}),
    ...treeDigests(finished, !(problems.count > 0 && totals.entries === 0)),
  };
}
