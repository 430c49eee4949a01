import { setTimeout } from 'node:timers/promises';
import type { ScheduleEvent, Scheduler, WatchedRun } from '@x/operations';
import { now } from '../clock.ts';
import { untilAborted } from '../process/until-aborted.ts';
import type { Context } from '../program/context.ts';
import type { FolderWatch } from '@x/operations/watch';
import { type OnWatch, watchJobs } from './schedule-watch.ts';
import { openSchedule, type OpenSchedule } from './schedule.ts';

/** How jobs are run until somebody says stop. */
export interface ScheduleLoop {
  /** Milliseconds that runs may still take when it is to stop. */
  readonly graceMs: number;
  readonly concurrency: number | undefined;
  readonly onEvent: (event: ScheduleEvent) => void;
  readonly onWatch: OnWatch;
  /** Is told when it begins, and each time that the configuration was read again. */
  readonly onReady: (jobs: readonly string[], location: string) => void;
  /** Is told that the configuration is wrong: the one before stays in force. */
  readonly onRefused: (error: unknown) => void;
}

/** Longer than any run. */
const FOR_EVER_MS = 2 ** 31 - 1;

/**
 * Runs jobs until the signal of the context. SIGHUP reads the configuration again: what runs comes to its end beside it, and what is new begins at once.
 */
export async function runSchedule(context: Context, loop: ScheduleLoop): Promise<void> {
  const { createScheduler } = await import('@x/operations');
  const all = new Set<Running>();
  const begin = ({ store, jobs, watches, location, keepMs }: OpenSchedule): Running => {
    const { concurrency, onEvent, onWatch } = loop;
    const scheduler = createScheduler({ store, jobs, concurrency, keepMs, onEvent });
    loop.onReady(
      jobs.map(({ name }) => name),
      location,
    );
    scheduler.start();
    const running = { scheduler, watching: watchJobs(scheduler, watches, onWatch) };
    all.add(running);
    return running;
  };
  let current: Running | undefined;
  let turn = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      const opened = await openSchedule(context, await context.reread());
      if (context.signal.aborted) return;
      const before = current;
      current = begin(opened);
      if (before !== undefined) void end(before, FOR_EVER_MS).then(() => all.delete(before));
    } catch (error) {
      loop.onRefused(error);
    }
  };
  context.onHangup(() => {
    turn = turn.then(reload);
  });
  current = begin(await openSchedule(context, await context.effective()));
  await untilAborted(context.signal);
  await turn;
  await Promise.all([...all].map(async (running) => end(running, loop.graceMs)));
}

/** A scheduler, and what begins its jobs between their times. */
interface Running {
  readonly scheduler: Scheduler;
  readonly watching: Promise<readonly FolderWatch[]>;
}

async function end({ scheduler, watching }: Running, graceMs: number): Promise<void> {
  const watches = await watching;
  // Who watches may wait for a run, which ends with the scheduler.
  await Promise.all([scheduler.stop({ graceMs }), ...watches.map(async (watch) => watch.close())]);
}

/** How what is due is run. */
export type DueRuns = Pick<ScheduleLoop, 'concurrency' | 'onEvent'> & {
  /** Is told of a run that another process has, or had: it is waited for until one knows. */
  readonly onWatched: (run: WatchedRun) => void;
};

/** Between looks for a sign of life, in milliseconds. */
const LOOK_MS = 1000;

/** Runs what is due now, and waits for its end. A run whose process gives no sign of life is taken over. */
export async function runDue(context: Context, { concurrency, onEvent, onWatched }: DueRuns): Promise<void> {
  const { createScheduler } = await import('@x/operations');
  const { store, jobs, keepMs } = await openSchedule(context, await context.effective());
  const { signal } = context;
  signal.throwIfAborted();
  const scheduler = createScheduler({ store, jobs, concurrency, keepMs, onEvent });
  const stop = (): void => void scheduler.stop();
  signal.addEventListener('abort', stop, { once: true });
  const started = now();
  const silent = new Map<string, number>();
  const oneByOne = new Set(jobs.filter(({ catchUp }) => catchUp === 'all').map(({ name }) => name));
  while (!signal.aborted) {
    const look = await scheduler.look();
    await scheduler.idle();
    // What became due meanwhile is for the next call.
    const isBehind = look.started.some(({ job, slotMs }) => oneByOne.has(job) && slotMs <= started);
    if (!isBehind && !look.watched.some((run) => isSilent(silent, run, onWatched))) break;
    if (!isBehind) await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  signal.removeEventListener('abort', stop);
  await scheduler.stop();
  signal.throwIfAborted();
}

/** Whether a run has given no sign of life since it was first looked at. */
function isSilent(silent: Map<string, number>, run: WatchedRun, onWatched: (run: WatchedRun) => void): boolean {
  const name = `${run.job} ${run.slotMs}`;
  const seen = silent.get(name);
  if (seen === undefined) onWatched(run);
  silent.set(name, seen ?? run.entries);
  return (seen ?? run.entries) === run.entries;
}
