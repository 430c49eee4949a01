import { expect, test } from 'vitest';
import { Calm } from '../../src/watch/calm.ts';
import type { Changes } from '../../src/watch/contract.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

function newCalm(onCalm: (changes: Changes) => Promise<boolean | void> | boolean | void) {
  const clock = new VirtualClock('2026-03-01T12:00:00Z');
  const errors: unknown[] = [];
  const calm = new Calm({ debounceMs: 2000, maxWaitMs: 10_000, clock, onCalm, onError: (error) => errors.push(error) });
  return { clock, calm, errors };
}

test('changes are dealt with once they have come to rest, together, and each path once', async () => {
  const calls: Changes[] = [];
  const { clock, calm } = newCalm((changes) => void calls.push(changes));
  calm.touch('/a');
  await clock.pass(1999);
  calm.touch('/b');
  calm.touch('/a');
  await clock.pass(1999);
  expect(calls).toEqual([]);
  await clock.pass(1);
  expect(calls).toEqual([{ paths: ['/a', '/b'], count: 3 }]);
  await calm.idle();
});

test('changes that go on and on are dealt with all the same', async () => {
  const calls: number[] = [];
  const { clock, calm } = newCalm(() => void calls.push(clock.monotonic()));
  for (let second = 0; second < 25; second++) {
    calm.touch('/a');
    await clock.pass(1000);
  }
  expect(calls).toEqual([10_000, 20_000]);
});

test('what changes while changes are dealt with is dealt with next, never at the same time', async () => {
  const running: Changes[] = [];
  const ends: (() => void)[] = [];
  const { clock, calm } = newCalm(async (changes) => {
    running.push(changes);
    await new Promise<void>((end) => ends.push(end));
  });
  calm.touch('/a');
  await clock.pass(2000);
  calm.touch('/b');
  await clock.pass(60_000);
  expect(running).toEqual([{ paths: ['/a'], count: 1 }]);
  ends[0]?.();
  await clock.pass(0);
  expect(running[1]).toEqual({ paths: ['/b'], count: 1 });
  ends[1]?.();
});

test('what was not dealt with comes again, ever later, with what has changed meanwhile', async () => {
  const calls: (readonly [number, Changes])[] = [];
  const answers = [false, new Error('no space left'), undefined];
  const { clock, calm, errors } = newCalm((changes) => {
    calls.push([clock.monotonic(), changes]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  });
  calm.touch('/a');
  await clock.pass(3000);
  calm.touch('/b');
  await clock.pass(60_000);
  expect(calls).toEqual([
    [2000, { paths: ['/a'], count: 1 }],
    [7000, { paths: ['/a', '/b'], count: 2 }],
    [17_000, { paths: ['/a', '/b'], count: 2 }],
  ]);
  expect(errors.map(String)).toEqual(['Error: no space left']);
});

test('nothing is dealt with any more once it is closed', async () => {
  const calls: Changes[] = [];
  const { clock, calm } = newCalm((changes) => void calls.push(changes));
  calm.touch('/a');
  await calm.close();
  calm.touch('/b');
  await clock.pass(60_000);
  expect(calls).toEqual([]);
});
