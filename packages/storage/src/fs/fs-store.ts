import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CallOptions, ObjectStore } from '../contract.ts';
import { checkKey, checkPrefix, folderOf } from '../key.ts';
import { checkPaging } from '../paging.ts';
import { translated } from './errors.ts';
import { checkFileNames } from './file-names.ts';
import { folders as foldersBelow } from './folders.ts';
import { ListedNames } from './listed-names.ts';
import { listFolder } from './listing.ts';
import { createObject, deleteObject, putObject } from './objects.ts';
import type { FsState } from './objects.ts';
import { missing, readFile, statFile } from './reading.ts';
import { tidyFolder } from './tidying.ts';
import type { LinkOptions } from './writing.ts';

/** Options of {@link fsStore}. Most users need none. */
export interface FsStoreOptions {
  /**
   * Whether a write is synced to the disk, with its name, before it answers. Default true. Without it a crash of the machine may
   * lose what was written, or leave it empty: for scratch folders and tests.
   */
  readonly durable?: boolean | undefined;
  /**
   * `auto` (default): objects get their names by `link(2)`, and by exclusive copy from the moment the file system refuses a link.
   * `never`: by exclusive copy at once. {@link openStore} finds out which before it answers.
   */
  readonly links?: 'auto' | 'never' | undefined;
  /** Mode of new folders; default 0700. */
  readonly folderMode?: number | undefined;
  /** Mode of new files; default 0600. */
  readonly fileMode?: number | undefined;
}

/**
 * A store in a folder of a local or network file system; each object is a file whose path below the folder is its key. The folder is
 * made when the first object is written. Files that can't be objects by their names, links and special files are left alone
 * and never shown.
 *
 * Creating an object writes a temporary file in its folder, syncs it, links it to its name (which fails when the name is taken)
 * and syncs the folder: one winner among any number of processes, and never a half-written object, also after a crash. Where the file
 * system has no links, `capabilities.atomicCreate` is false.
 *
 * @example
 * ```ts
 * import { fsStore, readObject } from '@x/storage';
 *
 * const store = fsStore('./data');
 * const { created } = await store.createIfAbsent('greeting', new TextEncoder().encode('hello'));
 * console.log(created, await readObject(store, 'greeting'));
 * ```
 */
export function fsStore(path: string, options: FsStoreOptions = {}): ObjectStore {
  return fsStoreWithLinks(path, options);
}

/** {@link fsStore}, with the links replaced; only tests need that. */
export function fsStoreWithLinks(
  path: string,
  options: FsStoreOptions,
  makeLink?: LinkOptions['makeLink'],
): ObjectStore {
  const root = resolve(path);
  const state = stateOf(root, options, makeLink);
  return {
    url: pathToFileURL(root).href,
    get capabilities() {
      return state.capabilities;
    },
    createIfAbsent: async (key, body, call) =>
      createObject(state, locate(state, key, call), { key, body, signal: call?.signal }),
    put: async (key, body, call) => putObject(state, locate(state, key, call), { key, body, signal: call?.signal }),
    async get(key, call) {
      const file = locate(state, key, call);
      if (await isBelowLink(state, key)) throw missing(key, file);
      return readFile(file, key, call);
    },
    async stat(key, call) {
      const file = locate(state, key, call);
      return (await isBelowLink(state, key)) ? undefined : statFile(file, key);
    },
    list: async (prefix, call) => listFolder(state, checkPaging(prefix, call), call?.signal),
    async delete(key, call) {
      const file = locate(state, key, call);
      if (!(await isBelowLink(state, key))) await deleteObject(state, file, key);
    },
    async tidy(folder, call) {
      checkPrefix(folder);
      call?.signal?.throwIfAborted();
      if (!folder.endsWith('/') || !(await translated(state.folders.isReal(folder), { key: folder, action: 'tidy' })))
        return;
      await tidyFolder(state.folders.pathOf(folder), folder);
      state.folders.forget(folder);
      state.listed.forget(folder);
    },
    async close() {
      await Promise.all(state.sweeps.values());
    },
  };
}

function stateOf(root: string, options: FsStoreOptions, makeLink: LinkOptions['makeLink']): FsState {
  const { durable = true, links = 'auto', folderMode = 0o700, fileMode = 0o600 } = options;
  return {
    folders: foldersBelow({ root, mode: folderMode, durable }),
    listed: new ListedNames(),
    durable,
    fileMode,
    makeLink,
    sweeps: new Map(),
    capabilities: {
      atomicCreate: links === 'auto',
      listAfterWrite: true,
      conditionalReplace: false,
      durable,
      shared: true,
    },
  };
}

/** The path of a key, after all checks that come before any work. */
function locate({ folders }: FsState, key: string, call: CallOptions | undefined): string {
  const path = folders.pathOf(checkFileNames(checkKey(key)));
  call?.signal?.throwIfAborted();
  return path;
}

/** Also true when the folder isn't there; neither way is there an object. */
async function isBelowLink({ folders }: FsState, key: string): Promise<boolean> {
  return !(await translated(folders.isReal(folderOf(key)), { key, action: 'find' }));
}
