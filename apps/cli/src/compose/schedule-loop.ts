import type { ScheduleEvent, Scheduler } from '@x/operations';
import type { Context } from '../program/context.ts';
import { openSchedule } from './schedule.ts';

/** How jobs are run until somebody says stop. */
export interface ScheduleLoop {
  /** Milliseconds that runs may still take when it is to stop. */
  readonly graceMs: number;
  readonly concurrency: number | undefined;
  readonly onEvent: (event: ScheduleEvent) => void;
  /** Is told when it begins, and each time that the configuration was read again. */
  readonly onReady: (jobs: readonly string[], location: string) => void;
  /** Is told that the configuration is wrong: the one before stays in force. */
  readonly onRefused: (error: unknown) => void;
}

/** Longer than any run. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** Runs jobs until the signal of the context. SIGHUP reads the configuration again: what runs ends first. */
export async function runSchedule(context: Context, loop: ScheduleLoop): Promise<void> {
  const { createScheduler } = await import('@x/operations');
  const begin = async (effective: Awaited<ReturnType<Context['effective']>>): Promise<Scheduler> => {
    const { store, jobs, location } = await openSchedule(context, effective);
    const scheduler = createScheduler({ store, jobs, concurrency: loop.concurrency, onEvent: loop.onEvent });
    loop.onReady(
      jobs.map(({ name }) => name),
      location,
    );
    scheduler.start();
    return scheduler;
  };
  let current = begin(await context.effective());
  await current;
  context.onHangup(() => {
    current = current.then(async (before) => {
      try {
        const effective = await context.reread();
        // What is wrong is found before anything is stopped.
        await openSchedule(context, effective);
        await before.stop({ graceMs: FOR_EVER_MS });
        return await begin(effective);
      } catch (error) {
        loop.onRefused(error);
        return before;
      }
    });
  });
  await aborted(context.signal);
  await (await current).stop({ graceMs: loop.graceMs });
}

/** Begins what is due, and waits for its end. @returns Whether all of it went well. */
export async function runDue(context: Context, onEvent: (event: ScheduleEvent) => void): Promise<void> {
  const { createScheduler } = await import('@x/operations');
  const { store, jobs } = await openSchedule(context, await context.effective());
  const scheduler = createScheduler({ store, jobs, concurrency: jobs.length || 1, onEvent });
  const stop = (): void => void scheduler.stop();
  context.signal.addEventListener('abort', stop, { once: true });
  await scheduler.look();
  await scheduler.idle();
  context.signal.removeEventListener('abort', stop);
  if (!context.signal.aborted) await scheduler.stop();
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
}
