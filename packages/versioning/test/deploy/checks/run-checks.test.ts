import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Check, type CheckOutcome, runChecks } from '../../../src/deploy/index.ts';

const settled = (name: string, outcome: CheckOutcome, ms = 0): Check => ({
  name,
  kind: 'own',
  async run() {
    await delay(ms);
    return { name, kind: 'own', outcome, found: '', ms, attempts: 1 };
  },
});
const never = (name: string): Check => ({ name, kind: 'own', run: () => Promise.withResolvers<never>().promise });

test('the worst outcome counts, results are in the order of the checks, and whatever the limit none is lost', async () => {
  const outcomes = fc.array(fc.constantFrom<CheckOutcome>('ok', 'warn', 'fail'), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(outcomes, fc.integer({ min: -1, max: 20 }), async (wanted, parallel) => {
      const checks = wanted.map((outcome, index) => settled(`${index}`, outcome));
      const { outcome, results } = await runChecks(checks, {}, { parallel });
      expect(results.map((each) => [each.name, each.outcome])).toEqual(wanted.map((each, index) => [`${index}`, each]));
      expect(outcome).toBe((['fail', 'warn'] as const).find((each) => wanted.includes(each)) ?? 'ok');
    }),
    { numRuns: 30 },
  );
});

test('a slow one does not hold the others', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const checks = [never('slow'), ...[1, 2, 3, 4].map((n) => settled(`${n}`, 'ok'))];
  const running = runChecks(
    checks,
    { signal: stop.signal },
    {
      parallel: 2,
      onResult: ({ name }) => {
        seen.push(name);
        if (seen.length === 4) stop.abort();
      },
    },
  );
  const { outcome, results } = await running;
  expect(seen).toEqual(['1', '2', '3', '4', 'slow']);
  expect(outcome).toBe('fail');
  expect(results[0]).toMatchObject({ name: 'slow', found: 'stopped before it ended' });
});

test('no more than the limit run at the same time', async () => {
  let running = 0;
  let most = 0;
  const counting = (name: string): Check => ({
    name,
    kind: 'own',
    async run() {
      most = Math.max(most, (running += 1));
      await delay(1);
      running -= 1;
      return { name, kind: 'own', outcome: 'ok', found: '', ms: 0, attempts: 1 };
    },
  });
  await runChecks(
    Array.from({ length: 20 }, (_, n) => counting(`${n}`)),
    {},
    { parallel: 3 },
  );
  expect(most).toBe(3);
});

test('it never throws: not for a check that does, one that never ends, an abort, or a listener', async () => {
  const broken: Check = {
    name: 'broken',
    kind: 'own',
    run: () => {
      throw new Error('of its own');
    },
  };
  const onResult = (): never => {
    throw new Error('of the listener');
  };
  const { results } = await runChecks(
    [broken, never('endless'), settled('good', 'ok')],
    {},
    { timeoutMs: 300, onResult },
  );
  expect(results.map(({ outcome, found }) => [outcome, found])).toEqual([
    ['fail', 'of its own'],
    ['fail', 'not ended within 300 ms'],
    ['ok', ''],
  ]);
  const stopped = await runChecks([settled('one', 'ok')], { signal: AbortSignal.abort() });
  expect(stopped).toMatchObject({ outcome: 'fail', results: [{ found: 'stopped before it ended' }] });
});
