import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { wallClock } from '../clock.ts';
import { randomName } from '../random.ts';

/** `~` is no key character, so no key can ever name such a file and no listing shows it. */
const PREFIX = '.tmp~';

/** A writer that has not added a byte for this long is gone, in milliseconds. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/** A fresh name for a file that is still being written. */
export function tempName(): string {
  return PREFIX + randomName();
}

/** Whether a file of this name is one that is still being written, or was left by a writer that was killed. */
export const isTempName = (name: string): boolean => name.startsWith(PREFIX);

/**
 * Removes what writers that were killed have left in a folder: temporary files that nobody has written to for a day. Should
 * such a writer wake up after all, its call fails and its caller tries again; no object is ever touched. Failures don't
 * matter, the next writer sweeps again.
 */
export async function sweepTempFiles(folder: string): Promise<void> {
  const abandonedBefore = wallClock() - ABANDONED_MS;
  try {
    for (const name of await readdir(folder)) {
      if (!isTempName(name)) continue;
      const path = join(folder, name);
      const found = await lstat(path);
      if (found.isFile() && found.mtimeMs < abandonedBefore) await unlink(path);
    }
  } catch {
    // Another sweeper was faster, or the folder is not ours to clean.
  }
}
