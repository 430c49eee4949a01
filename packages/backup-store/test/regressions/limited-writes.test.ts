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
