import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { copyFile, link, lstat, unlink } from 'node:fs/promises';
import { chunksOf } from '../body.ts';
import { preciseClock } from '../clock.ts';
import type { Body, CallOptions } from '../contract.ts';
import { StorageError } from '../errors.ts';
import { errnoOf, translated } from './errors.ts';
import type { FileContext } from './errors.ts';
import { openFile } from './open-file.ts';

/** Chunks smaller than the first are gathered up to the second before they are written, in bytes. */
const SMALL_CHUNK_BYTES = 64 * 1024;
const GATHER_BYTES = 256 * 1024;

/** How to write a new file. */
export interface WriteOptions extends CallOptions {
  readonly key: string;
  /** Whether it is synced to the disk. */
  readonly durable: boolean;
}

/** How {@link linkFile} links. */
export interface LinkOptions {
  readonly key: string;
  /** A test replaces it to stand for a file system without links. */
  readonly makeLink?: typeof link | undefined;
}

/** `link(2)` fails with one of these where a file system, or a security module, does not do links. */
const LINK_REFUSED: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EXDEV',
  'EMLINK',
  'EINVAL',
  'EISDIR',
]);

/** Writes a body to a file just opened, syncs and closes it, whatever happens. Gives the finished file's status. */
export async function writeFile(file: FileHandle, body: Body, options: WriteOptions): Promise<BigIntStats> {
  const context: FileContext = { key: options.key, action: 'write' };
  try {
    await writeBody(file, body, { ...options, ...context });
    options.signal?.throwIfAborted();
    await stampTime(file);
    if (options.durable) await translated(file.sync(), context);
    return await translated(file.stat({ bigint: true }), context);
  } finally {
    // Some file systems tell only now that the disk is full.
    await translated(file.close(), context);
  }
}

/** A finished file that waits for its name. */
export interface FinishedFile {
  readonly path: string;
  readonly status: BigIntStats;
}

/**
 * Gives the finished file the name `target`, unless that is taken: then `undefined`. `link(2)` decides it atomically.
 */
export async function linkFile(
  temp: FinishedFile,
  target: string,
  { key, makeLink = link }: LinkOptions,
): Promise<BigIntStats | undefined> {
  try {
    await makeLink(temp.path, target);
    return temp.status;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  const taken = await refuseForeign(target, key);
  // NFS may send a `link` twice and report the second answer: the name is then taken by us.
  const isOurs = taken !== undefined && taken.ino === temp.status.ino && taken.dev === temp.status.dev;
  return isOurs ? temp.status : undefined;
}

/**
 * Does the work of {@link linkFile} where there are no links, by an exclusive copy: still one winner, but a reader may see it
 * half-written, and so may everybody after a crash.
 */
export async function copyFileExclusively(
  temp: FinishedFile,
  target: string,
  { key, durable }: WriteOptions,
): Promise<BigIntStats | undefined> {
  try {
    await copyFile(temp.path, target, constants.COPYFILE_EXCL);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    await refuseForeign(target, key);
    return undefined;
  }
  const file = await openFile(target, { flags: 'r+' });
  try {
    if (durable) await file.sync();
    return await file.stat({ bigint: true });
  } finally {
    await file.close();
  }
}

/** Whether a failed {@link linkFile} means that this file system, or a security module, does not do links. */
export function isLinkRefused(error: unknown): boolean {
  return LINK_REFUSED.has(errnoOf(error));
}

/** Removes a file whose absence is as good. */
export async function removeQuietly(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}

/** A name taken by something that is no object can never be created nor read: say so, or callers would try for ever. */
async function refuseForeign(target: string, key: string): Promise<BigIntStats | undefined> {
  let found: BigIntStats;
  try {
    found = await lstat(target, { bigint: true });
  } catch (error) {
    // Deleted since: the name was taken when we tried, which is the answer.
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (found.isFile()) return found;
  throw new StorageError(
    'KEY_CONFLICT',
    `Expected nothing or an object at ${target}, got a folder, link or special file`,
    {
      key,
      hint: 'use another key: one that is a folder of other keys can not be an object as well',
    },
  );
}

/**
 * Gives the file a time of its own. Many systems stamp files with a clock that ticks every few milliseconds, and give an inode
 * number away again at once: two objects put one after the other could have the same version.
 */
async function stampTime(file: FileHandle): Promise<void> {
  const seconds = preciseClock() / 1000;
  // Where the owner of a file may not set its time, the system's stamp has to do.
  await file.utimes(seconds, seconds).catch(() => undefined);
}

async function writeBody(file: FileHandle, body: Body, context: FileContext & CallOptions): Promise<void> {
  context.signal?.throwIfAborted();
  if (body instanceof Uint8Array) return writeFully(file, body, context);
  const gathered = new Uint8Array(GATHER_BYTES);
  let used = 0;
  for await (const chunk of chunksOf(body, context.signal)) {
    const isSmall = chunk.length < SMALL_CHUNK_BYTES;
    if (used > 0 && (!isSmall || used + chunk.length > GATHER_BYTES)) {
      await writeFully(file, gathered.subarray(0, used), context);
      used = 0;
    }
    if (isSmall) {
      gathered.set(chunk, used);
      used += chunk.length;
    } else await writeFully(file, chunk, context);
  }
  await writeFully(file, gathered.subarray(0, used), context);
}

/** `write(2)` may take less than it was given, above all when the disk is about to be full. */
async function writeFully(file: FileHandle, bytes: Uint8Array, context: FileContext): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await translated(file.write(bytes, written, bytes.length - written), context);
    written += bytesWritten;
  }
}
