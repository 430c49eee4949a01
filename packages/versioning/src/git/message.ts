import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shown, VersioningError } from '../errors.ts';
import { signatureStart } from './object-text.ts';

/**
 * A message as it stands in a tag or commit: UTF-8 with `\n`, without space around it.
 *
 * @throws {VersioningError} `INVALID_OPTION` for one without text, with NUL, or with a line that begins a signature.
 */
export function normalMessage(message: string): string {
  const normal = `${message.toWellFormed().replaceAll(/\r\n?/g, '\n').trim()}\n`;
  if (normal !== '\n' && !normal.includes('\0') && signatureStart(normal) === undefined) return normal;
  throw new VersioningError('INVALID_OPTION', `Expected a message, got ${shown(message)}`, {
    hint: 'It needs some text, and may have neither NUL nor a line such as `-----BEGIN PGP SIGNATURE-----`.',
  });
}

/**
 * Lends a file with a message in it.
 *
 * A pipe would not do: when this process is killed, git would find the message's end too early and write half of it. Arguments
 * would not do: they are too short for some changelogs, and everybody on the machine may read them.
 *
 * @throws {VersioningError} `WRITE_FAILED`; what `use` throws.
 */
export async function withMessageFile<T>(message: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await writing(mkdtemp(join(tmpdir(), 'holdfast-')));
  try {
    const file = join(folder, 'message');
    await writing(writeFile(file, message));
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new VersioningError('WRITE_FAILED', `Expected a file in ${tmpdir()} that can be written`, { cause });
  }
}
