import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ScanCache, ScanCacheBuilder } from '../../src/source/scan-cache.ts';
import { noise } from '../fixtures/content.ts';
import { tempFolder } from '../fixtures/place.ts';
import { flipped } from '../fixtures/sealing.ts';

const DIGEST = noise(32, 'catalog').toString('hex');
const pathOf = (number: number): Buffer => Buffer.from(`file ${number}`);

async function writeCache(path: string, entries: number): Promise<void> {
  const builder = new ScanCacheBuilder();
  for (let i = 0; i < entries; i++)
    builder.add(pathOf(i), { ctimeNs: BigInt(i) - 7n, ino: 2n ** 64n - 1n - BigInt(i) });
  await builder.write(path, DIGEST);
}

test.each([0, 1, 4095, 4096, 4097, 10_000])('a cache of %i entries comes back, 24 bytes for each', async (entries) => {
  const path = join(tempFolder(), 'new', 'cache');
  await writeCache(path, entries);
  expect(statSync(path).size).toBe(8 + 32 + 24 * entries + 32);
  const cache = await ScanCache.read(path, DIGEST);
  for (let i = 0; i < entries; i++) {
    const { ctimeNs, ino } = cache.at(i, pathOf(i)) ?? {};
    if (ctimeNs !== BigInt(i) - 7n || ino !== 2n ** 64n - 1n - BigInt(i)) throw new Error(`entry ${i} was lost`);
  }
  expect(cache.at(entries, pathOf(entries))).toBeUndefined();
  expect(cache.at(0, pathOf(1))).toBeUndefined();
});

test('a cache of another catalog, one that is not there, and a damaged one know nothing', async () => {
  const path = join(tempFolder(), 'cache');
  await writeCache(path, 3);
  const knows = async (digest = DIGEST): Promise<boolean> =>
    (await ScanCache.read(path, digest)).at(0, pathOf(0)) !== undefined;
  expect(await knows()).toBe(true);
  expect(await knows(noise(32, 'other').toString('hex'))).toBe(false);
  const bytes = readFileSync(path);
  for (const damaged of [flipped(bytes, 60), bytes.subarray(0, -1), bytes.subarray(24), Buffer.alloc(0)]) {
    writeFileSync(path, damaged);
    expect(await knows()).toBe(false);
  }
  expect((await ScanCache.read(`${path}.none`, DIGEST)).at(0, pathOf(0))).toBeUndefined();
});
