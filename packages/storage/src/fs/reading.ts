import { constants, lstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat } from 'node:fs/promises';
import { CHUNK_BYTES, ONE_CHUNK_BYTES } from '../body.ts';
import { resolveRange } from '../byte-range.ts';
import type { Span } from '../byte-range.ts';
import type { GetOptions, ObjectInfo, ObjectReading } from '../contract.ts';
import { StorageError } from '../errors.ts';
import { fileError, isAbsent, translated } from './errors.ts';
import { infoOfFile } from './file-info.ts';
import { openFile } from './open-file.ts';

/** No links; and a named pipe that someone put there must not block us (`O_NONBLOCK`). Windows has neither flag. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The status of the object at `path`; `undefined` when there is none. */
export async function statFile(path: string, key: string): Promise<ObjectInfo | undefined> {
  try {
    const status = await lstat(path, { bigint: true });
    return status.isFile() ? infoOfFile(key, status) : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileError(error, { key, action: 'look up' });
  }
}

/** {@link statFile}, at once: for many files of a fast file system. */
export function statFileSync(path: string, key: string): ObjectInfo | undefined {
  try {
    const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return status?.isFile() === true ? infoOfFile(key, status) : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileError(error, { key, action: 'look up' });
  }
}

/**
 * Reads the object at `path`. Up to 8 MiB are read at once, with a single system call, before this returns. A longer body opens the
 * file again when it is iterated, so one that is never read holds nothing open.
 */
export async function readFile(path: string, key: string, options: GetOptions = {}): Promise<ObjectReading> {
  const { signal } = options;
  const file = await openObject(path, key, signal);
  try {
    const info = await infoOfHandle(file, key);
    const span = resolveRange(options.range, info.size, key);
    if (span.end - span.start > ONE_CHUNK_BYTES) return { ...info, body: longBody(path, info, { span, signal }) };
    return { ...info, body: once(await readSpan(file, span, key)) };
  } finally {
    await file.close();
  }
}

async function openObject(path: string, key: string, signal: AbortSignal | undefined): Promise<FileHandle> {
  try {
    return await openFile(path, { flags: READ_FLAGS, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw isAbsent(error) ? missing(key, path, error) : fileError(error, { key, action: 'read' });
  }
}

async function infoOfHandle(file: FileHandle, key: string): Promise<ObjectInfo> {
  const status = await translated(file.stat({ bigint: true }), { key, action: 'read' });
  if (!status.isFile()) throw missing(key, 'a folder or special file');
  return infoOfFile(key, status);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes.length > 0) yield bytes;
}

async function* longBody(
  path: string,
  info: ObjectInfo,
  { span, signal }: { readonly span: Span; readonly signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await openObject(path, info.key, signal);
  try {
    if ((await infoOfHandle(file, info.key)).version !== info.version) {
      throw new StorageError(
        'UNAVAILABLE',
        `Expected "${info.key}" as it was a moment ago, got another object in its place`,
        { key: info.key },
      );
    }
    for (let start = span.start; start < span.end; start += CHUNK_BYTES) {
      signal?.throwIfAborted();
      yield await readSpan(file, { start, end: Math.min(start + CHUNK_BYTES, span.end) }, info.key);
    }
  } finally {
    await file.close();
  }
}

/** One `read(2)` as a rule; more when the system gives less than was asked for. */
async function readSpan(file: FileHandle, { start, end }: Span, key: string): Promise<Uint8Array> {
  // Not zeroed and not from the shared pool: the caller gets the array, and each byte of it is written below.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await translated(file.read(bytes, filled, bytes.length - filled, start + filled), {
      key,
      action: 'read',
    });
    if (bytesRead === 0) {
      throw new StorageError(
        'SHORT_READ',
        `Expected ${bytes.length} bytes of "${key}", got ${filled}; the file has shrunk`,
        { key },
      );
    }
    filled += bytesRead;
  }
  return bytes;
}

/** The error for a key with no object. */
export function missing(key: string, where: string, cause?: unknown): StorageError {
  return new StorageError('NOT_FOUND', `Expected an object "${key}", got nothing at ${where}`, { key, cause });
}
