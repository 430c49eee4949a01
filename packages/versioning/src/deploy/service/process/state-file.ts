import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../../artifact/file-failure.ts';

/** What a JSON file holds; `undefined` when there is none. Files are replaced as a whole, so nobody reads half of one. */
export async function readState<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Replaces a JSON file as a whole.
 *
 * @param isLasting Whether it has to outlive a power failure: what is wanted has to, what is reported has not.
 */
export async function writeState(path: string, value: unknown, isLasting: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
    if (isLasting) await file.sync();
  } finally {
    await file.close();
  }
  await replace(part, path);
}

const TRIES = 50;

/** Windows refuses to replace a file while somebody reads it. */
async function replace(part: string, path: string): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      return await rename(part, path);
    } catch (error) {
      if (process.platform !== 'win32' || left === 0 || !['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? ''))
        throw error;
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
  }
}
