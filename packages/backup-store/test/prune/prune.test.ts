import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noise } from '../fixtures/content.ts';
import { failureOf, filesBelow, newPlace, openAt, readObjects } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';
import { agedCopies, expectWell, idOfSnapshot, NOW, packBytes, packsOf } from './aged.ts';

const age = agedCopies();

/** What a pack has besides its frames: two headers, a directory, tags of blocks, and padding. */
const PACK_OVERHEAD = 8192;

describe('a prune', () => {
  it('deletes exactly the packs that only forgotten snapshots needed', async () => {
    const place = newPlace();
    await using repository = await age(place);
    const id = await idOfSnapshot(repository, 'two');
    const before = packsOf(place);
    await repository.forget({ snapshots: ['two'] });
    const result = await repository.prune();
    const after = packsOf(place);
    const gone = [...before].filter(([name]) => !after.has(name));
    // All that the session of this snapshot has stored is what nobody else has: data, and the page of its catalog.
    expect(gone.map(([name]) => name)).toEqual([...before.keys()].filter((name) => name.includes(id)));
    expect([...after.keys()].filter((name) => !before.has(name))).toEqual([]);
    const bytesFreed = gone.reduce((sum, [, size]) => sum + size, 0);
    expect(bytesFreed).toBeGreaterThan(1_200_000);
    expect(result).toMatchObject({
      status: 'ok',
      tenants: [{ tenant: 'default', epoch: 1, packsDeleted: gone.length, bytesFreed, bytesWritten: 0, waitsFor: [] }],
    });
    await expectWell(place, ['one', 'three']);
  });

  it('writes packs again of which little is needed, and the others come back byte for byte', async () => {
    const place = newPlace();
    await using repository = await age(place);
    const before = packBytes(place);
    await repository.forget({ snapshots: ['one'] });
    const { tenants } = await repository.prune();
    expect(tenants[0]?.bytesWritten).toBeGreaterThan(1_500_000);
    expect(before - packBytes(place)).toBeGreaterThan(2_000_000 - PACK_OVERHEAD);
    await expectWell(place, ['two', 'three']);
  });

  it('of all snapshots leaves no packs and no index, and backups go on', async () => {
    const place = newPlace();
    await using repository = await age(place);
    await repository.forget({ snapshots: ['one', 'two', 'three'] });
    await repository.prune(NOW);
    expect(filesBelow(place.store).filter((name) => /^(packs|index|forget|sessions)\//.test(name))).toEqual([]);
    expect(await repository.snapshots()).toEqual([]);
    await repository.backup({ paths: [place.source], name: 'three' });
    await expectWell(place, ['three']);
  });

  it('goes on over many rounds, with snapshots between them', async () => {
    const place = newPlace();
    await using repository = await age(place);
    const changing = join(place.folder, 'changing');
    for (let round = 1; round <= 4; round++) {
      buildTree(changing, { file: noise(300_000, round) });
      await repository.backup({ paths: [changing], name: `round ${round}` });
      await repository.forget({ snapshots: [`round ${round}`] });
      const { tenants } = await repository.prune(NOW);
      expect(tenants).toMatchObject([{ epoch: round }]);
      const rounds = filesBelow(place.store).filter((name) => name.startsWith('gc/') && name.endsWith('/closed'));
      expect(rounds).toHaveLength(Math.min(2, round));
    }
    await expectWell(place, ['one', 'two', 'three']);
  });

  it('with nothing to do opens no round and writes nothing', async () => {
    const place = newPlace();
    await using repository = await age(place);
    for (const what of ['before any round', 'after one']) {
      const before = readObjects(place.store);
      const epoch = what === 'after one' ? 1 : 0;
      expect(await repository.prune(), what).toMatchObject({ tenants: [{ epoch, packsDeleted: 0, bytesWritten: 0 }] });
      expect(readObjects(place.store), what).toEqual(before);
      if (epoch === 1) break;
      await repository.forget({ snapshots: ['one'] });
      await repository.prune();
    }
  });

  it('refuses options that make no sense', async () => {
    const place = newPlace();
    await using repository = await age(place);
    for (const options of [{ maxUnusedPercent: 101 }, { maxUnusedPercent: -1 }, { waitMs: -1 }])
      expect(await failureOf(repository.prune(options))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await failureOf(repository.prune({ tenant: 'nobody' }))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });
});

describe('a plan', () => {
  it('changes nothing, and says what the prune then does', async () => {
    for (const name of ['one', 'two'] as const) {
      const place = newPlace();
      await using repository = await age(place);
      await repository.forget({ snapshots: [name] });
      const before = readObjects(place.store);
      const bytes = packBytes(place);
      const [plan] = (await repository.planPrune()).tenants;
      expect(readObjects(place.store)).toEqual(before);
      const going = [...(plan?.delete ?? []), ...(plan?.repack ?? [])];
      expect(plan).toMatchObject({ epoch: 1, worthwhile: true, waitsFor: [] });
      const { tenants } = await repository.prune();
      const [done] = tenants;
      expect(done?.packsDeleted).toBe(going.length);
      expect(done?.bytesFreed).toBe(going.reduce((sum, pack) => sum + pack.bytes, 0));
      const after = packsOf(place);
      for (const { object } of going) expect([before.has(object), after.has(object)]).toEqual([true, false]);
      // Of packs that are written again the plan knows frames, and not what packs have besides.
      const written = [...after.keys()].filter((each) => !before.has(each)).length;
      const freed = bytes - packBytes(place);
      expect(Math.abs(freed - (plan?.bytesFreed ?? 0))).toBeLessThanOrEqual(written * PACK_OVERHEAD);
      expect(Math.abs((done?.bytesWritten ?? 0) - (plan?.costs.bytesWritten ?? 0))).toBeLessThanOrEqual(
        written * PACK_OVERHEAD,
      );
    }
  });

  it('where nothing is to be done says so', async () => {
    const place = newPlace();
    await using repository = await age(place);
    expect(await repository.planPrune()).toMatchObject({
      tenants: [{ worthwhile: false, delete: [], repack: [], bytesFreed: 0, costs: { bytesWritten: 0 } }],
    });
  });
});

it('two prunes at once both succeed, and nothing is lost', async () => {
  const place = newPlace();
  await using repository = await age(place);
  await using other = await openAt(place);
  await repository.forget({ snapshots: ['one'] });
  const results = await Promise.all([repository.prune(NOW), other.prune(NOW)]);
  expect(results.map(({ status }) => status)).toEqual(['ok', 'ok']);
  await expectWell(place, ['two', 'three']);
  // Whatever the one that lost the race had written is gone with the next round at the latest.
  await repository.prune(NOW);
  expect((await repository.planPrune(NOW)).tenants).toMatchObject([{ worthwhile: false }]);
  await expectWell(place, ['two', 'three']);
});
