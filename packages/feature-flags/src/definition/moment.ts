import type { FlagSchedule } from './model.ts';

/**
 * The moment from which a time of a schedule counts, in milliseconds since 1970: the next whole second. flagd's `$flagd.timestamp` has whole
 * seconds and leaves the rest away, so 08:00:00.250 can't be told from 08:00:00 there; nothing begins or ends before its time.
 */
export function momentOf(time: string): number {
  return secondsOf(time) * 1000;
}

/** The same in seconds, as flagd compares them. */
export function secondsOf(time: string): number {
  return Math.ceil(Date.parse(time) / 1000);
}

/** From when until when a schedule lets a flag be on: from the first moment on, and no longer at the second one. */
export function spanOf({ start, end }: FlagSchedule = {}): { readonly startMs: number; readonly endMs: number } {
  return {
    startMs: start === undefined ? -Infinity : momentOf(start),
    endMs: end === undefined ? Infinity : momentOf(end),
  };
}
