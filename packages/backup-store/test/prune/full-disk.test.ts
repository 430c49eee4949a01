import { fsStore, type ListPage, type ObjectStore, StorageError } from '@x/storage';
import { expect, it } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

/** Two snapshots that share a pack, of which the first is forgotten: the pack is to be written again without what only that one had. */
async function halfForgotten(): Promise<Place> {
  const place = newPlace();
  buildTree(place.source, { gone: noise(3_000_000, 'gone'), stays: noise(2_000_000, 'stays') });
  await using repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  buildTree(place.source, { gone: 'now small' });
  await repository.backup({ paths: [place.source] });
  await repository.forget({ snapshots: [(await repository.snapshots())[0]?.id ?? ''] });
  return place;
}

it.each(['history/', 'gc/'])(
  'a disk that is full when a round writes below %s is made room on, and nothing is lost',
  async (area) => {
    const place = await halfForgotten();
    const inner = fsStore(place.store);
    let isFull = true;
    const store: ObjectStore = {
      ...inner,
      async createIfAbsent(key, body, options) {
        if (isFull && key.startsWith(area) && !key.endsWith('/open'))
          throw new StorageError('NO_SPACE', 'Expected room, got none', { key });
        return await inner.createIfAbsent(key, body, options);
      },
      async delete(key, options) {
        if (key.startsWith('reserve/')) isFull = false;
        await inner.delete(key, options);
      },
    };
    await using repository = await openAt(place, { store });
    expect((await repository.prune(NOW)).status).toBe('ok');
    expect(isFull).toBe(false);
    expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
    expect((await repository.restore({ snapshot: 'latest', to: place.out })).status).toBe('ok');
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  },
);

it('a session whose last sign of life is from years to come does not stop prunes for years', async () => {
  const place = await halfForgotten();
  const inner = fsStore(place.store);
  const store: ObjectStore = {
    ...inner,
    async createIfAbsent(key, body, options) {
      if (key.startsWith('commits/')) throw new Error('Expected no commit');
      return await inner.createIfAbsent(key, body, options);
    },
  };
  await using writer = await openAt(place, { store });
  await expect(writer.backup({ paths: [place.source] })).rejects.toThrow('no commit');
  const later: ObjectStore = {
    ...inner,
    async list(prefix, options): Promise<ListPage> {
      const page = await inner.list(prefix, options);
      const ahead = 10 * 365 * 24 * 3_600_000;
      return { ...page, objects: page.objects.map((each) => ({ ...each, modifiedMs: each.modifiedMs + ahead })) };
    },
  };
  await using keeper = await openAt(place, { store: later });
  const { status, tenants } = await keeper.prune({ waitMs: 0 });
  expect([status, tenants[0]?.sessionsFenced]).toEqual(['ok', 1]);
});
