import { randomBytes } from 'node:crypto';
import { open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemClock } from '../clock.ts';
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

const MAX_BYTES = 256 * 1024 * 1024;
/** Temp files of processes that were killed are removed when they are older than this. */
const STALE_MS = 60 * 60 * 1000;
const TEMP_NAME = /^\.\d+\.[0-9a-f]{12}\.tmp$/;

/** Whether a name is that of a state or of one in the making. */
export function isStateName(name: string, stateName: string): boolean {
  return name === stateName || (name.startsWith(stateName) && TEMP_NAME.test(name.slice(stateName.length)));
}

/**
 * Reads a state. One that is lost or damaged costs only the knowledge of what was checked when, so that is no error.
 *
 * @param now Records from later than this were made by a clock that went wrong, and don't count.
 * @throws {IntegrityError} `READ_FAILED` when it is there but can't be read.
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
    return { records: new Map(), exists: true, damage: (error as Error).message };
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    if ((await file.stat()).size > MAX_BYTES) return '';
    return await file.readFile('utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError('READ_FAILED', 'the state of a scrub that can be read', { path, cause });
  }
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
  for (const each of names.filter((other) => other !== name && isStateName(other, name))) {
    const temp = join(folder, each);
    const stats = await stat(temp).catch(() => undefined);
    if (stats !== undefined && systemClock() - stats.mtimeMs > STALE_MS) await unlink(temp).catch(() => undefined);
  }
}
