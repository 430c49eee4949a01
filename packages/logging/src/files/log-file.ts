import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, LogError } from '../errors.ts';

/** The three kinds of logs. */
export type StreamName = 'structured' | 'audit' | 'performance';

/** All of them. */
export const STREAMS: readonly StreamName[] = ['structured', 'audit', 'performance'];

/** A file of a stream. */
export interface LogFile {
  readonly stream: StreamName;
  /** Its name without `.zst`: stays the same when it is compressed. */
  readonly id: string;
  /** The UTC day in its name, `2026-11-28`. */
  readonly day: string;
  readonly path: string;
  readonly compressed: boolean;
}

const NAME = /^((\d{4}-\d{2}-\d{2})\.[\w.-]+\.jsonl)(\.zst)?$/;

/** The UTC day of a moment. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** When a day begins, in milliseconds since 1970. */
export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/**
 * The files of a stream, by name. One that is there twice, since it was being compressed when a process died, counts once.
 *
 * @throws {LogError} `LOG_UNREADABLE`.
 */
export async function listFiles(directory: string, stream: StreamName): Promise<readonly LogFile[]> {
  const folder = join(directory, stream);
  const files = new Map<string, LogFile>();
  for (const name of await namesIn(folder)) {
    const [, id, day, zst] = NAME.exec(name) ?? [];
    if (id === undefined || day === undefined) continue;
    const compressed = zst !== undefined;
    if (compressed || !files.has(id)) files.set(id, { stream, id, day, path: join(folder, name), compressed });
  }
  const all = [...files.values()];
  if (stream === 'audit') return all.toSorted((a, b) => firstNumber(a) - firstNumber(b));
  return all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Names in a folder; none where it is not there. @throws {LogError} `LOG_UNREADABLE`. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return [];
    throw new LogError('LOG_UNREADABLE', `Expected to list ${folder}, got ${(cause as Error).message}`, { cause });
  }
}

/** The number of the first record of an audit file, which is in its name. */
export function firstNumber({ id }: Pick<LogFile, 'id'>): number {
  return Number(/\.(\d+)\.jsonl$/.exec(id)?.[1] ?? 0);
}
