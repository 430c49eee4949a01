import { expect, test } from 'vitest';
import type { Repository } from '../../src/repository/contract.ts';
import { noise } from '../fixtures/content.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };
const ACT = { by: 'ann', reason: 'contract ended' };

/** Tenants a and b with the same keys, and c with keys of its own; each with a snapshot of the same tree. */
async function withThree(place: Place): Promise<Repository> {
  buildTree(place.source, { file: noise(300_000, 'same') });
  const repository = await createAt(place);
  await repository.tenants.add('a');
  await repository.tenants.add('b', { sharesWith: 'a' });
  await repository.tenants.add('c');
  for (const name of ['a', 'b', 'c']) await repository.tenant(name).backup({ paths: [place.source], name });
  return repository;
}

test('tenants that share store once what both have, and see nothing of each other’s snapshots', async () => {
  const place = newPlace();
  await using repository = await withThree(place);
  const [infoOfA, infoOfB] = [await repository.tenants.show('a'), await repository.tenants.show('b')];
  expect([infoOfA.sharesWith, infoOfB.sharesWith, (await repository.tenants.show('c')).sharesWith]).toEqual([
    ['b'],
    ['a'],
    [],
  ]);
  expect(infoOfA.id).not.toBe(infoOfB.id);
  const all = await repository.snapshots();
  expect(all.map(({ name, tenant, bytes }) => [name, tenant.name, bytes.new])).toEqual([
    ['a', 'a', 300_000],
    ['b', 'b', 0],
    ['c', 'c', 300_000],
  ]);
  expect(all[1]?.tenant.id).toBe(infoOfB.id);
  // Another one's snapshot is no parent, though the tree is the same.
  expect(all[1]?.parent).toBeUndefined();
  for (const [name, other] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    const handle = repository.tenant(name);
    expect((await handle.snapshots()).map((each) => each.name)).toEqual([name]);
    expect(await failureOf(handle.snapshot(other))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await failureOf(handle.forget({ snapshots: [other] }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await handle.stats()).toMatchObject({ tenant: name, snapshots: 1, bytesUnique: 300_000 });
    expect(await handle.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
  }
  expect((await repository.stats()).tenants.map(({ tenant, snapshots }) => [tenant, snapshots])).toEqual([
    ['default', 0],
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  // Keys stay the same for both when they are rotated.
  await repository.keys.rotateRoot();
  buildTree(place.source, { more: noise(200_000, 'more') });
  expect((await repository.tenant('b').backup({ paths: [place.source] })).snapshot?.bytes.new).toBe(200_000);
  expect((await repository.tenant('a').backup({ paths: [place.source] })).snapshot?.bytes.new).toBe(0);
  await using again = await openAt(place);
  await again.tenant('a').restore({ snapshot: 'latest', to: place.out });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
  expect(await failureOf(repository.tenants.add('d', { sharesWith: 'nobody' }))).toMatchObject({
    code: 'TENANT_NOT_FOUND',
  });
});

test('records of one that were erased for good are not those of the other, nor is what was restored', async () => {
  const place = newPlace();
  await using repository = await withThree(place);
  const { journal } = repository;
  const what = { module: 'guests', ids: ['ann'] };
  expect(await journal.erase({ ...what, tenant: 'a' })).toEqual({ added: 1 });
  expect((await journal.erased({ tenant: 'b' })).has('guests', 'ann')).toBe(false);
  await journal.noteRestore({ tenant: 'b', target: 'db', snapshot: 'a'.repeat(32), modules: ['guests'], mode: 'full' });
  expect(await journal.erase({ module: 'guests', ids: ['ann', 'ben'], tenant: 'b' })).toEqual({ added: 2 });
  await using again = await openAt(place);
  const seen = async (tenant: string): Promise<unknown> =>
    (await again.journal.entries({ tenant })).map((entry) => [entry.type, 'records' in entry ? entry.records : '']);
  expect([await seen('a'), await seen('b')]).toEqual([
    [['erased', 1]],
    [
      ['restored', ''],
      ['erased', 2],
    ],
  ]);
  expect((await again.journal.erased({ tenant: 'a' })).has('guests', 'ben')).toBe(false);
  expect((await again.verify()).status).toBe('ok');
});

test('what is saved before a safe restore is of the tenant whose snapshot is restored', async () => {
  const place = newPlace();
  await using repository = await withThree(place);
  buildTree(place.source, { file: 'changed' });
  const snapshot = (await repository.tenant('b').snapshot('latest')).id;
  const { status, safetySnapshot } = await repository.restoreSafely({ snapshot, overwrite: 'always' });
  expect(status).toBe('restored');
  expect((await repository.snapshot(safetySnapshot as string)).tenant.name).toBe('b');
});

test('a hold on one keeps its snapshots and the packs of the domain, and lets the other forget its own', async () => {
  const place = newPlace();
  await using repository = await withThree(place);
  await repository.tenants.hold('a', ACT);
  expect(await failureOf(repository.tenant('a').forget({ snapshots: ['a'] }))).toMatchObject({ code: 'TENANT_HELD' });
  expect((await repository.tenant('b').forget({ snapshots: ['b'] })).forgotten).toHaveLength(1);
  for (const name of ['a', 'b'])
    expect(await failureOf(repository.tenant(name).prune(NOW))).toMatchObject({ code: 'TENANT_HELD' });
  expect((await repository.prune(NOW)).held).toEqual(['a']);
});

test('erasing one forgets its snapshots and says that the keys stay; erasing the last destroys them', async () => {
  const place = newPlace();
  await using repository = await withThree(place);
  buildTree(place.source, { 'only a': noise(250_000, 'only a') });
  await repository.tenant('a').backup({ paths: [place.source] });
  const { id: label } = await repository.tenants.show('a');
  const packs = (): string[] => filesBelow(place.store).filter((name) => name.startsWith(`packs/${label}/`));
  const { statement, left } = await repository.tenants.erase('a', ACT);
  expect(statement).toMatchObject({ keys: 'shared', readable: { until: null } });
  expect(statement.destinations).toMatchObject([{ status: 'copies may remain', until: null }]);
  expect(left).toEqual({ objects: 0, bytes: 0 });
  expect((await repository.tenants.erase('a', ACT)).statement).toEqual(statement);
  expect(await failureOf(repository.tenant('a').snapshots())).toMatchObject({ code: 'TENANT_ERASED' });
  expect((await repository.snapshots()).map(({ name }) => name)).toEqual(['b', 'c']);
  const before = packs().length;
  await repository.prune(NOW);
  expect(packs().length).toBeLessThan(before);
  expect((await repository.tenant('b').stats()).bytesUnique).toBe(300_000);
  expect(await repository.tenant('b').verify({ level: 'full' })).toMatchObject({ status: 'ok', snapshots: 1 });
  const last = await repository.tenants.erase('b', ACT);
  expect(last.statement).toMatchObject({ keys: 'destroyed', readable: false });
  await repository.prune(NOW);
  expect(filesBelow(place.store).filter((name) => name.includes(label))).toEqual([]);
  expect(await repository.tenant('c').verify({ level: 'full' })).toMatchObject({ status: 'ok', snapshots: 1 });
  expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
});
