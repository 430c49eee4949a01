import type { RunRecord, ScheduleEvent, Timing } from '@x/operations';
import type { WatchEvent } from '@x/operations/watch';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

/** When a job runs, in words. */
export function timingText(timing: Timing | undefined, isWatching = false): string {
  if (timing === undefined) return isWatching ? 'on changes' : 'when asked for';
  return isWatching ? `${timesText(timing)}, and on changes` : timesText(timing);
}

function timesText(timing: Timing): string {
  if ('everyMs' in timing) return `every ${formatDuration(timing.everyMs)}`;
  const zone = timing.timeZone ?? 'UTC';
  return 'at' in timing ? `at ${timing.at.join(', ')} (${zone})` : `${timing.cron} (${zone})`;
}

/** What became of a run, with what was missed before it. */
export function statusText({ status, attempts, missed }: RunRecord): string {
  const again = attempts > 1 ? `, begun ${attempts} times` : '';
  const before = missed === undefined || status === 'missed' ? '' : `, ${missed.count} missed before`;
  return `${status}${again}${before}`;
}

/** Cells of a run: when it was to run, its job, how it ended, how long it took, and why it failed. */
export function runCells(run: RunRecord): readonly string[] {
  const { job, slotMs, startedMs, finishedMs, error } = run;
  const took =
    startedMs === undefined || finishedMs === undefined ? '' : formatDuration(Math.max(0, finishedMs - startedMs));
  return [formatTime(slotMs), job, statusText(run), took, error === undefined ? '' : displayText(error.message)];
}

/** An event as a line of a log. */
export function eventText(event: ScheduleEvent): string {
  if (event.type === 'schedule.failed') return `${event.type}  ${event.job}: ${displayText(event.error.message)}`;
  const slot = formatTime(event.slotMs);
  const about = `${event.type}  ${event.job} of ${slot}`;
  switch (event.type) {
    case 'run.started':
      return event.attempt > 1 ? `${about}, begun for the ${event.attempt}. time` : about;
    case 'run.finished':
      return `${about}: ${event.outcome}, ${formatDuration(event.durationMs)}`;
    case 'run.failed':
      return `${about}: ${displayText(event.error?.message ?? event.outcome)}`;
    case 'run.missed':
      return `${about}: ${event.missed.count} not run, from ${formatTime(event.missed.firstMs)} to ${formatTime(event.missed.lastMs)}`;
    case 'run.givenUp':
      return `${about}: ${event.attempts} processes have died in it`;
    case 'clock.ahead':
      return `${about}: claimed by a clock that was wrong`;
    case 'run.released':
    case 'run.lost':
      return about;
  }
}

/** What becomes of the folders that a job watches, as a line of a log. */
export function watchText(job: string, event: WatchEvent): string {
  if (event.type !== 'watch.started') return `${event.type}  ${job}: ${displayText(event.error.message)}`;
  const how = event.mode === 'polling' ? ', looked at every so often' : '';
  return `${event.type}  ${job}: ${displayText(event.folders.join(', '))}${how}`;
}
