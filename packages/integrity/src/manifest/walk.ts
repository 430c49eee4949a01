import type { BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileError } from '../file-error.ts';
import { type PathKey, keyBytes, pathOf } from './entry-path.ts';
import { changedWhileRead, codeOf, namesIn, statOf, targetOf } from './file-calls.ts';
import { checkLanes, inLanes } from './lanes.ts';
import type { EntryKind, TreeOptions } from './model.ts';

/** What tells one state of an entry from another. */
export type EntryState = Pick<BigIntStats, 'size' | 'mtimeNs' | 'ctimeNs' | 'ino' | 'dev'>;

/** An entry as it was found. */
export interface FoundEntry {
  readonly key: PathKey;
  readonly kind: EntryKind;
  /** Permission bits. */
  readonly mode: number;
  readonly state: EntryState;
  readonly target: Buffer | undefined;
}

/** Entries of a directory, in no order, and what could not be looked at: the system's code by path. */
export interface FoundTree {
  /** The directory as a byte string with a `/` at its end. */
  readonly root: string;
  readonly entries: Map<PathKey, FoundEntry>;
  readonly problems: Map<PathKey, string>;
}

/** Options of {@link walkTree}. */
export interface WalkOptions extends TreeOptions {
  /** Only these entries are looked at, where given. */
  readonly only?: ReadonlySet<PathKey> | undefined;
}

/** Entries listed between two reports of progress. */
const PROGRESS_STEP = 256;

/** The directory as a byte string with a `/` at its end. */
function rootOf(directory: string | URL): string {
  const path = resolve(typeof directory === 'string' ? directory : fileURLToPath(directory));
  return Buffer.from(path.endsWith('/') ? path : `${path}/`, 'utf8').toString('latin1');
}

/**
 * Lists a tree, a few directories and entries at a time. No link is followed but `directory` itself. What is reached is
 * below it, then, whatever the links in it point to.
 *
 * A link that somebody puts in a directory's place at the very moment it is listed is noticed afterwards, and what was
 * listed through it dropped.
 *
 * @throws {IntegrityError} `READ_FAILED` when the directory itself can't be listed; `INVALID_OPTION`.
 */
export async function walkTree(directory: string | URL, options: WalkOptions): Promise<FoundTree> {
  const width = checkLanes(options.concurrency);
  const tree: FoundTree = { root: rootOf(directory), entries: new Map(), problems: new Map() };
  const keys = await rootKeys(directory, tree.root, options);
  await inLanes(keys, { width, signal: options.signal }, async (key) => {
    const found = await noting(tree, key, look(tree.root, key));
    if (found === undefined || options.include?.({ ...pathOf(key), kind: found.kind }) === false) return;
    if (found.kind === 'directory') {
      const names = await noting(tree, key, namesOf(tree.root, found));
      if (names === undefined) return;
      for (const inner of wanted(`${key}/`, names, options)) keys.push(inner);
    }
    tree.entries.set(key, found);
    if (tree.entries.size % PROGRESS_STEP === 0) report(tree, options);
  });
  report(tree, options);
  return tree;
}

async function noting<T>({ problems }: FoundTree, key: PathKey, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    problems.set(key, codeOf(error));
    return undefined;
  }
}

async function rootKeys(directory: string | URL, root: string, options: WalkOptions): Promise<PathKey[]> {
  try {
    return wanted('', await namesIn(keyBytes(root)), options);
  } catch (cause) {
    throw fileError('READ_FAILED', 'a directory that can be listed', { path: directory, cause });
  }
}

function wanted(prefix: string, names: readonly string[], { only }: WalkOptions): PathKey[] {
  const keys = names.map((name) => prefix + name);
  return only === undefined ? keys : keys.filter((key) => only.has(key));
}

async function namesOf(root: string, { key, state }: FoundEntry): Promise<string[]> {
  const path = keyBytes(root + key);
  const names = await namesIn(path);
  const now = await statOf(path);
  if (now.isDirectory() && now.ino === state.ino && now.dev === state.dev) return names;
  throw changedWhileRead();
}

/** Looks at one entry. Rejects with the system's error. */
export async function look(root: string, key: PathKey): Promise<FoundEntry> {
  const path = keyBytes(root + key);
  const stats = await statOf(path);
  const { size, mtimeNs, ctimeNs, ino, dev } = stats;
  return {
    key,
    kind: kindOfStats(stats),
    mode: Number(stats.mode & 0o7777n),
    state: { size, mtimeNs, ctimeNs, ino, dev },
    target: stats.isSymbolicLink() ? await targetOf(path) : undefined,
  };
}

function kindOfStats(stats: BigIntStats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  return stats.isBlockDevice() ? 'block-device' : 'char-device';
}

function report({ entries }: FoundTree, { onProgress }: WalkOptions): void {
  onProgress?.({ phase: 'list', entries: entries.size, files: 0, bytes: 0, totalFiles: 0, totalBytes: 0 });
}
