import { randomBytes } from 'node:crypto';
import { readFile, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from '../errors.ts';

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'an error';

/**
 * Reads a file that the command needs.
 *
 * @param what What it holds, for messages: `a manifest`.
 * @throws {CliError} `UNREADABLE`.
 */
export async function readInput(path: string, what: string, hint: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CliError('UNREADABLE', `Expected ${what} in ${path}, got ${codeOf(cause)}`, { cause, hint });
  }
}

/**
 * Reads a text that the command needs. Bytes that are no UTF-8 are refused, as whatever stood in their place would be somebody else's name.
 *
 * @throws {CliError} `UNREADABLE`.
 */
export async function readInputText(path: string, what: string, hint: string): Promise<string> {
  const bytes = await readInput(path, what, hint);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CliError('UNREADABLE', `Expected ${what} in ${path}, got bytes that are not UTF-8`, {
      cause,
      hint: 'Save the file as UTF-8.',
    });
  }
}

/**
 * Writes a file whole or not at all, in the place of the one that is there. What is no file (a pipe, `/dev/stdout`) is written to.
 *
 * @throws {CliError} `UNWRITABLE`.
 */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const there = await stat(path).catch(() => undefined);
    if (there !== undefined && !there.isFile()) return await writeFile(path, content);
    // Where a link leads, so that it stays a link.
    await replaceFile(there === undefined ? path : await realpath(path), content);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/**
 * Checks that the folder of a file to be written is there. Called before a long work, the result of which would be lost.
 *
 * @throws {CliError} `UNWRITABLE`.
 */
export async function checkFolderOf(path: string): Promise<void> {
  try {
    // With what a folder has in it: a file has nothing, so the system says ENOTDIR.
    await stat(`${dirname(path)}/.`);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): CliError {
  return new CliError('UNWRITABLE', `Expected to write ${path}, got ${codeOf(cause)}`, {
    cause,
    hint: 'Name another file, or make its folder.',
  });
}

async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temp = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temp, content, { flag: 'wx' });
    await rename(temp, path);
  } catch (error) {
    await unlink(temp).catch(() => undefined);
    throw error;
  }
}
