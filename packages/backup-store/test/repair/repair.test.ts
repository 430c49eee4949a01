import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { cut, flipIn, objectsBelow } from '../fixtures/damage.ts';
import { createAt, filesBelow, newPlace, openAt, type Place, readObjects, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';
import type { Repository } from '../../src/repository/contract.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0 };

/** Two snapshots: the second one shares most of the first and has a large file of its own. */
async function twoSnapshots(place: Place): Promise<Repository> {
  buildTree(place.source, { large: noise(6_000_000, 'large'), folder: { a: 'a', b: noise(100_000, 'b') } });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source], name: 'first' });
  buildTree(place.source, { other: noise(600_000, 'other') });
  await repository.backup({ paths: [place.source], name: 'second' });
  return repository;
}

/** The pack with the most data: that of the first snapshot. */
const dataPack = (place: Place): { readonly name: string; readonly size: number } =>
  objectsBelow(place, 'packs/')[0] as { name: string; size: number };

async function expectWhole(place: Place, repository: Repository): Promise<void> {
  expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  expect((await repository.restore({ snapshot: 'latest', to: place.out })).status).toBe('ok');
  expect(compareTrees(place.source, restored(place))).toEqual([]);
  await repository.prune(NOW);
}

describe('a repair', () => {
  it('has nothing to do where nothing is damaged, and writes nothing', async () => {
    const place = newPlace();
    await using repository = await twoSnapshots(place);
    const before = readObjects(place.store);
    const result = await repository.repair({ readData: true });
    expect(result).toMatchObject({ status: 'ok', packsDropped: [], givenUp: [], incomplete: [], segmentsRebuilt: [] });
    expect(readObjects(place.store)).toEqual(before);
  });

  it('that is only planned says what is damaged, and changes nothing', async () => {
    const place = newPlace();
    await using repository = await twoSnapshots(place);
    const { name } = dataPack(place);
    flipIn(place, name, 1_000_000);
    const before = readObjects(place.store);
    const result = await repository.repair({ readData: true, dryRun: true });
    expect(result).toMatchObject({ status: 'partial', packsDropped: [name] });
    expect(result.incomplete.map((each) => each.name)).toEqual(['first', 'second']);
    expect(readObjects(place.store)).toEqual(before);
  });

  it('writes lost and damaged index segments anew', async () => {
    for (const how of ['lost', 'damaged']) {
      const place = newPlace();
      await using repository = await twoSnapshots(place);
      const [segment] = objectsBelow(place, 'index/') as unknown as [{ name: string }];
      if (how === 'lost') rmSync(join(place.store, segment.name));
      else flipIn(place, segment.name, 200);
      await repository.close();
      await using again = await openAt(place);
      const result = await again.repair(NOW);
      expect(result).toMatchObject({ status: 'ok', segmentsRebuilt: [segment.name], incomplete: [] });
      await expectWhole(place, again);
    }
  });

  it('writes the segments of a history anew, of which each names packs of several sessions', async () => {
    const place = newPlace();
    await using repository = await twoSnapshots(place);
    const [first] = await repository.snapshots();
    buildTree(place.source, { third: noise(10_000, 'third') });
    await repository.backup({ paths: [place.source] });
    await repository.forget({ snapshots: [first?.id ?? ''] });
    await repository.prune({ ...NOW, maxUnusedPercent: 0 });
    for (const { name } of objectsBelow(place, 'index/')) flipIn(place, name, 200);
    await using again = await openAt(place);
    expect((await again.repair(NOW)).status).toBe('ok');
    await expectWhole(place, again);
  });

  it('takes a damaged pack out of use, keeps what can be read of it, and says which snapshots lack what', async () => {
    const place = newPlace();
    await using repository = await twoSnapshots(place);
    const { name } = dataPack(place);
    flipIn(place, name, 1_000_000);
    const result = await repository.repair({ ...NOW, readData: true });
    expect(result).toMatchObject({ status: 'partial', packsDropped: [name], givenUp: [], waitsFor: [] });
    expect(result.incomplete.map((each) => each.name)).toEqual(['first', 'second']);
    expect(result.incomplete[0]?.paths.every((path) => path.endsWith('large'))).toBe(true);
    expect(filesBelow(place.store)).not.toContain(name);
    // Nothing else is lost, and pruning goes on.
    const restoring = await repository.restore({ snapshot: 'latest', to: place.out });
    expect(restoring.problems.map(({ code, path }) => [code, path])).toEqual([
      ['BLOB_MISSING', join(restored(place), 'large')],
    ]);
    await repository.prune({ ...NOW, maxUnusedPercent: 0 });
  });

  it('is completed by a backup of a source that still has the data', async () => {
    const place = newPlace();
    await using repository = await twoSnapshots(place);
    flipIn(place, dataPack(place).name, 1_000_000);
    await repository.repair({ ...NOW, readData: true });
    await using next = await openAt(place, { cacheDirectory: join(place.folder, 'another cache') });
    await next.backup({ paths: [place.source] });
    expect((await next.verify({ level: 'full' })).findings).toEqual([]);
    const [first] = await next.snapshots();
    expect((await next.restore({ snapshot: first?.id ?? '', to: place.out })).status).toBe('ok');
    expect(await next.repair({ ...NOW, readData: true })).toMatchObject({ status: 'ok', incomplete: [] });
  });

  it.each(['lost', 'cut'])('goes on with a pack that is %s', async (how) => {
    const place = newPlace();
    await using repository = await twoSnapshots(place);
    const { name, size } = dataPack(place);
    if (how === 'lost') rmSync(join(place.store, name));
    else cut(place, name, size - 8192);
    const result = await repository.repair({ ...NOW, readData: true });
    expect(result).toMatchObject({ status: 'partial', packsDropped: [name] });
    expect((await repository.prune({ ...NOW, maxUnusedPercent: 0 })).status).toBe('ok');
    await repository.backup({ paths: [place.source] });
    await expectWhole(place, repository);
  });

  it('gives up a snapshot whose commit can’t be read; then pruning goes on', async () => {
    const place = newPlace();
    await using repository = await twoSnapshots(place);
    const [first, second] = await repository.snapshots();
    flipIn(place, `commits/${first?.tenant.id}/00000000/${first?.id}`, 300);
    await using again = await openAt(place);
    await expect(again.prune(NOW)).rejects.toMatchObject({ code: 'PRUNE_REFUSED' });
    expect(await again.repair(NOW)).toMatchObject({ status: 'partial', givenUp: [first?.id] });
    expect((await again.snapshots()).map(({ id }) => id)).toEqual([second?.id]);
    expect((await again.prune({ ...NOW, maxUnusedPercent: 0 })).status).toBe('ok');
    await expectWhole(place, again);
  });

  it('mends a catalog whose pages are damaged as far as there is a copy, and prunes again', async () => {
    const place = newPlace();
    await (await twoSnapshots(place)).close();
    const pages = objectsBelow(place, 'packs/').filter(({ size }) => size < 50_000);
    for (const { name } of pages) flipIn(place, name, 100);
    await using again = await openAt(place);
    await expect(again.prune({ ...NOW, maxUnusedPercent: 0 })).rejects.toMatchObject({ code: 'PRUNE_REFUSED' });
    const result = await again.repair({ ...NOW, readData: true });
    expect(result.status).toBe('partial');
    expect((await again.prune(NOW)).status).toBe('ok');
    await again.backup({ paths: [place.source], name: 'anew' });
    expect((await again.restore({ snapshot: 'anew', to: place.out })).status).toBe('ok');
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  });
});
