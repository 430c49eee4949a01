import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fsStore, type ObjectStore, StorageError } from '@x/storage';
import { expect, it } from 'vitest';
import { createRepository } from '../../src/index.ts';
import { createAt, failureOf, filesBelow, newPlace } from '../fixtures/place.ts';

/** A store whose creates fail from the `n`th on. */
function failingFrom(store: ObjectStore, n: number): ObjectStore {
  let creates = 0;
  return {
    ...store,
    createIfAbsent: async (...call) => {
      if (++creates >= n) throw new StorageError('NO_SPACE', 'the disk is full');
      return await store.createIfAbsent(...call);
    },
  };
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a creation that fails at create %d leaves nothing, and works at the next try',
  async (n) => {
    const place = newPlace();
    const keyFile = join(place.store, '..', 'new.key');
    const options = { keyFile, cacheDirectory: place.cache };
    const failure = await failureOf(createRepository({ ...options, store: failingFrom(fsStore(place.store), n) }));
    expect(failure.code).toBe('NO_SPACE');
    expect(existsSync(place.store) ? filesBelow(place.store) : []).toEqual([]);
    expect(existsSync(keyFile)).toBe(false);
    const { repository } = await createRepository({ ...options, store: place.store });
    await repository.close();
  },
);

it('the repository itself, or a folder in it, is not backed up', async () => {
  const place = newPlace();
  const repository = await createAt(place);
  for (const path of [place.store, join(place.store, 'keys')]) {
    expect((await failureOf(repository.backup({ paths: [path] }))).code).toBe('INVALID_OPTION');
  }
});
