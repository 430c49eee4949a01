import { stat } from 'node:fs/promises';
import { planRetention, type RetentionItem } from '@x/retention';
import { LogError, shown } from '../errors.ts';
import { listFiles, type LogFile, startOfDay, STREAMS, type StreamName } from '../files/log-file.ts';

/** How long records are kept, in whole days after the day that they are of. */
export interface LogRetention {
  /** Default 30. */
  readonly structured?: number | undefined;
  /** Default 365. */
  readonly audit?: number | undefined;
  /** Default 30. */
  readonly performance?: number | undefined;
}

const DAYS: Readonly<Record<StreamName, number>> = { structured: 30, audit: 365, performance: 30 };
const DAY_MS = 86_400_000;
const LONGEST = 36_500;

/** A file that is no longer kept. */
export interface RemovableFile {
  readonly stream: StreamName;
  readonly file: string;
  /** The UTC day of its records. */
  readonly day: string;
  /** As it is stored. */
  readonly bytes: number;
}

/** What is going to be removed. Plain data. */
export interface CleanPlan {
  readonly remove: readonly RemovableFile[];
  /** Files that stay. */
  readonly kept: number;
  /** Days in force. */
  readonly days: Readonly<Record<StreamName, number>>;
}

/** The days in force. @throws {LogError} `INVALID_OPTION`. */
export function retentionDays(retention: LogRetention = {}): Readonly<Record<StreamName, number>> {
  const days = { ...DAYS };
  for (const stream of STREAMS) {
    const wanted = retention[stream] ?? DAYS[stream];
    if (!Number.isSafeInteger(wanted) || wanted < 1 || wanted > LONGEST) {
      const what = `Expected days to keep the ${stream} log to be a whole number from 1 to ${LONGEST}`;
      throw new LogError('INVALID_OPTION', `${what}, got ${shown(wanted)}`);
    }
    days[stream] = wanted;
  }
  return days;
}

interface Sized {
  readonly file: LogFile;
  readonly bytes: number;
}

/** Decides which files are no longer kept. A file counts as of the end of its day; the last one of a stream, and those that may still grow, stay. */
export async function planClean(
  directory: string,
  { nowMs, days }: { readonly nowMs: number; readonly days: Readonly<Record<StreamName, number>> },
): Promise<CleanPlan> {
  const remove: RemovableFile[] = [];
  let all = 0;
  for (const stream of STREAMS) {
    const files = await listFiles(directory, stream);
    all += files.length;
    // Of the audit log the last file is the one that is written to, of the others those that are not compressed may be.
    const closed = stream === 'audit' ? files.slice(0, -1) : files.filter(({ compressed }) => compressed);
    const sized: Sized[] = [];
    for (const file of closed) sized.push({ file, bytes: (await stat(file.path)).size });
    remove.push(...removable(stream, sized, { nowMs, days: days[stream] }));
  }
  return { remove, kept: all - remove.length, days };
}

function removable(
  stream: StreamName,
  files: readonly Sized[],
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): readonly RemovableFile[] {
  const items = files.map(({ file: { id, day }, bytes }): RetentionItem => {
    return { id, time: startOfDay(day) + DAY_MS, bytes, group: stream };
  });
  const decisions = planRetention(
    items,
    { within: `${days}d` },
    { now: nowMs, timeZone: 'UTC', allowRemovingAll: true },
  );
  const gone = new Set(decisions.filter(({ keep }) => !keep).map(({ id }) => id));
  let chosen = files.filter(({ file }) => gone.has(file.id));
  if (stream === 'audit') {
    // A chain can only be cut at its beginning.
    const firstKept = files.findIndex(({ file }) => !gone.has(file.id));
    chosen = files.slice(0, firstKept === -1 ? files.length : firstKept);
  }
  return chosen.map(({ file: { id, day }, bytes }) => ({ stream, file: id, day, bytes }));
}
