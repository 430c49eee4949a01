import { link, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempName } from './temp-files.ts';
import { isLinkRefused, removeQuietly } from './writing.ts';

/**
 * Whether links can be made in a folder, by making one. A folder that isn't there, or can't be written to, gets the benefit of the
 * doubt: the store finds out at its first write.
 */
export async function supportsLinks(folder: string): Promise<boolean> {
  const from = join(folder, tempName());
  const to = join(folder, tempName());
  try {
    await writeFile(from, '', { flag: 'wx', mode: 0o600 });
  } catch {
    return true;
  }
  try {
    await link(from, to);
    return true;
  } catch (error) {
    return !isLinkRefused(error);
  } finally {
    await removeQuietly(to);
    await removeQuietly(from);
  }
}
