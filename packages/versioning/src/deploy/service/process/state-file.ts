import { readWhole, writeWhole } from '../../layout/whole-file.ts';

/**
 * What a JSON file holds; `undefined` when there is none. Files are replaced as a whole, so nobody reads half of one.
 *
 * @throws {VersioningError} `READ_FAILED`.
 */
export async function readState<T>(path: string): Promise<T | undefined> {
  const text = await readWhole(path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

/**
 * Replaces a JSON file as a whole.
 *
 * @param isSafe Whether it has to be there after a power failure, too: what is wanted has to, what is reported has not.
 * @throws {VersioningError} `WRITE_FAILED`.
 */
export async function writeState(path: string, value: unknown, isSafe: boolean): Promise<void> {
  const text = `${JSON.stringify(value, undefined, 2)}\n`;
  await writeWhole(path, text, { mode: 0o600, durable: isSafe, part: `${process.pid}.part` });
}
