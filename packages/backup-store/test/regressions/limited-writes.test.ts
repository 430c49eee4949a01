import { join } from 'node:path';
import { fsStore, withLimit } from '@x/storage';
import { expect, it } from 'vitest';
import { createRepository } from '../../src/index.ts';
import { noise } from '../fixtures/content.ts';
import { newPlace } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

it('a store that takes fewer writes at a time than there are threads does not hold a backup up for ever', async () => {
  const place = newPlace();
  buildTree(place.source, Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`file ${i}`, noise(1_500_000, i)])));
  const { repository } = await createRepository({
    store: withLimit(fsStore(place.store, { durable: false }), { reads: 4, writes: 2 }),
    encrypted: false,
    cacheDirectory: place.cache,
    performance: { workers: 4, bufferBytes: 4 * 1024 * 1024 },
  });
  expect(await repository.backup({ paths: [place.source] })).toMatchObject({ status: 'ok', problems: [] });
  expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  await repository.close();
});

it.each([1, 2])(
  'nor many backups, of which one begins while another ends, with %i writes at a time',
  async (writes) => {
    const place = newPlace();
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names)
      buildTree(join(place.source, name), {
        large: noise(9_000_000, name),
        ...Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`file ${i}`, noise(300_000, `${name} ${i}`)])),
      });
    const { repository } = await createRepository({
      store: withLimit(fsStore(place.store, { durable: false }), { reads: 4, writes }),
      encrypted: false,
      cacheDirectory: place.cache,
      performance: { workers: 2, bufferBytes: 4 * 1024 * 1024 },
    });
    const results = await Promise.all(
      names.map(async (tenant) => await repository.backup({ tenant, paths: [join(place.source, tenant)] })),
    );
    expect(results.map(({ status }) => status)).toEqual(names.map(() => 'ok'));
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    await repository.close();
  },
);
