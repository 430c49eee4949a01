import { fsStore, type ObjectStore } from '@x/storage';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { flipIn, objectsBelow } from '../fixtures/damage.ts';
import { createAt, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

/** Two snapshots, of which the first is forgotten. */
async function oneForgotten(): Promise<Place> {
  const place = newPlace();
  await using repository = await createAt(place);
  for (const name of ['a', 'b']) {
    buildTree(place.source, { [name]: noise(300_000, name) });
    await repository.backup({ paths: [place.source] });
  }
  await repository.forget({ snapshots: [(await repository.snapshots())[0]?.id ?? ''] });
  return place;
}

/** A store in which no round is decided. */
function undecided(place: Place): ObjectStore {
  const store = fsStore(place.store);
  return {
    ...store,
    async createIfAbsent(key, body, options) {
      if (key.endsWith('/decision')) throw new Error('Expected no decision, got one');
      return await store.createIfAbsent(key, body, options);
    },
  };
}

async function expectWhole(place: Place): Promise<void> {
  await using repository = await openAt(place);
  expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  expect((await repository.restore({ snapshot: 'latest', to: place.out })).status).toBe('ok');
  expect(compareTrees(place.source, restored(place))).toEqual([]);
}

describe('a damaged record', () => {
  it('of the beginning of a round keeps nobody from restoring, stops backups, and a prune ends the round', async () => {
    const place = await oneForgotten();
    await using stopped = await openAt(place, { store: undecided(place) });
    await expect(stopped.prune(NOW)).rejects.toThrow('no decision');
    const opening = objectsBelow(place, 'gc/')[0]?.name ?? '';
    flipIn(place, opening, 150);
    await using reader = await openAt(place);
    expect((await reader.verify()).findings.map(({ code, object }) => [code, object])).toEqual([['damaged', opening]]);
    expect((await reader.restore({ snapshot: 'latest', to: `${place.out} while it is damaged` })).status).toBe('ok');
    await using repository = await openAt(place);
    await expect(repository.backup({ paths: [place.source] })).rejects.toMatchObject({ code: 'OBJECT_DAMAGED' });
    expect((await repository.prune(NOW)).status).toBe('ok');
    expect((await repository.backup({ paths: [place.source] })).status).toBe('ok');
    await repository.prune(NOW);
    expect((await repository.planPrune(NOW)).tenants.map(({ worthwhile }) => worthwhile)).toEqual([false]);
    await expectWhole(place);
  });

  it('of a round that has a copy loses nothing, and verify tells of it', async () => {
    const place = await oneForgotten();
    await using repository = await openAt(place);
    await repository.prune(NOW);
    const copied = objectsBelow(place, '').filter(({ name }) => /^(?:gc|history)\/.*-copy$/.test(name));
    expect(copied).toHaveLength(2);
    for (const { name } of copied) flipIn(place, name.replace('-copy', ''), 150);
    await using again = await openAt(place);
    const { status, findings } = await again.verify();
    expect([status, ...findings.map(({ code }) => code)]).toEqual(['partial', 'redundancy', 'redundancy']);
    expect((await again.restore({ snapshot: 'latest', to: place.out })).status).toBe('ok');
  });

  it('of what was forgotten is taken away by a repair, and the snapshot is not forgotten', async () => {
    const place = await oneForgotten();
    flipIn(place, objectsBelow(place, 'forget/')[0]?.name ?? '', 150);
    await using repository = await openAt(place);
    await expect(repository.prune(NOW)).rejects.toMatchObject({ code: 'PRUNE_REFUSED' });
    await repository.repair(NOW);
    expect((await repository.prune(NOW)).status).toBe('ok');
    expect(await repository.snapshots()).toHaveLength(2);
    await expectWhole(place);
  });

  it('of what was forgotten is written anew when that is forgotten again', async () => {
    const place = await oneForgotten();
    flipIn(place, objectsBelow(place, 'forget/')[0]?.name ?? '', 150);
    await using repository = await openAt(place);
    await repository.forget({ snapshots: [(await repository.snapshots())[0]?.id ?? ''] });
    expect(await repository.snapshots()).toHaveLength(1);
    expect((await repository.prune(NOW)).status).toBe('ok');
    await expectWhole(place);
  });
});

it('a prune that waits for a backup ends with ABORTED when it is ended', async () => {
  const place = await oneForgotten();
  await using repository = await openAt(place);
  const ending = new AbortController();
  // A session that goes on: its signs of life are there, and no commit.
  const hanging = fsStore(place.store);
  const never: ObjectStore = {
    ...hanging,
    async createIfAbsent(key, body, options) {
      if (key.startsWith('commits/')) throw new Error('Expected no commit');
      return await hanging.createIfAbsent(key, body, options);
    },
  };
  await using writer = await openAt(place, { store: never, cacheDirectory: `${place.cache} of another` });
  await expect(writer.backup({ paths: [place.source] })).rejects.toThrow('no commit');
  const pruning = repository.prune({
    waitMs: 600_000,
    signal: ending.signal,
    onProgress: ({ phase }) => {
      if (phase === 'wait') ending.abort();
    },
  });
  await expect(pruning).rejects.toMatchObject({ name: 'BackupError', code: 'ABORTED' });
});
