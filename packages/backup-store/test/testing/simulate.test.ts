import { expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { MUTANTS, type Mutant, replay, shrink, simulate } from '../../src/testing/index.ts';

/** So many schedules are part of every test run; `npm run simulate` runs any number of them. */
const SCHEDULES = IS_THOROUGH ? 1500 : 150;
const SEALED_SCHEDULES = IS_THOROUGH ? 60 : 8;

/**
 * One schedule for each broken rule that shows the damage it does. A change of what the engine asks of a store changes what a
 * seed means: `npm run simulate -- --mutant NAME` finds another one.
 */
const FROZEN: Readonly<Record<Mutant, number>> = {
  'session-after-index': 218,
  'delete-before-decision': 9,
  'open-not-fenced': 1,
  'fence-overwritten': 1,
  'late-segments-believed': 5,
  'unchanged-without-lookup': 651,
  'tombstones-ignored': 183,
  'round-from-memory': 1,
};

test(
  'no schedule of writers, keepers and forgetters loses a snapshot or keeps garbage',
  { timeout: 300_000 },
  async () => {
    const report = await simulate({ schedules: SCHEDULES });
    expect(report.failures).toEqual([]);
    expect(report.schedules).toBe(SCHEDULES);
  },
);

test('nor does any with encryption, compression and real packs', { timeout: 300_000 }, async () => {
  expect((await simulate({ schedules: SEALED_SCHEDULES, codec: 'sealed' })).failures).toEqual([]);
});

test.each(MUTANTS)('a program with the mistake %s is found out by its frozen schedule', async (mutant) => {
  const seed = FROZEN[mutant];
  const broken = await simulate({ seed, schedules: 1, mutant });
  expect(broken.failures).toMatchObject([{ seed, message: expect.stringMatching(/snapshot|damage/) as unknown }]);
  expect((await simulate({ seed, schedules: 1 })).failures).toEqual([]);
});

test('the same seed gives the same schedule', async () => {
  const [one, two] = [await replay({ seed: 7 }), await replay({ seed: 7 })];
  expect(one.story.length).toBeGreaterThan(50);
  expect(two).toEqual(one);
});

test('a failing schedule shrinks to a short story that still fails', { timeout: 240_000 }, async () => {
  const mutant: Mutant = 'fence-overwritten';
  const [failed] = (await simulate({ seed: FROZEN[mutant], schedules: 1, mutant })).failures;
  const before = await replay({ choices: failed?.choices ?? [] }, { mutant });
  const choices = await shrink(failed?.choices ?? [], { mutant });
  const after = await replay({ choices }, { mutant });
  expect(after.message).toMatch(/snapshot|damage/);
  expect(choices.length).toBeLessThan((failed?.choices ?? []).length);
  expect(after.story.length).toBeLessThanOrEqual(before.story.length);
  expect((await replay({ choices })).message).toBeUndefined();
});
