import { expect, it } from 'vitest';
import { planGuards } from '../../src/guard/index.ts';
import { type FlagDefinitions, generateTypes, simulateFlags, toFlagd } from '../../src/index.ts';
import { staleFlags } from '../../src/stale/index.ts';
import { NOW } from '../fixtures.ts';

const of = (flags: Readonly<Record<string, unknown>>): FlagDefinitions => ({ flags }) as FlagDefinitions;
const bad = of({ f: {}, g: { rollout: { percentage: '25' } } });
const refused = expect.objectContaining({
  code: 'INVALID_FLAGS',
  problems: [expect.objectContaining({ path: '/flags/g/rollout/percentage' })],
}) as Error;

it('what is made of all flags is made of none where one has a mistake', () => {
  expect(() => toFlagd(bad)).toThrow(refused);
  expect(() => generateTypes(bad)).toThrow(refused);
  expect(() => staleFlags(bad, { nowMs: NOW })).toThrow(refused);
});

it('a simulation takes a flag with a mistake for the fallback before the change, and refuses one after it', () => {
  expect(simulateFlags(bad, of({ f: {}, g: {} }), [{}]).flips).toEqual([
    { key: 'g', context: {}, before: undefined, after: true },
  ]);
  expect(() => simulateFlags(of({}), bad, [])).toThrow(refused);
});

it('of a version with mistakes, and of those before it, nothing is known', () => {
  const day = 86_400_000;
  const good = of({ f: { killSwitch: true } });
  const since = (...versions: readonly FlagDefinitions[]): unknown => {
    const history = versions.map((definitions, index) => ({
      atMs: NOW - (versions.length - index) * day,
      definitions,
    }));
    return staleFlags(good, { nowMs: NOW, history }).flags[0]?.reasons[0];
  };
  expect(since(good, good, good)).toMatchObject({ reason: 'alwaysOff', sinceMs: NOW - 3 * day });
  expect(since(good, of({ f: 7 }), good)).toMatchObject({ reason: 'alwaysOff', sinceMs: NOW - day });
});

it('guards leave a flag with a mistake alone', () => {
  const ramp = [{ at: '2026-01-10T08:00:00Z', percentage: 10, guard: { metric: 'm', below: 1 } }];
  const good = { schedule: { ramp } };
  const readings = {
    f: { m: { samples: [{ atMs: NOW, value: 0 }] } },
    g: { m: { samples: [{ atMs: NOW, value: 0 }] } },
  };
  const decided = (flags: FlagDefinitions): readonly (readonly [string, string])[] =>
    planGuards(flags, readings, { nowMs: NOW }).map(({ flag, action }) => [flag, action]);
  expect(decided(of({ f: good, g: good }))).toEqual([
    ['f', 'enter'],
    ['g', 'enter'],
  ]);
  expect(decided(of({ f: good, g: { ...good, owner: 1 } }))).toEqual([['f', 'enter']]);
  expect(decided(of({ f: good, g: { schedule: { ramp: [null, 7] } } }))).toEqual([['f', 'enter']]);
});
