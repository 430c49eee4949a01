import { fsStore, type ObjectStore } from '@x/storage';
import { expect, it } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

/** Two snapshots that share a pack, of which the first is forgotten: the pack is to be written again without what only that one had. */
async function halfForgotten(): Promise<Place> {
  const place = newPlace();
  buildTree(place.source, {
    gone: noise(3_000_000, 'gone'),
    stays: noise(2_000_000, 'stays'),
    folder: { small: 'small' },
  });
  await using repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  buildTree(place.source, { gone: 'now small' });
  await repository.backup({ paths: [place.source] });
  await repository.forget({ snapshots: [(await repository.snapshots())[0]?.id ?? ''] });
  return place;
}

/** A store in which something happens before the read of a pack with this number. */
function before(place: Place, read: number, happens: () => Promise<unknown>): ObjectStore {
  const store = fsStore(place.store);
  let reads = 0;
  let happening: Promise<unknown> | undefined;
  return {
    ...store,
    async get(key, options) {
      if (key.startsWith('packs/') && ++reads === read) happening = happens();
      if (key.startsWith('packs/')) await happening;
      return await store.get(key, options);
    },
  };
}

it.each([1, 2, 3])('a prune that comes before read %i of a restore takes nothing away from it', async (read) => {
  const place = await halfForgotten();
  await using keeper = await openAt(place);
  let packs = 0;
  const prune = async (): Promise<void> => {
    packs += (await keeper.prune(NOW)).tenants[0]?.packsDeleted ?? 0;
  };
  await using repository = await openAt(place, { store: before(place, read, prune) });
  const result = await repository.restore({ snapshot: 'latest', to: place.out });
  expect(packs).toBeGreaterThan(0);
  expect([result.status, result.problems]).toEqual(['ok', []]);
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});

it('a snapshot that is forgotten does not come back while a round takes its marker away', async () => {
  const place = await halfForgotten();
  await using keeper = await openAt(place);
  const inner = fsStore(place.store);
  let pruned: Promise<unknown> | undefined;
  const store: ObjectStore = {
    ...inner,
    async list(prefix, options) {
      if (prefix.startsWith('forget/')) await (pruned ??= keeper.prune(NOW));
      return await inner.list(prefix, options);
    },
  };
  await using repository = await openAt(place, { store });
  expect(await repository.snapshots()).toHaveLength(1);
  expect(pruned).toBeDefined();
});
