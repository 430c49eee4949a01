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
 * @param isSafe Whether it has to be whole after a power failure, too: what is wanted has to, what is reported has not.
 */
export async function writeState(path: string, value: unknown, isSafe: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
    if (isSafe) await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}
