// A folder as a store: keys and their objects.
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { demand } from './sealed.ts';

const segment = /^(?!\.\.?$)[a-z0-9._-]+$/;

/** All keys below a folder of the repository, sorted; what can't be a key is left out. */
export function listKeys(folder: string, below: string): string[] {
  const keys: string[] = [];
  let entries;
  try {
    entries = readdirSync(join(folder, below), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return keys;
    throw error;
  }
  for (const entry of entries) {
    const key = `${below}/${entry.name}`;
    if (!segment.test(entry.name) || key.length > 200) continue;
    if (entry.isDirectory()) keys.push(...listKeys(folder, key));
    else if (entry.isFile()) keys.push(key);
  }
  return keys.sort();
}

/** The size of an object in bytes. */
export function objectSize(folder: string, key: string): number {
  return lstatSync(join(folder, key)).size;
}

/** Reads a part of an object, or all of it when it has at most `limit` bytes. */
export function readObject(
  folder: string,
  key: string,
  range: { limit: number } | { at: number; size: number },
): Buffer {
  const file = openSync(join(folder, key), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stored = fstatSync(file);
    demand(stored.isFile(), `${key}: not a file`);
    const { at, size } = 'limit' in range ? { at: 0, size: stored.size } : range;
    if ('limit' in range) demand(stored.size <= range.limit, `${key}: has more than ${range.limit} bytes`);
    demand(at + size <= stored.size, `${key}: cut`);
    const bytes = Buffer.alloc(size);
    for (let done = 0; done < size;) {
      const count = readSync(file, bytes, done, size - done, at + done);
      demand(count > 0, `${key}: cut`);
      done += count;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
