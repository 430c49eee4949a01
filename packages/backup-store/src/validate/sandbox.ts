import { chmod, mkdir, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BackupError, codeOf } from '../errors.ts';
import { systemClock } from '../run/clock.ts';

/** Room that stays free beside what is restored: file systems need some for themselves. */
const SPARE_BYTES: number = 16 * 1024 * 1024;
const PREFIX = 'holdfast-validate-';
/** What a process has left that was killed goes after this, in milliseconds. */
const LEFT_OVER_MS = 86_400_000;

/** A folder for a restored copy, which goes away with everything in it. */
export interface Sandbox extends AsyncDisposable {
  readonly folder: string;
}

/** @throws {BackupError} `PATH_FAILED` when no folder can be made there. */
export async function makeSandbox(parent: string = tmpdir()): Promise<Sandbox> {
  let folder: string;
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await removeLeftOver(parent);
    folder = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  } catch (cause) {
    throw new BackupError('PATH_FAILED', `Expected to make a folder in ${parent}: ${(cause as Error).message}`, {
      cause,
      hint: 'Name a folder that can be written to as the sandbox.',
    });
  }
  return { folder, [Symbol.asyncDispose]: async () => await removeAll(folder) };
}

/** @throws {BackupError} `SANDBOX_FULL` when there is less room than `bytes`. */
export async function demandRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes + SPARE_BYTES) return;
  throw new BackupError('SANDBOX_FULL', `Expected room for ${bytes} bytes in ${folder}, got ${free}`, {
    hint: 'Name a sandbox with more room, or validate one path of the snapshot.',
  });
}

/** Folders may have been restored with modes that forbid to remove what is in them. */
async function removeAll(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(codeOf(error))) throw error;
    await openUp(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
}

/** Removes folders of processes that are gone, and have been for a day. */
async function removeLeftOver(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-[A-Za-z0-9]{6}$`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const path = join(parent, name);
    const age = await stat(path).then(
      ({ ctimeMs, uid }) => (uid === process.getuid?.() ? systemClock() - ctimeMs : 0),
      () => 0,
    );
    if (age > LEFT_OVER_MS) await removeAll(path).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
