import type { RunEnd, RunRecord, ScheduleEvent, Timing } from '@x/operations';
import { now } from '../clock.ts';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { openSchedule } from './schedule.ts';

/** A job, its next run and its last one. */
export interface JobShown {
  readonly name: string;
  readonly timing: Timing | undefined;
  /** Folders whose changes begin it, too. */
  readonly watched: readonly string[] | undefined;
  readonly nextMs: number | undefined;
  readonly last: RunRecord | undefined;
}

/** The jobs of the configuration, in its order. */
export async function lookAtJobs(context: Context): Promise<readonly JobShown[]> {
  const [{ store, jobs, watches }, { nextSlot, runHistory }] = await Promise.all([
    openSchedule(context, await context.effective()),
    import('@x/operations'),
  ]);
  const shown: JobShown[] = [];
  for (const { name, timing } of jobs) {
    const [last] = await runHistory(store, name, { limit: 1 });
    const nextMs = timing === undefined ? undefined : nextSlot(timing, Math.max(now(), last?.slotMs ?? 0));
    const watched = watches.find((watch) => watch.jobs.includes(name))?.options.folders;
    shown.push({ name, timing, watched, nextMs, last });
  }
  return shown;
}

/** The next runs of all jobs, earliest first. */
export async function nextRuns(
  context: Context,
  count: number,
): Promise<readonly { readonly job: string; readonly slotMs: number }[]> {
  const [{ jobs }, { nextSlot }] = await Promise.all([
    openSchedule(context, await context.effective()),
    import('@x/operations'),
  ]);
  const runs = jobs.flatMap(({ name, timing }) => {
    const slots: { job: string; slotMs: number }[] = [];
    for (let after = now(); timing !== undefined && slots.length < count;) {
      const slotMs = nextSlot(timing, after);
      if (slotMs === undefined) break;
      slots.push({ job: name, slotMs });
      after = slotMs;
    }
    return slots;
  });
  return runs.toSorted((a, b) => a.slotMs - b.slotMs).slice(0, count);
}

/** The runs of a job, or of all, latest first. @throws {CliError} `USAGE` for a job that is none. */
export async function pastRuns(
  context: Context,
  job: string | undefined,
  limit: number,
): Promise<readonly RunRecord[]> {
  const [{ store, jobs }, { runHistory }] = await Promise.all([
    openSchedule(context, await context.effective()),
    import('@x/operations'),
  ]);
  const names = jobs.map(({ name }) => name);
  if (job !== undefined && !names.includes(job)) throw noSuchJob(job, names);
  const runs: RunRecord[] = [];
  for (const name of job === undefined ? names : [job]) runs.push(...(await runHistory(store, name, { limit })));
  return runs.toSorted((a, b) => b.slotMs - a.slotMs).slice(0, limit);
}

/** Runs a job now. @returns `undefined` when another process has it, or it was given back. */
export async function runJobNow(
  context: Context,
  job: string,
  onEvent: (event: ScheduleEvent) => void,
): Promise<RunEnd | undefined> {
  const [{ store, jobs }, { createScheduler }] = await Promise.all([
    openSchedule(context, await context.effective()),
    import('@x/operations'),
  ]);
  const names = jobs.map(({ name }) => name);
  if (!names.includes(job)) throw noSuchJob(job, names);
  const scheduler = createScheduler({ store, jobs, onEvent });
  const { signal } = context;
  signal.throwIfAborted();
  const stop = (): void => void scheduler.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await scheduler.runNow(job);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function noSuchJob(job: string, names: readonly string[]): CliError {
  return new CliError('USAGE', `Expected a job of the configuration, got ${JSON.stringify(job)}`, {
    hint: names.length === 0 ? 'There are none: write some below schedule.jobs.' : `There are: ${names.join(', ')}.`,
  });
}
