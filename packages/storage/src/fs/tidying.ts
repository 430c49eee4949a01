import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, isAbsent } from './errors.ts';
import { isTempName } from './temp-files.ts';
import { removeQuietly } from './writing.ts';

/** Removes temporary files below a folder that nobody writes to any more, and the folders that are empty then. */
export async function tidyFolder(path: string, folder: string): Promise<void> {
  try {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.isDirectory()) await tidyFolder(join(path, entry.name), `${folder}${entry.name}/`);
      else if (entry.isFile() && isTempName(entry.name)) await removeQuietly(join(path, entry.name));
    }
    // Fails where something is left, which is as it should be.
    await rmdir(path).catch(() => undefined);
  } catch (error) {
    if (!isAbsent(error)) throw fileError(error, { key: folder, action: 'tidy' });
  }
}
