import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { BackupError } from '../errors.ts';

/** A lock that the system gives back when its process dies, whatever container that was in. SQLite has one on all platforms. */
const LOCK = 'lock';
/** A folder without a lock is being made, unless it is as old as this, in milliseconds. */
const UNLOCKED_MS = 60_000;
const BUSY = 5;

/** A folder that only this user can look into, and that this process alone works in. */
export interface PrivateFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder, or takes over what another process has left of one.
 *
 * @returns `undefined` when another one works in it.
 */
export async function takeFolder(path: string): Promise<PrivateFolder | undefined> {
  await mkdir(path, { mode: 0o700, recursive: true });
  const lock = await lockOf(join(path, LOCK));
  if (lock === undefined) return undefined;
  return {
    path,
    async [Symbol.asyncDispose]() {
      // While it is locked: nobody else is to work in what goes.
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
      lock.close();
      // Some systems do not remove what is open.
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Gives the lock of a folder back and leaves the folder as it is. */
async function lockOf(path: string): Promise<DatabaseSync | undefined> {
  const { DatabaseSync: Database } = await sqlite();
  const lock = new Database(path);
  try {
    lock.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === BUSY) return undefined;
    throw error;
  }
}

/** The SQLite of Node, without its remark that it is new. @throws {BackupError} `COMMAND_NOT_FOUND` where Node has none. */
async function sqlite(): Promise<typeof import('node:sqlite')> {
  const found = process.getBuiltinModule('node:sqlite') as typeof import('node:sqlite') | undefined;
  if (found !== undefined) return found;
  throw new BackupError('COMMAND_NOT_FOUND', 'Expected a Node.js with SQLite, got one that was built without', {
    hint: 'Use the Node.js of nodejs.org, 22.19 or later.',
  });
}

/**
 * Makes a folder for one copy, with a name of its own. What killed processes have left beside it goes.
 *
 * @param prefix Path that the name begins with.
 */
export async function newFolder(prefix: string): Promise<PrivateFolder> {
  await sweep(prefix);
  const folder = await takeFolder(prefix + randomBytes(6).toString('hex'));
  if (folder === undefined) throw new BackupError('PATH_FAILED', `Expected a new folder ${prefix}..., got one in use`);
  return folder;
}

async function sweep(prefix: string): Promise<void> {
  const start = basename(prefix);
  for (const name of await readdir(dirname(prefix))) {
    if (!name.startsWith(start) || !/^[0-9a-f]{12}$/.test(name.slice(start.length))) continue;
    const path = join(dirname(prefix), name);
    if (!(await isLeft(path))) continue;
    const left = await takeFolder(path);
    await left?.[Symbol.asyncDispose]();
  }
}

/** Whether a folder has a lock, or should have had one long ago. */
async function isLeft(path: string): Promise<boolean> {
  const lock = await stat(join(path, LOCK)).catch(() => undefined);
  if (lock !== undefined) return true;
  const folder = await stat(path).catch(() => undefined);
  return folder !== undefined && folder.isDirectory() && Date.now() - folder.mtimeMs > UNLOCKED_MS;
}
