import type { FileHandle } from 'node:fs/promises';
import { lstat, rename, unlink } from 'node:fs/promises';
import type { Body, CallOptions, CreateOutcome, StoreCapabilities } from '../contract.ts';
import { StorageError } from '../errors.ts';
import { folderOf } from '../key.ts';
import { errnoOf, fileError, isAbsent, translated } from './errors.ts';
import { versionOf } from './file-info.ts';
import type { Folders } from './folders.ts';
import type { ListedNames } from './listed-names.ts';
import { openFile } from './open-file.ts';
import { sweepTempFiles, tempName } from './temp-files.ts';
import { copyFileExclusively, isLinkRefused, linkFile, removeQuietly, writeFile } from './writing.ts';
import type { FinishedFile, LinkOptions } from './writing.ts';

/** Everything that the calls of one store share. */
export interface FsState {
  readonly folders: Folders;
  readonly listed: ListedNames;
  readonly durable: boolean;
  readonly fileMode: number;
  readonly makeLink: LinkOptions['makeLink'];
  /** The sweep of each folder that was there before us. */
  readonly sweeps: Map<string, Promise<void>>;
  /** Changes once at most: when the file system turns out to have no links. */
  capabilities: StoreCapabilities;
}

/** What to write. */
export interface Write extends CallOptions {
  readonly key: string;
  readonly body: Body;
}

/** Creates the object at `target` unless the name is taken. */
export async function createObject(state: FsState, target: string, write: Write): Promise<CreateOutcome> {
  const context = { key: write.key, action: 'create' };
  const status = await withTempFile(state, write, async (temp) => {
    const options = { key: write.key, durable: state.durable };
    if (!state.capabilities.atomicCreate) return copyFileExclusively(temp, target, options);
    try {
      return await linkFile(temp, target, { key: write.key, makeLink: state.makeLink });
    } catch (error) {
      if (!isLinkRefused(error)) throw error;
    }
    state.capabilities = { ...state.capabilities, atomicCreate: false };
    return copyFileExclusively(temp, target, options);
  });
  // Also when the name was taken: a caller that finds its own object there, after a lost answer, will count on it.
  await translated(state.folders.sync(folderOf(write.key)), context);
  return status === undefined ? { created: false } : { created: true, version: versionOf(status) };
}

/** Puts an object at `target` in place of whatever object is there; readers see the old one or the new one. */
export async function putObject(state: FsState, target: string, write: Write): Promise<void> {
  const context = { key: write.key, action: 'put' };
  await withTempFile(state, write, async (temp) => rename(temp.path, target));
  await translated(state.folders.sync(folderOf(write.key)), context);
}

/** Deletes the object at `target`; what is there but is no object stays. */
export async function deleteObject(state: FsState, target: string, key: string): Promise<void> {
  try {
    if (!(await lstat(target)).isFile()) return;
    await unlink(target);
    state.listed.forget(folderOf(key));
    await state.folders.sync(folderOf(key));
  } catch (error) {
    if (!isAbsent(error)) throw fileError(error, { key, action: 'delete' });
  }
}

/** Writes the body to a temporary file beside the target, hands it over to be named, and leaves nothing of it behind. */
async function withTempFile<T>(state: FsState, write: Write, name: (temp: FinishedFile) => Promise<T>): Promise<T> {
  const { path, file } = await openTempFile(state, write);
  try {
    const status = await writeFile(file, write.body, { ...write, durable: state.durable });
    write.signal?.throwIfAborted();
    return await name({ path, status }).catch((error: unknown) => {
      throw nameError(state, error, write.key);
    });
  } finally {
    state.listed.forget(folderOf(write.key));
    await removeQuietly(path);
  }
}

async function openTempFile(state: FsState, { key, signal }: Write): Promise<{ path: string; file: FileHandle }> {
  const folder = folderOf(key);
  const context = { key, action: 'write' };
  for (let attempt = 0; ; attempt += 1) {
    const isNew = await translated(state.folders.ensure(folder), context);
    const path = state.folders.pathOf(folder + tempName());
    if (!isNew && !state.sweeps.has(folder)) state.sweeps.set(folder, sweepTempFiles(state.folders.pathOf(folder)));
    try {
      return { path, file: await openFile(path, { flags: 'wx', mode: state.fileMode, signal }) };
    } catch (error) {
      signal?.throwIfAborted();
      // Someone removed the folder that we had seen; once more from the start.
      if (errnoOf(error) !== 'ENOENT' || attempt > 0) throw fileError(error, context);
      state.folders.forget(folder);
    }
  }
}

/** A finished file that lost its name before it got its final one: swept as abandoned, or gone with its folder. */
function nameError(state: FsState, error: unknown, key: string): StorageError {
  if (errnoOf(error) !== 'ENOENT') return fileError(error, { key, action: 'create' });
  state.folders.forget(folderOf(key));
  return new StorageError('UNAVAILABLE', `Expected the temporary file of "${key}", got none: it was removed`, {
    key,
    cause: error,
  });
}
