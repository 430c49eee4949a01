import type { MissedSlots, RunRecord, ScheduleEvent } from '@x/operations';
import type { WatchEvent } from '@x/operations/watch';
import { now } from '../clock.ts';
import type { ShapeOf } from './shapes.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOr = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : iso(ms));

function missedOutput(missed: MissedSlots | undefined): ShapeOf<'ScheduleRun'>['missed'] {
  if (missed === undefined) return undefined;
  return { count: missed.count, first: iso(missed.firstMs), last: iso(missed.lastMs) };
}

/** A run as JSON has it. */
export function runOutput(run: RunRecord): ShapeOf<'ScheduleRun'> {
  const { job, slotMs, status, reason, attempts, owner, startedMs, finishedMs, error, details, missed } = run;
  return {
    job,
    slot: iso(slotMs),
    status,
    reason,
    attempts,
    host: owner?.host,
    pid: owner?.pid,
    started: isoOr(startedMs),
    finished: isoOr(finishedMs),
    error,
    details,
    missed: missedOutput(missed),
  };
}

/** An event as JSON has it. */
export function eventOutput(event: ScheduleEvent): ShapeOf<'ScheduleEvent'> {
  const at = iso(now());
  if (event.type === 'schedule.failed') return { ...event, at };
  if (event.type === 'clock.ahead') return { type: event.type, at, job: event.job, slot: iso(event.slotMs) };
  const { slotMs, ...rest } = event;
  if (rest.type === 'run.missed') return { ...rest, at, slot: iso(slotMs), missed: missedOutput(rest.missed) };
  return { ...rest, at, slot: iso(slotMs) };
}

/** What becomes of the folders that a job watches, as JSON has it. */
export function watchOutput(job: string, event: WatchEvent): ShapeOf<'ScheduleEvent'> {
  const told = { type: event.type, at: iso(now()), job };
  return event.type === 'watch.started'
    ? { ...told, folders: [...event.folders], mode: event.mode }
    : { ...told, error: event.error };
}
