import { type FileHandle, open } from 'node:fs/promises';
import type { DigestOptions } from './digest.ts';
import type { Digest } from './digest-value.ts';
import { fileError } from './file-error.ts';
import { createDigest, type Hasher } from './hasher.ts';

const BUFFER_BYTES = 1 << 20;

/**
 * Computes the digest of a file. The next piece is read while one is hashed; 2 MiB of memory are used for a file of
 * any size.
 *
 * @throws {IntegrityError} `READ_FAILED` when the file can't be opened or read (the system's error is the `cause`);
 * `UNKNOWN_ALGORITHM`; `LEGACY_ALGORITHM`.
 * @example
 * ```ts
 * import { digestFile } from '@x/integrity';
 *
 * console.log(`${await digestFile('package.json')}`); // sha256:…
 * ```
 */
export async function digestFile(path: string | URL, options: DigestOptions = {}): Promise<Digest> {
  const hasher = await createDigest(options.algorithm, options);
  options.signal?.throwIfAborted();
  const file = await readingFrom(path, open(path, 'r'));
  try {
    await hashFile(file, hasher, { path, signal: options.signal });
  } finally {
    await file.close();
  }
  return hasher.digest();
}

interface Reading {
  readonly path: string | URL;
  readonly signal: AbortSignal | undefined;
}

async function hashFile(file: FileHandle, hasher: Hasher, { path, signal }: Reading): Promise<void> {
  let [front, back] = [Buffer.allocUnsafeSlow(BUFFER_BYTES), Buffer.allocUnsafeSlow(BUFFER_BYTES)];
  let { bytesRead } = await readingFrom(path, file.read(front));
  while (bytesRead > 0) {
    signal?.throwIfAborted();
    const next = readingFrom(path, file.read(back));
    hasher.update(front.subarray(0, bytesRead));
    [front, back] = [back, front];
    ({ bytesRead } = await next);
  }
}

async function readingFrom<T>(path: string | URL, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileError('READ_FAILED', 'a file that can be read', { path, cause });
  }
}
