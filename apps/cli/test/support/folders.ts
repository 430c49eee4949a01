import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder. Whoever makes it removes it. */
export async function newFolder(): Promise<string> {
  return await realpath(await mkdtemp(join(tmpdir(), 'holdfast-cli-')));
}

/** Removes a folder with all that is in it. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** A new folder that is removed when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await newFolder();
  onTestFinished(async () => await removeFolder(folder));
  return folder;
}
