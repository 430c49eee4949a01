import { memoryStore } from '@x/storage';
import { expect, test } from 'vitest';
import { createFlags } from '../../src/index.ts';
import { guardFlags } from '../../src/guard/index.ts';
import { storedFlags } from '../../src/stored/index.ts';
import { NOW } from '../fixtures.ts';
import { at, calm, ramped } from './ramps.ts';

test('two guards of one store take a step once, and the history says who did', async () => {
  const place = memoryStore();
  const open = (): ReturnType<typeof storedFlags> => storedFlags(place, { clock: () => NOW, pollMs: 0 });
  const flag = ramped({ at: at(-600), percentage: 1 }, { at: at(-60), percentage: 100, guard: calm });
  await open().change([{ kind: 'set', key: 'f', definition: flag }], { by: 'ann', why: 'A ramp' });
  await using flags = createFlags({ store: open(), clock: () => NOW });
  await flags.ready();
  expect(flags.explain('f', { targetingKey: 'x' }).findings.at(-1)?.facts).toMatchObject({ percentage: 1 });
  const guards = [1, 2].map((number) =>
    guardFlags({ store: open(), metric: () => 0.2, clock: () => NOW, by: `guard ${number}` }),
  );
  await Promise.all(guards.map((guard) => guard.check()));
  await flags.refresh();
  expect(flags.isEnabled('f', { targetingKey: 'x' })).toBe(true);
  const told: string[] = [];
  for await (const { by, why } of open().history()) told.push(`${by.replace(/\d/, 'N')}: ${why}`);
  expect(told).toEqual(['guard N: f goes on to 100 %: error_rate is 0.2, below 1', 'ann: A ramp']);
  await using broken = guardFlags({ store: open(), metric: () => 5, clock: () => NOW + 60_000, by: 'guard 3' });
  await broken.check();
  await flags.refresh();
  expect(flags.explain('f', { targetingKey: 'x' }).findings.at(-1)?.facts).toMatchObject({ percentage: 1 });
  for (const guard of guards) await guard[Symbol.asyncDispose]();
});
