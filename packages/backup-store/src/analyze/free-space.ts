import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../errors.ts';

/** The folder that a location names; `undefined` for stores that are not folders. */
function folderOf(location: string): string | undefined {
  if (location.startsWith('file:')) return fileURLToPath(location);
  return /^[a-z][a-z0-9+.-]+:/i.test(location) ? undefined : location;
}

/**
 * Bytes that this user may still write at a place, or where it would be made.
 *
 * @returns `undefined` where that can't be told: buckets and servers do not say.
 */
export async function freeBytesAt(location: string): Promise<number | undefined> {
  for (let folder = folderOf(location); folder !== undefined;) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch (error) {
      const above = dirname(folder);
      if (codeOf(error) !== 'ENOENT' || above === folder) return undefined;
      folder = above;
    }
  }
  return undefined;
}
