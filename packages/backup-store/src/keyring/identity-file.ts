import { createReadStream } from 'node:fs';

import { BackupError } from '../errors.ts';
import { areIdentities, isAgeFile, openWithPassphrase } from './age.ts';

const MAX_BYTES = 64 * 1024;
const MAX_IDENTITIES = 256;
const IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/;

/**
 * Reads a file of age identities, as `age-keygen` makes it: a line each, lines that begin with `#` are comments. It may
 * be encrypted with a passphrase, by `age -p`.
 *
 * @throws {BackupError} `PATH_FAILED`, `INVALID_KEY_FILE`; `KEY_REQUIRED` when it is encrypted and no passphrase was given,
 * `WRONG_KEY` when another one was.
 */
export async function readIdentityFile(path: string, passphrase?: string): Promise<readonly string[]> {
  const bytes = await readStart(path);
  const text = (isAgeFile(bytes) ? await unlocked(bytes, { path, passphrase }) : bytes).toString('utf8');
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const isWhole = bytes.length <= MAX_BYTES && lines.length > 0 && lines.length <= MAX_IDENTITIES;
  if (isWhole && lines.every((line) => IDENTITY.test(line)) && (await areIdentities(lines))) return lines;
  throw new BackupError('INVALID_KEY_FILE', `Expected ${path} to hold identities of age, got something else`, {
    hint: 'It has lines that begin with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1. SSH keys and plugins are not supported.',
  });
}

/** One byte more than is allowed, at most. */
async function readStart(path: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of createReadStream(path, { end: MAX_BYTES })) pieces.push(piece as Buffer);
  } catch (cause) {
    throw new BackupError('PATH_FAILED', `Expected to read the identity file ${path}: ${(cause as Error).message}`, {
      cause,
      hint: 'Name the file that `age-keygen` has made, or open the repository with another key.',
    });
  }
  return Buffer.concat(pieces);
}

async function unlocked(
  bytes: Buffer,
  { path, passphrase }: { readonly path: string; readonly passphrase: string | undefined },
): Promise<Buffer> {
  if (passphrase === undefined) {
    throw new BackupError('KEY_REQUIRED', `Expected the passphrase of the identity file ${path}, got none`, {
      hint: 'The file is encrypted. Give its passphrase, too.',
    });
  }
  const opened = await openWithPassphrase(bytes, passphrase);
  if (opened !== undefined) return opened;
  throw new BackupError('WRONG_KEY', `Expected the passphrase of the identity file ${path}, got another one`, {
    hint: 'Check the passphrase. It is that of the file, not of the repository.',
  });
}
