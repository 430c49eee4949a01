import { hash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../artifact/file-failure.ts';

/**
 * Where a text lies until it takes the place of a file. Its name follows from the text alone: whoever goes on after a process was killed
 * knows what that one has left behind.
 */
export const partOf = (target: string, text: string): string => `${target}.${hash('sha256', text).slice(0, 16)}.part`;

/**
 * Puts a text in the place of a file, whole or not at all, also when the power fails. The file keeps its mode and, as far as that may be set, its
 * owner.
 *
 * @param check Called when all is written, before the file is replaced.
 */
export async function replaceFile(
  target: string,
  text: string,
  { like, check }: { readonly like: Stats | undefined; readonly check: () => Promise<void> },
): Promise<void> {
  const folder = dirname(target);
  await makeFolder(folder);
  const part = partOf(target, text);
  const file = await open(part, 'wx');
  try {
    try {
      await file.writeFile(text);
      if (like !== undefined) await keepAccess(file, like);
      await file.sync();
    } finally {
      await file.close();
    }
    await check();
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Removes a file, so that it is gone after a power failure too. */
export async function removeFile(target: string): Promise<void> {
  await rm(target);
  await syncFolder(dirname(target));
}

async function keepAccess(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) {
    // Only root may give files away; for others it is theirs now.
    await file.chown(uid, gid).catch((error: unknown) => {
      if (codeOf(error) !== 'EPERM') throw error;
    });
  }
  await file.chmod(mode & 0o7777);
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** File systems that keep names safe in another way, or not at all, refuse to sync a folder with one of these. */
const REFUSED: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF']);

/** Makes the names in a folder outlive a crash. Windows can't open a folder for this and journals names itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if (!REFUSED.has(codeOf(error))) throw error;
  } finally {
    await folder.close();
  }
}
