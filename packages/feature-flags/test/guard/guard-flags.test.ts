import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FlagGuard, type GuardDecision, guardFlags, type GuardFlagsOptions } from '../../src/guard/index.ts';
import type { ShortFlag } from '../../src/index.ts';
import { NOW, only } from '../fixtures.ts';
import { at, calm, MINUTE, percentageOf, ramped, SharedFlags } from './ramps.ts';

const steady = { at: at(-600), percentage: 1 };
const tenth = { at: at(-120), percentage: 10, guard: calm };
const half = { at: at(-60), percentage: 50, guard: calm };

/** A clock that the test moves. */
function watch(): { nowMs: number; readonly clock: () => number } {
  const state = { nowMs: NOW, clock: (): number => state.nowMs };
  return state;
}

const actions = (decisions: readonly GuardDecision[]): readonly string[] =>
  decisions.map(({ action, percentage }) => `${action} ${percentage}`);
const reasons = (decisions: readonly GuardDecision[]): readonly string[] =>
  decisions.flatMap((decision) => decision.reasons.map(({ message }) => message));

function guarding(store: SharedFlags, options: Partial<GuardFlagsOptions> = {}): FlagGuard {
  return guardFlags({ store, metric: () => 0.2, clock: () => NOW, ...options });
}

describe('a round', () => {
  it('enters steps one after the other, and writes who did it and why', async () => {
    const store = new SharedFlags(ramped(steady, tenth, half));
    const time = watch();
    await using guard = guarding(store, { clock: time.clock, by: 'guard-1' });
    expect(actions(await guard.check())).toEqual(['enter 10']);
    expect(actions(await guard.check())).toEqual(['hold 10', 'wait 50']);
    time.nowMs += MINUTE;
    expect(actions(await guard.check())).toEqual(['hold 10', 'enter 50']);
    time.nowMs += MINUTE;
    expect(actions(await guard.check())).toEqual(['hold 50']);
    expect(percentageOf(store.definitions)).toBe(50);
    expect(store.history).toEqual([
      { by: 'guard-1', why: 'f goes on to 10 %: error_rate is 0.2, below 1' },
      { by: 'guard-1', why: 'f goes on to 50 %: error_rate is 0.2, below 1' },
    ]);
  });

  it('goes back when a metric breaks a condition', async () => {
    const store = new SharedFlags(ramped(steady, { ...tenth, passed: at(-60) }));
    await using guard = guarding(store, { metric: () => 4 });
    const told: GuardDecision[] = [];
    await using other = guarding(store, { metric: () => 4, onDecision: (decision) => told.push(decision) });
    expect(actions(await guard.check())).toEqual(['stepBack 10']);
    expect(percentageOf(store.definitions)).toBe(1);
    expect(store.history[0]?.why).toBe('f goes back from 10 %: error_rate is 4, not below 1');
    await other.check();
    expect(actions(told)).toEqual(['wait 10']);
  });

  it('remembers what earlier rounds read, for conditions that have to hold for some time', async () => {
    const store = new SharedFlags(ramped({ ...tenth, guard: { ...calm, for: '3m' } }));
    const time = watch();
    await using guard = guarding(store, { clock: time.clock });
    const seen: string[] = [];
    for (let minute = 0; minute < 4; minute++, time.nowMs += MINUTE) seen.push(...actions(await guard.check()));
    expect(seen).toEqual(['wait 10', 'wait 10', 'wait 10', 'enter 10']);
  });

  it('asks for each metric of a flag once, and for none that decides nothing', async () => {
    const asked: string[] = [];
    const flag = ramped({ ...tenth, guard: [calm, { ...calm, above: 0 }], passed: at(-60) }, half);
    const store = new SharedFlags(flag, { flags: { g: { enabled: false, ...ramped(tenth) }, h: ramped(steady) } });
    await using guard = guarding(store, {
      metric: (name, about) => {
        asked.push(`${about.flag} ${name}`);
        return 0.2;
      },
    });
    await guard.check();
    expect(asked).toEqual(['f error_rate']);
  });

  it('takes several samples, and values of another time', async () => {
    const store = new SharedFlags(ramped({ ...tenth, guard: { ...calm, for: '2m' } }));
    const samples = [0, 1, 2].map((minutes) => ({ atMs: NOW - minutes * MINUTE, value: 0.2 }));
    await using guard = guarding(store, { metric: () => samples });
    expect(actions(await guard.check())).toEqual(['enter 10']);
    const old = new SharedFlags(ramped(tenth));
    await using late = guarding(old, { metric: () => ({ value: 0.2, atMs: NOW - 10 * MINUTE }) });
    expect(reasons(await late.check())).toEqual(['error_rate is unknown: it was last read 600 s ago']);
  });

  it('takes a source whose clock is ahead for one of now', async () => {
    const store = new SharedFlags(ramped(steady, tenth, half));
    const time = watch();
    let isAway = false;
    await using guard = guarding(store, {
      clock: time.clock,
      metric: () => (isAway ? [] : { value: 0.2, atMs: time.nowMs + MINUTE / 2 }),
    });
    expect(actions(await guard.check())).toEqual(['enter 10']);
    [time.nowMs, isAway] = [time.nowMs + MINUTE, true];
    expect(actions(await guard.check())).toEqual(['hold 10', 'wait 50']);
  });

  it('goes back before it goes on', async () => {
    const store = new SharedFlags({});
    store.replace({ flags: { f: ramped(tenth), g: ramped({ ...tenth, passed: at(-60) }) } });
    await using guard = guarding(store, { metric: (_, { flag }) => (flag === 'f' ? 0.2 : 3) });
    await guard.check();
    expect(store.history.map(({ why }) => why.slice(0, 11))).toEqual(['g goes back', 'f goes on t']);
  });

  it('changes nothing but the flags that are concerned, each by itself', async () => {
    const store = new SharedFlags(ramped(tenth), { flags: { g: ramped(tenth), h: { description: 'as it was' } } });
    await using guard = guarding(store, { metric: (_, { flag }) => (flag === 'f' ? 0.2 : 3) });
    expect(actions(await guard.check())).toEqual(['wait 10', 'enter 10']);
    expect(store.definitions.flags).toEqual({
      f: ramped({ ...tenth, passed: at(0) }),
      g: ramped(tenth),
      h: { description: 'as it was' },
    });
  });
});

describe('a metric that can’t be had', () => {
  const hangs = (): Promise<never> => new Promise(() => undefined);

  it.each<[string, GuardFlagsOptions['metric'], string]>([
    ['whose source throws', () => Promise.reject(new Error('no\nserver')), 'no server'],
    [
      'whose source throws at once',
      () => {
        throw new Error('no server');
      },
      'no server',
    ],
    ['whose source throws nothing in particular', () => Promise.reject('x'), 'the source of metrics failed with "x"'],
    ['that nobody has', () => undefined, 'Expected a value, got nothing'],
    ['that is no number', () => '1' as unknown as number, 'Expected a number, or { value, atMs }, got "1"'],
    ['that is null', () => null as unknown as number, 'Expected a number, or { value, atMs }, got null'],
    ['of no time', () => ({ value: 1, atMs: Number.NaN }), 'Expected milliseconds since 1970 as "atMs", got NaN'],
    ['that never comes', hangs, 'Expected an answer within 20 ms, got none'],
  ])('%s is a reason to wait, and not to crash', async (_, metric, problem) => {
    const store = new SharedFlags(ramped(tenth));
    await using guard = guarding(store, { metric, timeoutMs: 20 });
    const decisions = await guard.check();
    expect(actions(decisions)).toEqual(['wait 10']);
    expect(reasons(decisions)).toEqual([`error_rate is unknown: ${problem}`]);
    expect([store.version, guard.problem]).toEqual([1, undefined]);
  });

  it('does not keep others from their steps, and a source that is given up is told so', async () => {
    const store = new SharedFlags(ramped(tenth), { flags: { g: ramped(tenth) } });
    let told: unknown;
    await using guard = guarding(store, {
      timeoutMs: 20,
      metric: (_, { flag, signal }) => {
        if (flag === 'g') return 0.2;
        signal.addEventListener('abort', () => (told = signal.reason));
        return hangs();
      },
    });
    expect(actions(await guard.check()).toSorted()).toEqual(['enter 10', 'wait 10']);
    expect(told).toMatchObject({ code: 'METRIC_FAILED' });
  });
});

describe('two guards of the same flags', () => {
  it('never take a step twice, nor two at once: what the other wrote is looked at again', async () => {
    const store = new SharedFlags(ramped(steady, tenth, half));
    const time = watch();
    const meet = Promise.withResolvers<void>();
    let waiting = 0;
    store.beforeWrite = async () => {
      // Both have decided before one writes.
      if (++waiting === 2) meet.resolve();
      await meet.promise;
      time.nowMs += 1;
    };
    await using one = guarding(store, { clock: time.clock, by: 'one' });
    await using other = guarding(store, { clock: time.clock, by: 'other' });
    const rounds = await Promise.all([one.check(), other.check()]);
    expect(rounds.flatMap(actions).toSorted()).toEqual(['enter 10', 'wait 10']);
    expect(reasons(rounds.flat())).toContain('somebody else has changed the flag meanwhile');
    expect([store.history.length, percentageOf(store.definitions)]).toEqual([1, 10]);
  });

  it('do not undo what a person does meanwhile', async () => {
    const store = new SharedFlags(ramped(tenth));
    const killed: ShortFlag = { ...ramped(tenth), killSwitch: true };
    store.beforeWrite = () => {
      if (store.version === 1) store.replace(only(killed));
      return Promise.resolve();
    };
    await using guard = guarding(store);
    expect(actions(await guard.check())).toEqual(['wait 10']);
    expect(store.definitions).toEqual(only(killed));
  });
});

describe('rounds that repeat', () => {
  afterEach(() => vi.useRealTimers());

  it('begin at once, come again, and never overlap', async () => {
    const store = new SharedFlags(ramped(tenth));
    let [running, most, count] = [0, 0, 0];
    await using guard = guarding(store, {
      everyMs: 1,
      metric: async () => {
        most = Math.max(most, ++running);
        count++;
        await sleep(5);
        running--;
        return 3;
      },
    });
    guard.start();
    guard.start();
    await vi.waitFor(() => expect(count).toBeGreaterThan(3), 30_000);
    const joined = [guard.check(), guard.check()];
    expect(await joined[0]).toBe(await joined[1]);
    expect(most).toBe(1);
  });

  it('go on after one that failed, and say why it did', async () => {
    const store = new SharedFlags(ramped(tenth));
    const load = store.load.bind(store);
    let isAway = true;
    store.load = (known) => (isAway ? Promise.reject(new Error('the store is away')) : load(known));
    const problems: unknown[] = [];
    await using guard = guarding(store, {
      everyMs: 1,
      onProblem: (problem) => {
        problems.push(problem);
        throw new Error('so is whoever is told');
      },
    });
    guard.start();
    await vi.waitFor(() => expect(problems.length).toBeGreaterThan(2), 30_000);
    expect(guard.problem).toMatchObject({ message: 'the store is away' });
    await expect(guard.check()).rejects.toThrow('the store is away');
    isAway = false;
    await vi.waitFor(() => expect(percentageOf(store.definitions)).toBe(10), 30_000);
    await vi.waitFor(() => expect(guard.problem).toBeUndefined(), 30_000);
  });

  it('fail when a change can’t be written, after all others were', async () => {
    const store = new SharedFlags(ramped(tenth), { flags: { g: ramped(tenth) } });
    const change = store.change.bind(store);
    store.change = (edits, about) =>
      about.why.startsWith('g') ? Promise.reject(new Error('full')) : change(edits, about);
    await using guard = guarding(store);
    await expect(guard.check()).rejects.toThrow('full');
    expect(percentageOf(store.definitions)).toBe(10);
    expect(guard.problem).toMatchObject({ message: 'full' });
  });

  it.each<[string, (guard: FlagGuard, stop: AbortController) => Promise<void> | void]>([
    ['a signal', (_, stop) => stop.abort()],
    ['disposing', async (guard) => guard[Symbol.asyncDispose]()],
  ])('end with %s, in the middle of a round too, which then writes nothing', async (_, end) => {
    const store = new SharedFlags(ramped(tenth));
    const stop = new AbortController();
    let count = 0;
    const guard = guarding(store, {
      everyMs: 1,
      signal: stop.signal,
      metric: () => {
        count++;
        return new Promise(() => undefined);
      },
    });
    guard.start();
    const round = guard.check();
    await vi.waitFor(() => expect(count).toBe(1), 30_000);
    await end(guard, stop);
    expect(await round).toEqual([]);
    expect(await guard.check()).toEqual([]);
    guard.start();
    await sleep(20);
    expect([count, store.version]).toEqual([1, 1]);
  });

  it('do not begin when the signal was there before', async () => {
    const store = new SharedFlags(ramped(tenth));
    const guard = guarding(store, { signal: AbortSignal.abort() });
    guard.start();
    expect(await guard.check()).toEqual([]);
    expect(store.version).toBe(1);
  });
});

it.each([
  { everyMs: 0 },
  { everyMs: Number.NaN },
  { everyMs: 2 ** 31 },
  { timeoutMs: -1 },
  { maxAgeMs: 1.5 },
  { everyMs: 60_000, maxAgeMs: 100_000 },
])('%o is refused: no reading would count, or rounds would never end', (options) => {
  expect(() => guarding(new SharedFlags({}), options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
