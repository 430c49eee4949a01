import { expect, test } from 'vitest';
import { backupFreshCheck, diskCheck } from '../../../src/deploy/index.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-01T12:00:00.000Z');

test('a disk is held against two limits, and against the bytes that have to be left', async () => {
  const run = async (options: object): Promise<string> => (await diskCheck({ path: '/', ...options }).run({})).outcome;
  expect(await run({ warnPercent: 100, failPercent: 100 })).toBe('ok');
  expect(await run({ warnPercent: -1, failPercent: 100 })).toBe('warn');
  expect(await run({ warnPercent: -1, failPercent: -1 })).toBe('fail');
  expect(await run({ warnPercent: 100, failPercent: 100, minFreeBytes: 1e18 })).toBe('fail');
  const { found, limit } = await diskCheck({ path: '/' }).run({});
  expect(found).toMatch(/^\d+ % used, [\d,]+ MB free$/);
  expect(limit).toBe('at most 90 % used (warns above 80 %)');
});

test('a path that is not there has failed', async () => {
  expect(await diskCheck({ path: '/no/such/place' }).run({})).toMatchObject({
    outcome: 'fail',
    hint: 'Check the path.',
  });
});

test.each<readonly [string, Record<string, number>, string, string]>([
  ['young ones everywhere', { a: 1, b: 2 }, 'ok', 'a: 60 min old; b: 2 h old'],
  ['one that gets old', { a: 1, b: 13 }, 'warn', 'a: 60 min old; b: 13 h old'],
  ['one that is too old', { a: 72, b: 13 }, 'fail', 'a: 3 d old; b: 13 h old'],
  ['none at one place', { a: 0 }, 'fail', 'a: 0 s old; b: none'],
  ['one from the future', { a: 1, b: -1 }, 'warn', 'a: 60 min old; b: 60 min in the future: clocks differ'],
  ['a time that is none', { a: 1, b: Number.NaN }, 'fail', 'a: 60 min old; b: of unknown age'],
])('backups: %s', async (_, hours, outcome, found) => {
  const check = backupFreshCheck({
    destinations: ['a', 'b'],
    latest: (name) => (hours[name] === undefined ? undefined : NOW - hours[name] * HOUR),
    maxAgeMs: 24 * HOUR,
    warnAgeMs: 12 * HOUR,
    clock: () => NOW,
  });
  expect(await check.run({})).toMatchObject({ outcome, found, limit: 'at most 24 h old (warns after 12 h)' });
});

test('a destination that can’t be asked has failed, and the others are told all the same', async () => {
  const latest = (name: string): number => {
    if (name === 'far') throw new Error('no route\nto host');
    return NOW;
  };
  const check = backupFreshCheck({ destinations: ['here', 'far'], latest, maxAgeMs: HOUR, clock: () => NOW });
  expect(await check.run({})).toMatchObject({
    outcome: 'fail',
    found: 'here: 0 s old; far: no route to host',
    hint: 'Make a backup at far first.',
  });
});

test('without a destination nothing would be checked', () => {
  expect(() => backupFreshCheck({ destinations: [], latest: () => 0, maxAgeMs: 1 })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});

test('each destination may have an age of its own, and the check tells them apart', async () => {
  const made: Readonly<Record<string, number>> = { here: NOW - 2 * HOUR, far: NOW - 20 * HOUR };
  const run = async (farMs: number) =>
    backupFreshCheck({
      destinations: ['here', { name: 'far', maxAgeMs: farMs }],
      latest: (name) => made[name],
      maxAgeMs: 3 * HOUR,
      clock: () => NOW,
    }).run({});
  expect(await run(24 * HOUR)).toMatchObject({
    outcome: 'ok',
    found: 'here: 2 h old; far: 20 h old',
    limit: 'here: at most 3 h old; far: at most 24 h old',
  });
  expect(await run(10 * HOUR)).toMatchObject({ outcome: 'fail', hint: 'Make a backup at far first.' });
  expect(() => backupFreshCheck({ destinations: ['here'], latest: () => NOW })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});
