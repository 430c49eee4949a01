import { OperationsError, shown } from '../errors.ts';
import type { Severity } from './rule.ts';

/** Hours in which only what can't wait is sent; the rest is sent when they are over. */
export interface QuietHours {
  /** Times of day: `22:00`. */
  readonly from: string;
  readonly to: string;
  /** Whose times of day count. Default `UTC`. */
  readonly timeZone?: string | undefined;
  /** What is sent all the same, from this on. Default `critical`. */
  readonly except?: Severity | undefined;
}

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
const RANKS: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** Whether one severity is at least another. */
export const isAtLeast = (severity: Severity, least: Severity): boolean => RANKS[severity] >= RANKS[least];

/**
 * Tells whether something may be sent at a moment.
 *
 * @throws {OperationsError} `INVALID_ALERTS`
 */
export function timeliness(quiet: QuietHours | undefined): (severity: Severity, atMs: number) => boolean {
  if (quiet === undefined) return () => true;
  const { timeZone = 'UTC', except = 'critical' } = quiet;
  const [from, to] = [minutesOf(quiet.from), minutesOf(quiet.to)];
  const clock = clockOf(timeZone);
  return (severity, atMs) => {
    if (isAtLeast(severity, except)) return true;
    const [hour = 0, minute = 0] = clock.format(atMs).split(':').map(Number);
    const now = hour * 60 + minute;
    // A night goes over midnight.
    return from <= to ? now < from || now >= to : now < from && now >= to;
  };
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  } catch (cause) {
    throw new OperationsError('INVALID_ALERTS', `Expected a time zone, as "Europe/Lisbon", got ${shown(timeZone)}`, {
      cause,
    });
  }
}

function minutesOf(time: string): number {
  const [, hour, minute] = TIME.exec(time) ?? [];
  if (hour !== undefined) return Number(hour) * 60 + Number(minute);
  throw new OperationsError('INVALID_ALERTS', `Expected a time of day, as "22:00", got ${shown(time)}`);
}
