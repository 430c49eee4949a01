import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkAborted } from '../../src/run/abort.ts';
import { inParallel } from '../../src/run/parallel.ts';
import { failureOf } from '../fixtures/place.ts';
import { refusalOf } from '../fixtures/refusal.ts';

test('each item is worked on once, never more than the width at a time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat(20), fc.integer({ min: 1, max: 6 }), async (s, count, width) => {
      const items = Array.from({ length: count }, (_, i) => `item ${i}`);
      const done: string[] = [];
      let [running, most] = [0, 0];
      const all = inParallel(items, width, async (item, index) => {
        most = Math.max(most, ++running);
        expect(item).toBe(`item ${index}`);
        await s.schedule(Promise.resolve());
        running--;
        done.push(item);
      });
      await s.waitFor(all);
      expect(done.toSorted()).toEqual(items.toSorted());
      expect(most).toBe(Math.min(width, count));
    }),
  );
});

test('the first failure ends it, once what runs is done', async () => {
  const ended: number[] = [];
  const begun: number[] = [];
  const items = Array.from({ length: 50 }, (_, i) => i);
  const error = await failureOf(
    inParallel(items, 3, async (item) => {
      begun.push(item);
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(item);
      if (item === 4) throw new Error('item 4');
    }),
  );
  expect(error.message).toBe('item 4');
  expect(begun.length).toBeLessThan(10);
  expect(new Set(ended)).toEqual(new Set(begun));
});

test('a signal that was given ends a run, with its reason as the cause', () => {
  checkAborted(undefined);
  checkAborted(new AbortController().signal);
  const reason = new Error('Ctrl-C');
  expect(refusalOf(() => checkAborted(AbortSignal.abort(reason)))).toMatchObject({ code: 'ABORTED', cause: reason });
});
