import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

import { BackupError } from '../errors.ts';

const PREFIX = 'holdfast-key-0';
const MAX_BYTES = 4096;

/** What a key file holds. */
export interface KeyFile {
  /** 32 hex digits: the repository it was made for. */
  readonly repositoryId: string;
  /** 32 bytes. */
  readonly secret: Buffer;
}

const check = (repositoryId: string, secret: Uint8Array): string =>
  createHash('sha256').update(`holdfast/key-file/${repositoryId}/`).update(secret).digest('hex').slice(0, 8);

/**
 * Makes a key file: mode 0600, flushed to disk before this returns, never over an existing file.
 *
 * @throws {BackupError} `ALREADY_EXISTS`, `PATH_FAILED`.
 */
export async function writeKeyFile(path: string, repositoryId: string): Promise<KeyFile> {
  const secret = randomBytes(32);
  const text = [
    '# Holdfast key file: whoever has it can read the repository. Keep a copy in another place.',
    `${PREFIX} ${repositoryId} ${secret.toString('base64url')} ${check(repositoryId, secret)}`,
    '',
  ].join('\n');
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    const { code, path: place } = cause as NodeJS.ErrnoException;
    // Also said of a file where its folder should be.
    if (code === 'EEXIST' && place !== folder) {
      throw new BackupError('ALREADY_EXISTS', `Expected no file at ${path}, got one`, {
        cause,
        hint: 'A key file is never overwritten. Name another path, or move the old file away.',
      });
    }
    throw new BackupError('PATH_FAILED', `Expected to write the key file ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
  return { repositoryId, secret };
}

/** @throws {BackupError} `PATH_FAILED` when it can't be read, `INVALID_KEY_FILE` when it is not a key file or mistyped. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  let text = '';
  try {
    // No more than a key file has: the path may be that of anything.
    const stream = createReadStream(path, { encoding: 'latin1', end: MAX_BYTES - 1 });
    for await (const piece of stream) text += String(piece);
  } catch (cause) {
    throw new BackupError('PATH_FAILED', `Expected to read the key file ${path}: ${(cause as Error).message}`, {
      cause,
      hint: 'Name the key file that was made with the repository, or open it with the recovery code.',
    });
  }
  const line = text.split('\n').find((each) => each.startsWith(`${PREFIX} `));
  const [, repositoryId, encoded, sum] = line?.trim().split(' ') ?? [];
  const secret = Buffer.from(encoded ?? '', 'base64url');
  if (repositoryId === undefined || secret.length !== 32 || sum !== check(repositoryId, secret)) {
    throw new BackupError(
      'INVALID_KEY_FILE',
      `Expected ${path} to be a Holdfast key file, got something else or a damaged one`,
      {
        hint: 'Use a copy of the key file, or open the repository with the recovery code.',
      },
    );
  }
  return { repositoryId, secret };
}
