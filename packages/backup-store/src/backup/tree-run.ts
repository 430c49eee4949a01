import type { BlobRef, Entry } from '../catalog/entry.ts';
import { CatalogWriter } from '../catalog/catalog-writer.ts';
import { BackupError } from '../errors.ts';
import type { BackupOptions } from '../repository/contract.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import { orAborted, settled } from '../run/or-aborted.ts';
import type { ProgressMeter } from '../run/progress-meter.ts';
import type { BackupTree, TreeEntryContent } from '../source/tree-contract.ts';
import { TreeOrder } from '../source/tree-order.ts';
import type { BackupWriter } from './backup-writer.ts';
import type { MutableCounts } from './counts.ts';
import { Problems } from './problems.ts';
import type { SourceOutcome } from './source-run.ts';
import { treeDigests } from './tree-digests.ts';

/** How long a tree that was given up may take to end, in milliseconds. */
const END_GRACE_MS = 5000;
const PERMISSIONS = 0o7777;

/** What the run of one tree works with. */
export interface TreeRunParts {
  readonly tree: BackupTree;
  readonly signal: AbortSignal;
  /** Absent: nothing is written. */
  readonly writer: BackupWriter | undefined;
  readonly counts: MutableCounts;
  readonly progress: ProgressMeter;
  readonly check: () => void;
}

/** @throws {BackupError} `INVALID_OPTION` for trees beside other sources. */
export function checkTrees({ trees = [], paths = [], sources = [], modules = {} }: BackupOptions): void {
  if (trees.length === 0 || paths.length + sources.length + Object.keys(modules).length === 0) return;
  throw new BackupError(
    'INVALID_OPTION',
    'Expected trees of another snapshot alone, got paths, sources or modules beside them',
  );
}

/** Tells what trees are to come to, if each of them knows. */
export function expectTrees(trees: readonly BackupTree[], progress: ProgressMeter): void {
  const expected = trees.flatMap(({ expects }) => expects ?? []);
  if (expected.length === 0 || expected.length < trees.length) return;
  progress.totalKnown = true;
  for (const { files, bytes } of expected) {
    progress.counts.filesTotal += files;
    progress.counts.bytesTotal += bytes;
  }
}

/** Stores a tree that was a source elsewhere, and writes its catalog. What the tree throws ends the run. */
export async function runTree(parts: TreeRunParts): Promise<SourceOutcome> {
  const { tree, signal, writer } = parts;
  const totals = { entries: 0, files: 0, bytes: 0 };
  const catalog = new CatalogWriter((page, sha256) => writer?.storePage(page, sha256));
  const order = new TreeOrder();
  const entries = tree.read(signal)[Symbol.asyncIterator]();
  let isEnded = false;
  try {
    for (;;) {
      parts.check();
      const next = await orAborted(signal, entries.next());
      isEnded = next.done === true;
      if (next.done === true) break;
      const flaw = order.flawOf(next.value);
      if (flaw !== undefined) throw refused(next.value.path, flaw);
      const entry = await storedEntry(parts, next.value);
      catalog.add(entry);
      totals.entries++;
      totals.bytes += entry.size;
      if (entry.kind === 'file') totals.files++;
    }
  } finally {
    if (!isEnded) await settled(Promise.resolve(entries.return?.()), END_GRACE_MS);
  }
  const finished = catalog.finish();
  return {
    problems: new Problems(),
    record: {
      ...tree.origin,
      ...totals,
      ...treeDigests(finished),
    },
    remember: async () => undefined,
  };
}

async function storedEntry(parts: TreeRunParts, given: TreeEntryContent): Promise<Entry> {
  const { kind, uid, gid, mtimeNs, sparse, torn } = given;
  const entry = {
    kind,
    uid,
    gid,
    mtimeNs,
    size: given.size,
    sparse,
    torn,
    path: Buffer.from(given.path),
    mode: given.mode & PERMISSIONS,
    linkTarget: given.linkTarget && Buffer.from(given.linkTarget),
    hardLinkTo: given.hardLinkTo && Buffer.from(given.hardLinkTo),
  };
  if (kind === 'directory') parts.counts.directories++;
  else if (kind !== 'file') parts.counts.others++;
  if (kind !== 'file') return { ...entry, content: [] };
  const content = await storedContent(parts, given);
  const size = content.reduce((sum, { length }) => sum + length, 0);
  if (size === given.size) return { ...entry, content };
  throw refused(given.path, `${given.size} bytes of content, got ${size}`);
}

async function storedContent(parts: TreeRunParts, given: TreeEntryContent): Promise<readonly BlobRef[]> {
  const { counts, progress, writer, signal } = parts;
  if (!progress.totalKnown) progress.counts.filesTotal++;
  counts.filesNew++;
  counts.bytesTotal += given.size;
  if (writer === undefined) return [{ sha256: Buffer.alloc(32), length: given.size }];
  const caught: { error?: unknown } = {};
  const onBytes = (bytes: number): void => {
    parts.check();
    counts.bytesRead += bytes;
    progress.counts.bytesDone += bytes;
    if (!progress.totalKnown) progress.counts.bytesTotal += bytes;
    progress.tick(() => displayPath(joinPath(Buffer.from(parts.tree.origin.path), given.path)).path);
  };
  const outcome = await writer.streams.read(remembering(given.content(), caught), { signal, onBytes });
  progress.counts.filesDone++;
  if (!outcome.ok) {
    if (caught.error instanceof Error) throw caught.error;
    throw refused(given.path, `content that can be read, got ${outcome.message}`);
  }
  counts.bytesNew += outcome.bytesNew;
  return outcome.content;
}

/** Keeps what a content throws, of which readers of streams tell the message only. */
async function* remembering(
  content: AsyncIterable<Uint8Array>,
  caught: { error?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    caught.error = error;
    throw error;
  }
}

function refused(path: Uint8Array, expected: string): BackupError {
  return new BackupError(
    'INVALID_OPTION',
    `Expected a tree to have ${expected}, at ${JSON.stringify(displayPath(path).path)}`,
  );
}
