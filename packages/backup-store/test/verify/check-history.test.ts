import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunContext } from '../../src/run/context.ts';
import { CheckHistory } from '../../src/verify/check-history.ts';
import { tempFolder } from '../fixtures/place.ts';
import { tenantOf } from '../fixtures/sealing.ts';

const NOW = 1_767_225_600_000;
const PACKS = ['packs/a', 'packs/b', 'packs/c'];

const read = async (cacheFolder: string): Promise<CheckHistory> =>
  await CheckHistory.read({ cacheFolder, clock: () => NOW } as RunContext, tenantOf());

test('times are kept of the packs that there are, and of no others', async () => {
  const folder = tempFolder();
  const history = await read(folder);
  for (const [i, name] of PACKS.entries()) history.isWell(name, NOW - i);
  expect(PACKS.map((name) => history.at(name))).toEqual([NOW, NOW - 1, NOW - 2]);
  await history.save(PACKS.slice(0, 2));
  const again = await read(folder);
  expect(PACKS.map((name) => again.at(name))).toEqual([NOW, NOW - 1, undefined]);
  const [file = ''] = readdirSync(join(folder, 'checks'));
  expect(statSync(join(folder, 'checks', file)).size).toBe(8 + 2 * 22 + 32);
});

test('a run forgets what it found not to be well', async () => {
  const folder = tempFolder();
  const history = await read(folder);
  for (const name of PACKS) history.isWell(name, NOW);
  await history.save(PACKS);
  const again = await read(folder);
  again.isNotWell('packs/b');
  expect(again.at('packs/b')).toBeUndefined();
  await again.save(PACKS);
  const last = await read(folder);
  expect(PACKS.map((name) => last.at(name))).toEqual([NOW, undefined, NOW]);
});

test('of several processes that check at once, none takes away what another has found', async () => {
  const folder = tempFolder();
  const histories = await Promise.all(PACKS.map(async () => await read(folder)));
  for (const [i, history] of histories.entries()) history.isWell(PACKS[i] as string, NOW);
  for (const history of histories) await history.save(PACKS);
  const after = await read(folder);
  expect(PACKS.map((name) => after.at(name))).toEqual([NOW, NOW, NOW]);
  expect(readdirSync(join(folder, 'checks'))).toHaveLength(1);
});

test('a machine that can’t remember goes on without', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'checks'), 'a file where a folder should be');
  const history = await read(folder);
  history.isWell('packs/a', NOW);
  await history.save(PACKS);
  expect((await read(folder)).at('packs/a')).toBeUndefined();
});

test('nothing is written when nothing was read', async () => {
  const folder = tempFolder();
  await (await read(folder)).save(PACKS);
  expect(existsSync(join(folder, 'checks'))).toBe(false);
});
