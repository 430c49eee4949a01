import { memoryStore, type ObjectStore, withFaults } from '@x/storage';
import { describe, expect, it } from 'vitest';
import {
  cleanRuns,
  createScheduler,
  ownProcess,
  type Job,
  runHistory,
  type RunContext,
  type ScheduleEvent,
  type Scheduler,
  type SchedulerOptions,
} from '../../src/index.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const START = '2026-01-01T00:00:00Z';
const at = (text: string): number => Date.parse(text);

interface Machine {
  readonly scheduler: Scheduler;
  readonly events: ScheduleEvent[];
  readonly runs: RunContext[];
}

/** A machine with one job: each hour, unless it says otherwise. */
function machine(
  store: ObjectStore,
  clock: VirtualClock,
  job: Partial<Job> = {},
  more: Partial<SchedulerOptions> = {},
): Machine {
  const events: ScheduleEvent[] = [];
  const runs: RunContext[] = [];
  const { run = async () => undefined, ...rest } = job;
  const jobs: Job[] = [
    {
      name: 'backup',
      timing: { everyMs: HOUR },
      ...rest,
      run: async (context) => {
        runs.push(context);
        return run(context);
      },
    },
  ];
  const scheduler = createScheduler({ store, jobs, clock, onEvent: (event) => events.push(event), ...more });
  return { scheduler, events, runs };
}

/** A job that ends when it is told to. */
function held(): { readonly run: Job['run']; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    end: resolve,
    run: async ({ signal }) => {
      await Promise.race([
        promise,
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ]);
    },
  };
}

const typesOf = (events: readonly ScheduleEvent[]): string[] => events.map(({ type }) => type);

describe('a scheduler', () => {
  it('runs each slot once, from the first one after it was first seen', async () => {
    const clock = new VirtualClock('2026-01-01T00:30:00Z');
    const { scheduler, runs } = machine(memoryStore(), clock);
    scheduler.start();
    await clock.pass(3 * HOUR);
    await scheduler.stop();
    expect(runs.map(({ slotMs }) => slotMs - at(START))).toEqual([HOUR, 2 * HOUR, 3 * HOUR]);
    expect(runs[0]).toMatchObject({ job: 'backup', attempt: 1, reason: 'time', missed: undefined });
  });

  it('of ten machines, whose clocks differ by seconds, one runs a slot', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock('2026-01-01T00:30:00Z')];
    const skewed = (ms: number): Pick<SchedulerOptions, 'clock'> => ({
      clock: {
        now: () => clock.now() + ms,
        monotonic: () => clock.monotonic(),
        sleep: async (wait, signal) => clock.sleep(wait, signal),
      },
    });
    const all = Array.from({ length: 10 }, (_, n) => machine(store, clock, {}, skewed(n * 400 - 2000)));
    for (const { scheduler } of all) scheduler.start();
    await clock.pass(6 * HOUR);
    await Promise.all(all.map(async ({ scheduler }) => scheduler.stop()));
    const slots = all.flatMap(({ runs }) => runs.map(({ slotMs }) => slotMs)).toSorted((a, b) => a - b);
    expect(slots).toEqual(Array.from({ length: 6 }, (_, n) => at(START) + (n + 1) * HOUR));
  });

  it('after a week of sleep runs the latest slot, says what was missed, and keeps that', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const { scheduler, runs, events } = machine(store, clock, { timing: { at: ['02:30'] } });
    scheduler.start();
    await clock.pass(3 * HOUR);
    clock.suspend(7 * DAY);
    await clock.pass(60_000);
    await scheduler.stop();
    const missed = { count: 6, firstMs: at('2026-01-02T02:30Z'), lastMs: at('2026-01-07T02:30Z') };
    expect(runs.map(({ slotMs }) => slotMs)).toEqual([at('2026-01-01T02:30Z'), at('2026-01-08T02:30Z')]);
    expect(events).toContainEqual({ type: 'run.missed', job: 'backup', slotMs: at('2026-01-08T02:30Z'), missed });
    expect(await runHistory(store, 'backup')).toMatchObject([
      { status: 'ok', missed },
      { status: 'ok', missed: undefined },
    ]);
  });

  it('runs all of them, or none, where the job says so', async () => {
    for (const [catchUp, slots] of [
      ['all', 4],
      ['none', 1],
    ] as const) {
      const [store, clock] = [memoryStore(), new VirtualClock(START)];
      const { scheduler, runs, events } = machine(store, clock, { catchUp });
      scheduler.start();
      await clock.pass(HOUR + 1);
      clock.suspend(3.5 * HOUR);
      await clock.pass(60_000);
      await scheduler.stop();
      expect(runs).toHaveLength(slots);
      expect(typesOf(events).filter((type) => type === 'run.missed')).toHaveLength(catchUp === 'none' ? 1 : 0);
    }
  });

  it('a run that takes longer than its interval is not run beside itself; what it ran over is told', async () => {
    const [clock, job] = [new VirtualClock(START), held()];
    const { scheduler, runs } = machine(memoryStore(), clock, { run: job.run });
    scheduler.start();
    await clock.pass(3 * HOUR + 60_000);
    expect(runs).toHaveLength(1);
    job.end();
    await clock.pass(60_000);
    expect(runs[1]).toMatchObject({ slotMs: at(START) + 3 * HOUR, missed: { count: 1 } });
    await scheduler.stop();
  });

  it('keeps what a job says and why it failed, and goes on', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const answers: Job['run'][] = [
      async () => ({ details: { bytes: 7 } }),
      async () => ({ outcome: 'partial', error: { code: 'SOURCE_FAILED', message: 'one of two' } }),
      async () => Promise.reject(Object.assign(new Error('disk\n full'), { code: 'NO_SPACE' })),
      async () => ({ details: 'x'.repeat(100_000) }),
    ];
    const { scheduler, events } = machine(store, clock, { run: async (context) => answers.shift()?.(context) });
    scheduler.start();
    await clock.pass(4 * HOUR + 1);
    await scheduler.stop();
    expect((await runHistory(store, 'backup')).toReversed()).toMatchObject([
      { status: 'ok', details: { bytes: 7 }, startedMs: at(START) + HOUR },
      { status: 'partial', error: { code: 'SOURCE_FAILED', message: 'one of two' } },
      { status: 'failed', error: { code: 'NO_SPACE', message: 'disk full' } },
      { status: 'ok', details: { leftOut: '100002 characters' } },
    ]);
    expect(typesOf(events).filter((type) => type === 'run.failed')).toHaveLength(1);
  });
});

describe('a run whose process is gone', () => {
  it('is taken over with the next number when nothing was heard of it for its lease, not before', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const dead = machine(store, clock, { run: held().run }, { clock: frozen(clock) });
    await dead.scheduler.look();
    clock.suspend(HOUR);
    await dead.scheduler.look();
    const { scheduler, runs } = machine(store, clock, {}, { leaseMs: 60_000 });
    scheduler.start();
    await clock.pass(59_000);
    expect(runs).toHaveLength(0);
    await clock.pass(61_000);
    expect(runs).toMatchObject([{ slotMs: at(START) + HOUR, attempt: 2 }]);
    await scheduler.stop();
  });

  it.skipIf(process.platform !== 'linux')('is taken over at once when the system says that it has ended', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const { scheduler, runs } = machine(store, clock);
    await scheduler.look();
    clock.suspend(HOUR);
    const own = ownProcess();
    // The same number, and another start.
    const owner = { ...own, id: 'another', process: `${own.process ?? ''}0` };
    const claimed = { kind: 'claimed', atMs: 0, attempt: 1, owner, leaseMs: 60_000, reason: 'time' };
    const turn = { kind: 'run', slotMs: at(START) + HOUR, reason: 'time' };
    const put = async (key: string, value: object): Promise<unknown> =>
      store.createIfAbsent(key, new TextEncoder().encode(JSON.stringify(value)));
    await put('turns/backup/000000000002', turn);
    await put('runs/backup/20260101t010000.000z/000000000001', claimed);
    await scheduler.look();
    await scheduler.idle();
    expect(runs).toMatchObject([{ slotMs: at(START) + HOUR, attempt: 2 }]);
    await scheduler.stop();
  });

  it('is taken over at once by who comes after it in the same place', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const dead = machine(store, clock, { run: held().run }, { clock: frozen(clock), instance: 'here' });
    await dead.scheduler.look();
    clock.suspend(HOUR);
    await dead.scheduler.look();
    const { scheduler, runs } = machine(store, clock, {}, { instance: 'here' });
    await scheduler.look();
    expect(runs).toMatchObject([{ attempt: 2 }]);
    await scheduler.stop();
  });

  it('is given up when three have died in it, and the next slot is run', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    for (let death = 0; death < 3; death++) {
      const dead = machine(store, clock, { run: held().run }, { clock: frozen(clock), instance: 'here' });
      await dead.scheduler.look();
      if (death > 0) continue;
      clock.suspend(HOUR);
      await dead.scheduler.look();
    }
    const { scheduler, runs, events } = machine(store, clock, {}, { instance: 'here' });
    scheduler.start();
    await clock.pass(HOUR);
    await scheduler.stop();
    expect(events[0]).toMatchObject({ type: 'run.givenUp', attempts: 3 });
    expect(runs).toMatchObject([{ slotMs: at(START) + 2 * HOUR, attempt: 1 }]);
  });

  it('that was only asleep finds that it has lost it: its signal is aborted, and what it says does not count', async () => {
    const [store, clock, asleep] = [memoryStore(), new VirtualClock(START), new VirtualClock(START)];
    const job = held();
    const sleeper = machine(store, asleep, { run: job.run });
    await sleeper.scheduler.look();
    for (const each of [clock, asleep]) each.suspend(HOUR);
    await sleeper.scheduler.look();
    const other = machine(store, clock);
    other.scheduler.start();
    await clock.pass(3 * 60_000);
    expect(other.runs).toMatchObject([{ attempt: 2 }]);
    await asleep.pass(60_000);
    expect(sleeper.runs[0]?.signal.reason).toMatchObject({ code: 'RUN_TAKEN_OVER' });
    expect(typesOf(sleeper.events)).toEqual(['run.started', 'run.lost']);
    expect(await runHistory(store, 'backup')).toMatchObject([{ status: 'ok', attempts: 2 }]);
    await other.scheduler.stop();
  });

  it('and one that goes on for hours are told apart: it is renewed, some dozens of times', async () => {
    const [store, clock, job] = [memoryStore(), new VirtualClock(START), held()];
    const busy = machine(store, clock, { run: job.run, timing: { everyMs: DAY } });
    const other = machine(store, clock, { timing: { everyMs: DAY } });
    busy.scheduler.start();
    other.scheduler.start();
    await clock.pass(1);
    clock.suspend(DAY);
    await clock.pass(7 * HOUR);
    expect([...busy.runs, ...other.runs]).toHaveLength(1);
    job.end();
    await clock.pass(60_000);
    let objects = 0;
    for (const prefix of ['runs/']) objects += (await store.list(prefix)).objects.length;
    expect(objects).toBeLessThan(130);
    await Promise.all([busy.scheduler.stop(), other.scheduler.stop()]);
  });
});

describe('a scheduler that is told to stop', () => {
  it('lets runs end within its grace', async () => {
    const [store, clock, job] = [memoryStore(), new VirtualClock(START), held()];
    const { scheduler } = machine(store, clock, { run: job.run });
    scheduler.start();
    await clock.pass(HOUR + 1);
    const stopped = scheduler.stop({ graceMs: 10_000 });
    job.end();
    await stopped;
    expect(await runHistory(store, 'backup')).toMatchObject([{ status: 'ok' }]);
    await expect(scheduler.look()).rejects.toMatchObject({ code: 'SCHEDULER_STOPPED' });
  });

  it('gives back what takes longer, and the next one begins it at once', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const first = machine(store, clock, { run: held().run });
    first.scheduler.start();
    await clock.pass(HOUR + 1);
    await first.scheduler.stop();
    expect(typesOf(first.events)).toEqual(['run.started', 'run.released']);
    const { scheduler, runs } = machine(store, clock);
    await scheduler.look();
    await scheduler.idle();
    expect(runs).toMatchObject([{ slotMs: at(START) + HOUR, attempt: 1 }]);
    await scheduler.stop();
  });
});

describe('a clock that jumps', () => {
  it('back by half a day runs nothing twice, and the next slot at its time', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const { scheduler, runs } = machine(store, clock, { timing: { everyMs: 15 * 60_000 } });
    scheduler.start();
    await clock.pass(HOUR + 1);
    clock.set('2026-01-01T00:40:00Z');
    await clock.pass(40 * 60_000);
    await scheduler.stop();
    const slots = runs.map(({ slotMs }) => slotMs);
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots.at(-1)).toBe(at('2026-01-01T01:15Z'));
  });

  it('to another year and back is told, and does not stop what is due now', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const { scheduler, runs, events } = machine(store, clock);
    scheduler.start();
    await clock.pass(HOUR + 1);
    clock.set('2036-01-01T00:00:00Z');
    await clock.pass(60_000);
    clock.set('2026-01-01T01:01:00Z');
    await clock.pass(HOUR);
    await scheduler.stop();
    expect(runs.map(({ slotMs }) => slotMs)).toEqual([
      at('2026-01-01T01:00Z'),
      at('2036-01-01T00:00Z'),
      at('2026-01-01T02:00Z'),
    ]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'clock.ahead', slotMs: at('2036-01-01T00:00Z') }));
  });
});

describe('several jobs', () => {
  it('with room for one: whoever waits longest begins first, though others are due again', async () => {
    const clock = new VirtualClock(START);
    const ran: string[] = [];
    const slow = (name: string): Job => ({
      name,
      timing: { everyMs: HOUR },
      run: async ({ signal }) => {
        ran.push(name);
        await clock.sleep(2 * HOUR, signal);
      },
    });
    const scheduler = createScheduler({ store: memoryStore(), clock, concurrency: 1, jobs: ['a', 'b', 'c'].map(slow) });
    scheduler.start();
    await clock.pass(12 * HOUR);
    await scheduler.stop();
    expect(ran.slice(0, 5)).toEqual(['a', 'b', 'c', 'a', 'b']);
  });
});

describe('a clock that was wrong when a job was first seen', () => {
  it.each([['2036-01-01T00:00:00Z'], ['1970-01-01T00:00:30Z']])(
    '%s keeps nothing from being run when it is right',
    async (wrong) => {
      const [store, clock] = [memoryStore(), new VirtualClock(wrong)];
      const { scheduler, runs } = machine(store, clock, { catchUp: 'all' });
      scheduler.start();
      await clock.pass(60_000);
      clock.set(START);
      await clock.pass(2 * HOUR + 60_000);
      await scheduler.stop();
      expect(runs.map(({ slotMs }) => slotMs - at(START))).toEqual([HOUR, 2 * HOUR]);
    },
  );
});

describe('an answer of the store that is lost', () => {
  it('does not make a process lose its run to itself', async () => {
    const clock = new VirtualClock(START);
    let losses = 0;
    const inner = memoryStore();
    // Of each entry of a run after the claim the answer is lost, and what is read to find out as well.
    const store = withFaults(inner, {
      decide: ({ call, key }) => {
        if (!/^runs\/.*\/00000000000[2-9]$/.test(key)) return undefined;
        if (call === 'createIfAbsent' && losses % 2 === 0) return losses++ < 7 ? { kind: 'error-after' } : undefined;
        if (call === 'get' && losses % 2 === 1) return losses++ < 7 ? { kind: 'error-before' } : undefined;
        return undefined;
      },
    });
    const job = held();
    const { scheduler, events } = machine(store, clock, { run: job.run });
    scheduler.start();
    await clock.pass(HOUR + 90_000);
    job.end();
    await clock.pass(60_000);
    await scheduler.stop();
    expect(losses).toBeGreaterThan(4);
    expect(typesOf(events)).toEqual(['run.started', 'run.finished']);
    expect(await runHistory(inner, 'backup')).toMatchObject([{ status: 'ok', attempts: 1 }]);
  });
});

describe('by hand', () => {
  it('a job runs at once, and its result comes back', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const { scheduler } = machine(store, clock, { timing: undefined, run: async () => ({ details: 7 }) });
    expect(await scheduler.runNow('backup')).toMatchObject({ outcome: 'ok', details: 7 });
    expect(await scheduler.runNow('backup', 'change')).toMatchObject({ outcome: 'ok' });
    expect(await runHistory(store, 'backup')).toMatchObject([{ reason: 'change' }, { reason: 'manual' }]);
    expect(await scheduler.look()).toEqual({ started: [], watched: [], nextMs: undefined });
    await expect(scheduler.runNow('nope')).rejects.toMatchObject({
      code: 'UNKNOWN_JOB',
      message: expect.stringContaining('backup') as string,
    });
  });
});

describe('asked for beside its times', () => {
  it('a job is never run beside itself, and what is run over is named', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    let [now, most] = [0, 0];
    const run: Job['run'] = async ({ signal }) => {
      most = Math.max(most, ++now);
      await clock.sleep(90_000, signal);
      now--;
    };
    const all = [machine(store, clock, { run }), machine(store, clock, { run })];
    for (const { scheduler } of all) await scheduler.look();
    clock.suspend(3 * HOUR);
    const [one, two] = all.map(({ scheduler }) => scheduler);
    const ends = [one, two].flatMap((each) => (each === undefined ? [] : [each.runNow('backup')]));
    await two?.look();
    await clock.pass(HOUR / 2);
    await Promise.all(ends);
    await Promise.all(all.map(async ({ scheduler }) => scheduler.stop()));
    expect(most).toBe(1);
    const history = await runHistory(store, 'backup');
    const missed = history.reduce((sum, each) => sum + (each.missed?.count ?? 0), 0);
    expect(missed + history.filter(({ slotMs }) => slotMs % HOUR === 0).length).toBe(3);
  });
});

describe('a store that does not answer', () => {
  it('is told and tried again, and no slot is lost', async () => {
    const clock = new VirtualClock(START);
    const inner = memoryStore();
    let isDown = false;
    const store = withFaults(inner, { decide: () => (isDown ? { kind: 'error-before' } : undefined) });
    const { scheduler, runs, events } = machine(store, clock);
    scheduler.start();
    await clock.pass(60_000);
    isDown = true;
    await clock.pass(HOUR);
    expect(typesOf(events)).toContain('schedule.failed');
    isDown = false;
    await clock.pass(60_000);
    await scheduler.stop();
    expect(runs).toMatchObject([{ slotMs: at(START) + HOUR }]);
  });
});

describe('a record that can not be read', () => {
  it('counts as a run that failed, and the next slot is run', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const { scheduler, runs } = machine(store, clock);
    await scheduler.look();
    const turn = { kind: 'run', slotMs: at(START) + HOUR, reason: 'time' };
    await store.createIfAbsent('turns/backup/000000000002', new TextEncoder().encode(JSON.stringify(turn)));
    await store.createIfAbsent('turns/backup/000000000003', new TextEncoder().encode('{"kind":'));
    await store.createIfAbsent('runs/backup/20260101t010000.000z/000000000001', new TextEncoder().encode('{"kind":'));
    scheduler.start();
    await clock.pass(2 * HOUR);
    await scheduler.stop();
    expect(runs).toMatchObject([{ slotMs: at(START) + 2 * HOUR }]);
    expect(await runHistory(store, 'backup')).toMatchObject([
      { status: 'ok' },
      { status: 'failed', error: { code: 'SCHEDULE_DAMAGED' } },
    ]);
  });
});

describe('runs of long ago', () => {
  it('are forgotten, but never the latest ones', async () => {
    const [store, clock] = [memoryStore(), new VirtualClock(START)];
    const { scheduler, runs } = machine(store, clock);
    scheduler.start();
    await clock.pass(20 * HOUR + 1);
    await scheduler.stop();
    const old = { nowMs: clock.now(), keepMs: 12.5 * HOUR };
    expect(await cleanRuns(store, 'backup', { ...old, dryRun: true })).toBe(7);
    expect(await cleanRuns(store, 'backup', old)).toBe(7);
    expect(await runHistory(store, 'backup')).toHaveLength(13);
    expect(await cleanRuns(store, 'backup', { nowMs: clock.now() + 999 * DAY })).toBe(3);
    expect(await runHistory(store, 'backup')).toHaveLength(10);
    expect(await runHistory(store, 'backup', { limit: 1 })).toMatchObject([{ slotMs: runs.at(-1)?.slotMs }]);
  });
});

/** The clock of a process that has died: nobody who waits for it goes on. */
function frozen(clock: VirtualClock): VirtualClock {
  const dead = new VirtualClock(START);
  dead.now = () => clock.now();
  return dead;
}
