import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { tempFolder } from '../temp-folder.ts';

const run = promisify(execFile);

/** A file system in memory with a size of its own, for the time of one test; `undefined` where mounting is not allowed. */
export async function tmpfs(options: string): Promise<string | undefined> {
  const folder = await tempFolder();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  } catch {
    return undefined;
  }
  onTestFinished(async () => {
    await run('umount', [folder]);
  });
  return folder;
}

/** Mounts it again with other options. */
export async function remount(folder: string, options: string): Promise<void> {
  await run('mount', ['-o', `remount,${options}`, folder]);
}
