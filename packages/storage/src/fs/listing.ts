import { readdir } from 'node:fs/promises';
import type { ListPage } from '../contract.ts';
import { folderOf, isKeySegment, MAX_KEY_BYTES } from '../key.ts';
import type { Paging } from '../paging.ts';
import { fileError, isAbsent, translated } from './errors.ts';
import type { Folders } from './folders.ts';
import { folderStatus, type Listed, type ListedNames } from './listed-names.ts';
import { lookUp } from './look-up.ts';
import { patiently } from './open-file.ts';

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
  const listed = await namesIn(folder, walk);
  read.set(folder, listed);
  const { names } = listed;
  for (let i = firstBehind(names, paging.after); i < names.length && keys.length <= paging.limit; i++) {
    const key = names[i] as string;
    if (key.endsWith('/')) await collectKeys(key, walk);
    else keys.push(key);
  }
  // Still wanted is what the page ends in.
  if (keys.length <= paging.limit) read.delete(folder);
}

/**
 * Where in the names of a folder, which are in order, those begin that may be or hold keys beyond `after`. All keys in a folder
 * start with its name: either all are beyond, or `after` lies in it, which then is the last name before.
 */
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
  try {
    const status = await folderStatus(path);
    const known = before.get(folder);
    if (known !== undefined && known.status === status) return known;
    const names = await readFolder(path, folder, signal);
    return { names: names.filter((name) => name.startsWith(paging.prefix)).toSorted(), status };
  } catch (error) {
    signal?.throwIfAborted();
    if (isAbsent(error)) return { names: [], status: undefined };
    throw fileError(error, { key: folder, action: 'list' });
  }
}

/**
 * The objects in a folder as keys, and its folders as keys with a closing slash. Sorted like that, folders fall where their keys belong:
 * `a-b` before `a/`, `a/` before `a0`. Names that can't be part of a key, links and special files are not ours.
 */
async function readFolder(path: string, folder: string, signal: AbortSignal | undefined): Promise<string[]> {
  const entries = await patiently(() => readdir(path, { withFileTypes: true }), signal);
  const keys: string[] = [];
  for (const entry of entries) {
    if (!isKeySegment(entry.name) || folder.length + entry.name.length > MAX_KEY_BYTES) continue;
    if (entry.isFile()) keys.push(folder + entry.name);
    else if (entry.isDirectory()) keys.push(`${folder}${entry.name}/`);
  }
  return keys;
}
