import { readdir } from 'node:fs/promises';
import type { ListPage, ObjectInfo } from '../contract.ts';
import { folderOf, isKeySegment, MAX_KEY_BYTES } from '../key.ts';
import type { Paging } from '../paging.ts';
import { fileError, isAbsent, translated } from './errors.ts';
import type { Folders } from './folders.ts';
import { patiently } from './open-file.ts';
import { statFile } from './reading.ts';

/** So many files are looked up at once; more would only queue for the system's few I/O threads. */
const LOOKUPS = 16;

interface Walk {
  readonly folders: Folders;
  readonly paging: Paging;
  readonly signal: AbortSignal | undefined;
}

/** One page of the keys below the root. Only folders that may hold keys of the page are read. */
export async function listFolder(folders: Folders, paging: Paging, signal: AbortSignal | undefined): Promise<ListPage> {
  const start = folderOf(paging.prefix);
  const context = { key: paging.prefix, action: 'list' };
  if (!(await translated(folders.isReal(start), context))) return { objects: [] };
  const keys: string[] = [];
  // One key more than the page takes tells whether there is a next page.
  for await (const key of keysIn(start, { folders, paging, signal })) if (keys.push(key) > paging.limit) break;
  const hasMore = keys.length > paging.limit;
  if (hasMore) keys.pop();
  const objects = await lookUp(keys, folders, signal);
  const next = keys.at(-1);
  return hasMore && next !== undefined ? { objects, next } : { objects };
}

/** The keys in a folder and below it, in order, that the page asks for. */
async function* keysIn(folder: string, walk: Walk): AsyncGenerator<string, void, undefined> {
  const { prefix, after } = walk.paging;
  for (const key of await entriesOf(folder, walk)) {
    if (!key.endsWith('/')) {
      if (key > after) yield key;
      // All keys in a folder start with its name: either all are beyond `after`, or `after` lies in it, or there is none to see.
    } else if (key > after || after.startsWith(key)) yield* keysIn(key, walk);
  }

  async function entriesOf(path: string, { folders, signal }: Walk): Promise<string[]> {
    signal?.throwIfAborted();
    const names = await readFolder(folders.pathOf(path), path, signal);
    return names.filter((name) => name.startsWith(prefix)).toSorted();
  }
}

/**
 * The objects in a folder as keys, and its folders as keys with a closing slash. Sorted like that, folders fall where their keys belong:
 * `a-b` before `a/`, `a/` before `a0`. Names that can't be part of a key, links and special files are not ours.
 */
async function readFolder(path: string, folder: string, signal: AbortSignal | undefined): Promise<string[]> {
  try {
    const entries = await patiently(() => readdir(path, { withFileTypes: true }), signal);
    const keys: string[] = [];
    for (const entry of entries) {
      if (!isKeySegment(entry.name) || folder.length + entry.name.length > MAX_KEY_BYTES) continue;
      if (entry.isFile()) keys.push(folder + entry.name);
      else if (entry.isDirectory()) keys.push(`${folder}${entry.name}/`);
    }
    return keys;
  } catch (error) {
    signal?.throwIfAborted();
    if (isAbsent(error)) return [];
    throw fileError(error, { key: folder, action: 'list' });
  }
}

/** What is known of each object, in the order of `keys`; one that was deleted since is left out. */
async function lookUp(
  keys: readonly string[],
  folders: Folders,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo[]> {
  const found: (ObjectInfo | undefined)[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < keys.length; index = next++) {
      signal?.throwIfAborted();
      const key = keys[index] ?? '';
      found[index] = await statFile(folders.pathOf(key), key);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKUPS, keys.length) }, worker));
  return found.filter((info) => info !== undefined);
}
