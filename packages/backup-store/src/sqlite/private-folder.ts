import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { BackupError } from '../errors.ts';
import { pathError } from './live-place.ts';

/** A lock that the system gives back when its process dies, whatever container that was in. SQLite has one on all platforms. */
const LOCK = 'lock';
/** A folder without a lock is being made, unless it is as old as this, in milliseconds. */
const UNLOCKED_MS = 60_000;
const BUSY = 5;

/** A folder that only this user can look into, and that this process alone works in. */
export interface PrivateFolder extends Disposable {
  readonly path: string;
  /** Removes what another process has left in it. */
  clear(): Promise<void>;
  /** Removes it with all that is in it. Without that, it stays, for whoever takes it next. */
  remove(): Promise<void>;
}

/**
 * Makes a folder, or takes over what another process has left of one.
 *
 * @returns `undefined` when another one works in it.
 */
export async function takeFolder(path: string): Promise<PrivateFolder | undefined> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const lock = lockOf(join(path, LOCK));
  if (lock === undefined) return undefined;
  const close = (): void => {
    if (lock.isOpen) lock.close();
  };
  return {
    path,
    async clear() {
      for (const name of await readdir(path))
        if (!name.startsWith(LOCK)) await rm(join(path, name), { recursive: true, force: true });
    },
    async remove() {
      // While it is locked: nobody else is to work in what goes.
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
      close();
      // Some systems do not remove what is open.
      await rm(path, { recursive: true, force: true });
    },
    [Symbol.dispose]: close,
  };
}

function lockOf(path: string): DatabaseSync | undefined {
  const { DatabaseSync: Database } = sqlite();
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

/** The SQLite of Node, which not every Node has. @throws {BackupError} `COMMAND_NOT_FOUND` where Node has none. */
function sqlite(): typeof import('node:sqlite') {
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
  const folder = await sweep(prefix)
    .then(async () => await takeFolder(prefix + randomBytes(6).toString('hex')))
    .catch((error: unknown) => {
      throw pathError(dirname(prefix), error);
    });
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
    await left?.remove();
  }
}

/** Whether a folder has a lock, or should have had one long ago. */
async function isLeft(path: string): Promise<boolean> {
  const lock = await stat(join(path, LOCK)).catch(() => undefined);
  if (lock !== undefined) return true;
  const folder = await stat(path).catch(() => undefined);
  return folder !== undefined && folder.isDirectory() && Date.now() - folder.mtimeMs > UNLOCKED_MS;
}
