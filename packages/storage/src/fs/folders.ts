import { lstat, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StorageError } from '../errors.ts';
import { errnoOf, isAbsent } from './errors.ts';
import { folderSync } from './folder-sync.ts';
import type { FolderSync } from './folder-sync.ts';

/** What the folders of one store need to know. */
export interface FoldersOptions {
  /** Absolute path. */
  readonly root: string;
  /** Mode of new folders. */
  readonly mode: number;
  /** Whether new folders are synced to disk. */
  readonly durable: boolean;
}

/**
 * The folders of one store. They are named by keys: `a/b/` is the folder of the key `a/b/c`, and `""` is the root.
 * Below the root only real folders count; a symbolic link is as foreign as any other file, for readers and writers alike.
 */
export interface Folders {
  pathOf(key: string): string;
  /** Whether the folder is there, and neither it nor one above it is a link. */
  isReal(folder: string): Promise<boolean>;
  /**
   * Makes sure that the folder is there and, in a durable store, that it outlives a crash. Gives true when it was new.
   *
   * @throws {StorageError} `KEY_CONFLICT` when something else is in its place.
   */
  ensure(folder: string): Promise<boolean>;
  /** Forgets what is known of a folder that has turned out to be gone. */
  forget(folder: string): void;
  /** Makes the names in a folder outlive a crash; does nothing in a store that isn't durable. */
  sync(folder: string): Promise<void>;
}

/** Folders are never removed again, so what was once seen is remembered; that saves a system call per folder of each key. */
export function folders(options: FoldersOptions): Folders {
  const { root } = options;
  const syncPath: FolderSync = options.durable ? folderSync() : async () => undefined;
  const real = new Set<string>(['']);
  const ensured = new Map<string, Promise<boolean>>();
  // Not `join`, which keeps the closing slash of a folder: with it, system calls follow a link.
  const pathOf = (key: string): string => resolve(root, key);

  const isReal = async (folder: string): Promise<boolean> => {
    if (real.has(folder)) return true;
    if (!(await isReal(parentOf(folder))) || !(await isFolder(pathOf(folder)))) return false;
    real.add(folder);
    return true;
  };
  const make = async (folder: string): Promise<boolean> => {
    if (folder === '') return makeRoot(options, syncPath);
    await ensure(parentOf(folder));
    const created = await makeFolder(pathOf(folder), folder, options.mode);
    // Also when it was there: whoever made it may not have synced it yet, and what we write must not depend on that.
    await syncPath(dirname(pathOf(folder)));
    return created;
  };
  const ensure = (folder: string): Promise<boolean> => {
    const known = ensured.get(folder);
    if (known !== undefined) return known;
    const making = make(folder);
    ensured.set(folder, making);
    making.catch(() => ensured.delete(folder));
    return making;
  };
  return {
    pathOf,
    isReal,
    ensure,
    forget(folder) {
      for (let gone = folder; ; gone = parentOf(gone)) {
        ensured.delete(gone);
        if (gone === '') return;
        real.delete(gone);
      }
    },
    sync: (folder) => syncPath(pathOf(folder)),
  };
}

/** `a/b/` gives `a/`, and `a/` gives `""`. */
function parentOf(folder: string): string {
  return folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function makeFolder(path: string, folder: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  if (!(await isFolder(path))) {
    throw new StorageError('KEY_CONFLICT', `Expected a folder "${folder}", got something else at ${path}`, {
      key: folder,
      hint: 'an object, or a file or link that is not ours, has the name of a folder; use another key or move it',
    });
  }
  return false;
}

/** The root may be new together with folders above it, and each of them is a name to keep. */
async function makeRoot({ root, mode }: FoldersOptions, syncPath: FolderSync): Promise<boolean> {
  const first = await mkdir(root, { recursive: true, mode });
  if (first === undefined) return false;
  for (let path = dirname(root); ; path = dirname(path)) {
    await syncPath(path);
    if (path === dirname(first) || path === dirname(path)) return true;
  }
}
