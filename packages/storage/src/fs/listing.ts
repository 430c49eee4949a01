import { readdir } from 'node:fs/promises';
import type { ListPage } from '../contract.ts';
import { folderOf, isKeySegment, MAX_KEY_BYTES } from '../key.ts';
import type { Paging } from '../paging.ts';
import { fileError, isAbsent, translated } from './errors.ts';
import type { Folders } from './folders.ts';
import { folderStatus, type Listed, type ListedNames } from './listed-names.ts';
import { lookUp } from './look-up.ts';
import { patiently } from './open-file.ts';

/** A folder of so many names is as soon read again. */
const FEW_NAMES = 128;

/** Where to list, and what is remembered of pages before. */
export interface ListedPlace {
  readonly folders: Folders;
  readonly listed: ListedNames;
}

interface Walk extends ListedPlace {
  readonly paging: Paging;
  readonly signal: AbortSignal | undefined;
  /** Names of folders that the page before has ended in. */
  readonly before: ReadonlyMap<string, Listed>;
  /** Names of the folders on the way to the last key. */
  readonly read: Map<string, Listed>;
  readonly keys: string[];
}

/** One page of the keys below the root. Only folders that may hold keys of the page are read. */
export async function listFolder(
  { folders, listed }: ListedPlace,
  paging: Paging,
  signal: AbortSignal | undefined,
): Promise<ListPage> {
  const start = folderOf(paging.prefix);
  const context = { key: paging.prefix, action: 'list' };
  if (!(await translated(folders.isReal(start), context))) return { objects: [] };
  const keys: string[] = [];
  const before = listed.take(paging.prefix, paging.after);
  const read = new Map<string, Listed>();
  await collectKeys(start, { folders, listed, paging, signal, before, read, keys });
  // One key more than the page takes tells whether there is a next page.
  const hasMore = keys.length > paging.limit;
  if (hasMore) keys.pop();
  const objects = await lookUp(keys, folders, signal);
  const next = keys.at(-1);
  if (!hasMore || next === undefined) return { objects };
  listed.keep(paging.prefix, next, read);
  return { objects, next };
}

/** Collects the keys in a folder and below it, in order, that the page asks for. */
async function collectKeys(folder: string, walk: Walk): Promise<void> {
  const { keys, paging, read } = walk;
  // The rest of `after`, where it lies in this folder. All keys in a folder start with its name: else all are beyond it, or none.
  const inside = paging.after.startsWith(folder);
  if (!inside && paging.after > folder) return;
  const listed = await namesIn(folder, walk);
  read.set(folder, listed);
  const { names } = listed;
  const first = inside ? firstBehind(names, paging.after.slice(folder.length)) : 0;
  for (let i = first; i < names.length && keys.length <= paging.limit; i++) {
    const key = folder + (names[i] as string);
    if (key.endsWith('/')) await collectKeys(key, walk);
    else keys.push(key);
  }
  // Still wanted is what the page ends in.
  if (keys.length <= paging.limit) read.delete(folder);
}

/** Where in names in order those begin that are beyond `after`, or a folder in which it lies: that is the last name before them. */
function firstBehind(names: readonly string[], after: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] as string) > after) high = middle;
    else low = middle + 1;
  }
  const last = names[low - 1];
  return last?.endsWith('/') === true && after.startsWith(last) ? low - 1 : low;
}

async function namesIn(folder: string, { folders, paging, signal, before }: Walk): Promise<Listed> {
  signal?.throwIfAborted();
  const path = folders.pathOf(folder);
  const beginning = paging.prefix.slice(folder.length);
  try {
    const known = before.get(folder);
    if (known?.status !== undefined && known.status === (await folderStatus(path))) return known;
    const names = await readFolder(path, MAX_KEY_BYTES - folder.length, signal);
    // After the reading: a change in between is too young for a status.
    const status = names.length > FEW_NAMES ? await folderStatus(path) : undefined;
    return { names: names.filter((name) => name.startsWith(beginning)).toSorted(), status };
  } catch (error) {
    signal?.throwIfAborted();
    if (isAbsent(error)) return { names: [], status: undefined };
    throw fileError(error, { key: folder, action: 'list' });
  }
}

/**
 * Names of the objects in a folder, and of its folders with a closing slash. Sorted like that, folders fall where their keys belong:
 * `a-b` before `a/`, `a/` before `a0`. Names that can't be part of a key, links and special files are not ours. (Names and not
 * keys: of a million, that is a quarter of the memory.)
 */
async function readFolder(path: string, maxBytes: number, signal: AbortSignal | undefined): Promise<string[]> {
  const entries = await patiently(() => readdir(path, { withFileTypes: true }), signal);
  const names: string[] = [];
  for (const entry of entries) {
    if (!isKeySegment(entry.name) || entry.name.length > maxBytes) continue;
    if (entry.isFile()) names.push(entry.name);
    else if (entry.isDirectory()) names.push(`${entry.name}/`);
  }
  return names;
}
