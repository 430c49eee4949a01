import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemClock } from '../clock.ts';
import { IntegrityError } from '../errors.ts';
import { fileError } from '../file-error.ts';
import { keyOf, type PathKey, pathOf } from '../manifest/entry-path.ts';
import type { EntryPath } from '../manifest/model.ts';

/** What came of checking a file the last time. */
export interface CheckRecord {
  /** What the manifest said then. With another digest the file is a new one, and the record does not count. */
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly checkedAtMs: number;
  readonly result: 'sound' | 'changed' | 'unreadable';
  /** The file's change time if it is not sound: when it has another one, somebody has repaired it, perhaps. */
  readonly ctimeNs?: string | undefined;
}

/** Records by path. */
export type CheckRecords = Map<PathKey, CheckRecord>;

/** A state as it was found. */
export interface LoadedState {
  readonly records: CheckRecords;
  /** Why a state that is there can't be used. */
  readonly damage?: string | undefined;
  readonly exists: boolean;
}

/** A larger state is not read. V8 has no strings of 512 MiB or more. */
const MAX_BYTES = 256 * 1024 * 1024;
/** How each state begins. What begins otherwise is somebody's file, and no scrub writes to it. */
const BEGINNING = '{"format":"holdfast-scrub"';
const VERSION = /^\s*,\s*"version"\s*:\s*(\d+)/;
/** Temp files of processes that were killed are removed when they are older than this. */
const STALE_MS = 60 * 60 * 1000;
const TEMP_NAME = /^\.\d+\.[0-9a-f]{12}\.tmp$/;

/** Whether a name or path is that of a state in the making. */
export function isTempOf(name: string, state: string): boolean {
  return name.startsWith(state) && TEMP_NAME.test(name.slice(state.length));
}

/**
 * Where a state is, or will be: where a link leads, so that it stays a link.
 *
 * @throws {IntegrityError} `WRITE_FAILED` when its folder is not there.
 */
export async function placeOfState(path: string): Promise<string> {
  const full = resolve(path);
  const real = await realpath(full).catch(() => undefined);
  if (real !== undefined) return real;
  try {
    return join(await realpath(dirname(full)), basename(full));
  } catch (cause) {
    throw fileError('WRITE_FAILED', 'a folder for the state of a scrub', { path: dirname(full), cause });
  }
}

/**
 * Reads a state. One that is lost or damaged costs only the knowledge of what was checked when, so that is no error. A file
 * that no scrub has begun is not taken for a damaged state: it would be replaced.
 *
 * @param now Records from later than this were made by a clock that went wrong, and don't count.
 * @throws {IntegrityError} `READ_FAILED` when it is there but can't be read; `INVALID_OPTION` when it is another file, or a
 * state of a later version.
 */
export async function loadState(path: string, now: number): Promise<LoadedState> {
  const text = await readText(path);
  if (text === undefined) return { records: new Map(), exists: false };
  try {
    const { format, version, files } = JSON.parse(text) as Record<string, unknown>;
    if (format !== 'holdfast-scrub' || version !== 1 || !Array.isArray(files)) {
      throw new Error('Expected the state of a scrub of version 1, got something else');
    }
    const records = files.map(recordOf).filter(([, { checkedAtMs }]) => checkedAtMs <= now);
    return { records: new Map(records), exists: true };
  } catch (error) {
    checkIsState(text, path);
    return { records: new Map(), exists: true, damage: (error as Error).message };
  }
}

/** The text, or the beginning of one that is too large. A pipe or a device is not even opened: it would be replaced too. */
async function readText(path: string): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile() && !stats.isDirectory()) throw notState(path, 'what is no file');
    await using file = await open(path, 'r');
    return (await file.stat()).size > MAX_BYTES ? await beginningOf(file) : await file.readFile('utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (cause instanceof IntegrityError) throw cause;
    throw fileError('READ_FAILED', 'the state of a scrub that can be read', { path, cause });
  }
}

async function beginningOf(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64) });
  return buffer.toString('utf8', 0, bytesRead);
}

/** @throws {IntegrityError} `INVALID_OPTION` for a text that no scrub of this version has written, whole or in part. */
function checkIsState(text: string, path: string): void {
  const version = VERSION.exec(text.slice(BEGINNING.length))?.[1] ?? '1';
  const isOurs = text.startsWith(BEGINNING) || BEGINNING.startsWith(text);
  if (isOurs && version === '1') return;
  throw notState(path, isOurs ? `one of version ${version}` : 'another file');
}

function notState(path: string, found: string): IntegrityError {
  return new IntegrityError('INVALID_OPTION', `Expected the state of a scrub of version 1 in ${path}, got ${found}.`, {
    hint: 'Name another file for the state: this one would be replaced.',
  });
}

function recordOf(value: unknown): [PathKey, CheckRecord] {
  const { path, pathBase64, digest, checkedAtMs, result, ctimeNs } = value as EntryPath & CheckRecord;
  const isSound =
    typeof path === 'string' &&
    (pathBase64 === undefined || typeof pathBase64 === 'string') &&
    typeof digest === 'string' &&
    Number.isFinite(checkedAtMs) &&
    (result === 'sound' || result === 'changed' || result === 'unreadable') &&
    (ctimeNs === undefined || typeof ctimeNs === 'string');
  if (!isSound) throw new Error('Expected a record of a file, got something else');
  return [keyOf({ path, pathBase64 }), { digest, checkedAtMs, result, ctimeNs }];
}

/** Takes over what another scrub has checked later. */
export function mergeRecords(into: CheckRecords, others: CheckRecords): void {
  for (const [key, record] of others) {
    const own = into.get(key);
    if (own === undefined || own.checkedAtMs < record.checkedAtMs) into.set(key, record);
  }
}

/**
 * Replaces a state, so that whenever the process or the machine stops there is the old one or the new one.
 *
 * @throws {IntegrityError} `WRITE_FAILED`.
 */
export async function saveState(path: string, records: CheckRecords): Promise<void> {
  const files = [...records].map(([key, record]) => ({ ...pathOf(key), ...record }));
  const text = JSON.stringify({ format: 'holdfast-scrub', version: 1, files });
  // Of its own for each process and each write: two scrubs never write to the same file.
  const temp = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    {
      await using file = await open(temp, 'wx', 0o600);
      await file.writeFile(text);
      await file.sync();
    }
    await rename(temp, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await unlink(temp).catch(() => undefined);
    throw fileError('WRITE_FAILED', 'the state of a scrub to be written', { path, cause });
  }
}

/** So that the new name outlives a power cut. Windows can't, and needn't. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** Removes what killed processes have left beside a state. What can't be removed stays. */
export async function tidyState(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  const names = await readdir(folder).catch(() => []);
  for (const each of names.filter((other) => isTempOf(other, name))) {
    const temp = join(folder, each);
    const stats = await stat(temp).catch(() => undefined);
    if (stats !== undefined && systemClock() - stats.mtimeMs > STALE_MS) await unlink(temp).catch(() => undefined);
  }
}
