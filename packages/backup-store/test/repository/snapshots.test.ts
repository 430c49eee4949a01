import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Repository } from '../../src/repository/contract.ts';
import { noise } from '../fixtures/content.ts';
import {
  createAt,
  failureOf,
  filesBelow,
  listOf,
  newPlace,
  openAt,
  readObjects,
  restored,
  tempFolder,
} from '../fixtures/place.ts';
import { buildTree, symlink } from '../fixtures/tree.ts';

const names = async (entries: AsyncIterable<{ path: string }>): Promise<string[]> =>
  (await listOf(entries)).map(({ path }) => path);
const hours = (count: number): number => 1_700_000_000_000 + count * 3_600_000;

it('snapshots are found by id, beginning of an id, name and latest; ambiguous ones list their candidates', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x' });
  let now = hours(0);
  const repository = await createAt(place, { clock: () => now });
  const ids: string[] = [];
  for (const name of ['daily', 'weekly', 'daily']) {
    now += 3_600_000;
    ids.push((await repository.backup({ paths: [place.source], name })).snapshot?.id ?? '');
  }
  const [first = '', second = '', third = ''] = ids;
  expect((await repository.snapshots()).map(({ id }) => id)).toEqual(ids);
  expect((await repository.snapshot(second)).id).toBe(second);
  expect((await repository.snapshot(second.slice(0, 12))).id).toBe(second);
  expect((await repository.snapshot(second.slice(0, 12).toUpperCase())).id).toBe(second);
  expect((await repository.snapshot('weekly')).id).toBe(second);
  expect((await repository.snapshot('latest')).id).toBe(third);
  const error = await failureOf(repository.snapshot('daily'));
  expect(error).toMatchObject({
    code: 'SNAPSHOT_AMBIGUOUS',
    details: [expect.stringContaining(first), expect.stringContaining(third)],
  });
  expect((await repository.snapshot('daily', { before: hours(2) })).id).toBe(first);
  for (const none of ['nothing', first.slice(0, 3), '', 'f'.repeat(32)]) {
    expect(await failureOf(repository.snapshot(none))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
  }
});

it('a snapshot by a clock that was put back still stands after the one that it follows', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x' });
  let now = hours(1000);
  const repository = await createAt(place, { clock: () => now });
  const first = await repository.backup({ paths: [place.source] });
  now = hours(0);
  const second = await repository.backup({ paths: [place.source], tags: ['late'] });
  const dated = await repository.timeline();
  expect(dated.map(({ record }) => record.id)).toEqual([first.snapshot?.id, second.snapshot?.id]);
  expect(dated.map(({ madeMs }) => madeMs - hours(1000))).toEqual([0, 1]);
  expect(dated[1]?.record.startedAt).toBe(new Date(hours(0)).toISOString());
  expect((await repository.timeline({ tags: ['late'] })).map(({ madeMs }) => madeMs - hours(1000))).toEqual([1]);
});

it('latest means the newest by filter: host, roots, tags, tenant, time', async () => {
  const place = newPlace();
  const other = tempFolder();
  buildTree(place.source, { a: 'x' });
  let now = hours(0);
  const clock = (): number => (now += 1000);
  const here = await createAt(place, { clock, host: 'here' });
  const one = await here.backup({ paths: [place.source], tags: ['keep', 'env=prod'] });
  const two = await here.backup({ paths: [other] });
  const there = await openAt(place, { clock, host: 'there' });
  const three = await there.backup({ paths: [place.source] });
  const four = await there.backup({ paths: [place.source], tenant: 'customer' });
  const find = async (filter: object): Promise<string> => (await here.snapshot('latest', filter)).id;
  expect(await find({})).toBe(four.snapshot?.id);
  expect(await find({ tenant: 'default' })).toBe(three.snapshot?.id);
  expect(await find({ host: 'here' })).toBe(two.snapshot?.id);
  expect(await find({ host: 'here', roots: [place.source] })).toBe(one.snapshot?.id);
  expect(await find({ tags: ['env=prod'] })).toBe(one.snapshot?.id);
  expect(await find({ before: Date.parse(two.snapshot?.startedAt ?? '') })).toBe(one.snapshot?.id);
  expect(await failureOf(find({ tags: ['env=prod', 'none'] }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
  // Each compares with the newest of its own tenant, host and roots.
  expect([two.parent, three.parent, four.parent]).toEqual([undefined, undefined, undefined]);
  expect((await here.backup({ paths: [place.source] })).parent).toBe(one.snapshot?.id);
});

it('a record says all there is to know of a snapshot', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x', b: { c: 'yy' } });
  const repository = await createAt(place, { host: 'machine', clock: () => hours(0) });
  const { snapshot } = await repository.backup({
    paths: [place.source],
    name: 'n',
    note: 'why',
    tags: ['b', 'a', 'b'],
    createdBy: 'me',
    trigger: 'scheduled',
  });
  expect(snapshot).toMatchObject({
    name: 'n',
    note: 'why',
    tags: ['a', 'b'],
    createdBy: 'me',
    trigger: 'scheduled',
    host: 'machine',
    status: 'ok',
    startedAt: new Date(hours(0)).toISOString(),
    tenant: { name: 'default' },
    bytes: { total: 3, read: 3, new: 3 },
    files: { total: 2, new: 2, changed: 0, unchanged: 0 },
    encryption: { algorithm: 'AES-256-GCM' },
    compression: 'auto',
    versions: { format: 0, schema: 1 },
    sources: [
      {
        kind: 'directory',
        root: place.source,
        path: place.source.slice(1),
        status: 'ok',
        entries: 4,
        files: 2,
        bytes: 3,
      },
    ],
  });
  expect(snapshot?.manifestSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(snapshot?.bytes.stored).toBeGreaterThan(0);
  expect(await repository.snapshot('n')).toEqual(JSON.parse(JSON.stringify(snapshot)));
});

async function twoStates(): Promise<{ repository: Repository; source: string; top: string }> {
  const place = newPlace();
  buildTree(place.source, {
    same: 'x',
    changed: 'old',
    gone: 'x',
    touched: 'x',
    'was a file': 'x',
    folder: { deep: { a: 'x' } },
    link: symlink('a'),
  });
  utimesSync(join(place.source, 'touched'), 1e9, 1e9);
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source], name: 'before' });
  for (const name of ['gone', 'was a file', 'link']) rmSync(join(place.source, name));
  writeFileSync(join(place.source, 'changed'), 'new');
  buildTree(place.source, { added: 'x', 'was a file': {}, folder: { deep: { b: 'x' } }, link: symlink('b') });
  utimesSync(join(place.source, 'touched'), 1e9, 1.1e9);
  await repository.backup({ paths: [place.source], name: 'after' });
  return { repository, source: place.source, top: place.source.slice(1) };
}

it('diff tells what was added, removed, changed in content, metadata or kind, in order', async () => {
  const { repository, top } = await twoStates();
  const differences = (await listOf(repository.diff('before', 'after'))).map(({ change, path }) => [
    path.slice(top.length + 1),
    change,
  ]);
  expect(differences.filter(([path]) => path !== '' && path !== 'folder/deep')).toEqual([
    ['added', 'added'],
    ['changed', 'content'],
    ['folder/deep/b', 'added'],
    ['gone', 'removed'],
    ['link', 'content'],
    ['touched', 'metadata'],
    ['was a file', 'kind'],
  ]);
  const reversed = (await listOf(repository.diff('after', 'before'))).map(
    ({ change, path }) => `${change} ${path.slice(top.length + 1)}`,
  );
  expect(reversed).toEqual(expect.arrayContaining(['removed added', 'added gone']));
  expect(await names(repository.diff('after', 'after'))).toEqual([]);
});

it('entries of a snapshot are listed in order, of a path only, and one level only', async () => {
  const { repository, source, top } = await twoStates();
  expect(await names(repository.entries('before'))).toEqual(
    [
      '',
      '/changed',
      '/folder',
      '/folder/deep',
      '/folder/deep/a',
      '/gone',
      '/link',
      '/same',
      '/touched',
      '/was a file',
    ].map((path) => top + path),
  );
  for (const path of [`${source}/folder`, `${top}/folder`, `${top}/folder/`, `/${top}//folder`]) {
    expect(await names(repository.entries('before', { path }))).toEqual([
      `${top}/folder`,
      `${top}/folder/deep`,
      `${top}/folder/deep/a`,
    ]);
  }
  expect(await names(repository.entries('before', { path: `${top}/folder`, recursive: false }))).toEqual([
    `${top}/folder`,
    `${top}/folder/deep`,
  ]);
  expect(await names(repository.entries('before', { path: top.split('/')[0] }))).toHaveLength(10);
  for (const path of [`${top}/none`, `${top}/fold`, 'elsewhere', `${top}/same/below`]) {
    expect(await failureOf(names(repository.entries('before', { path })))).toMatchObject({ code: 'PATH_NOT_FOUND' });
  }
  const [link] = await listOf(repository.entries('before', { path: `${top}/link` }));
  expect(link).toMatchObject({ kind: 'symlink', linkTarget: 'a', size: 0 });
});

it('find looks by glob in all snapshots or in one', async () => {
  const { repository, top } = await twoStates();
  const found = async (glob: string, snapshot?: string): Promise<string[]> =>
    (await names(repository.find({ glob, snapshot }))).map((path) => path.slice(top.length + 1));
  expect(await found('changed')).toEqual(['changed', 'changed']);
  expect(await found('a', 'before')).toEqual(['folder/deep/a']);
  expect(await found('**/deep/*')).toEqual(['folder/deep/a', 'folder/deep/a', 'folder/deep/b']);
  expect(await found('[ag]*', 'after')).toEqual(['added', 'folder/deep/a']);
  expect(await found('nothing')).toEqual([]);
  expect(await found(`${top}/folder/deep/*`)).toEqual(['folder/deep/a', 'folder/deep/a', 'folder/deep/b']);
  expect(await found(`/${top}/changed`, 'after')).toEqual(['changed']);
  expect(await found(top, 'after')).toEqual(['']);
  expect(await found('elsewhere/**')).toEqual([]);
});

it('names that are not text have their bytes beside them, wherever they are listed', async () => {
  const place = newPlace();
  buildTree(place.source, { 'caf\xe9': 'x', plain: 'x' });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  const bytes = Buffer.from(`${place.source.slice(1)}/caf\xe9`, 'latin1');
  const entries = await listOf(repository.entries('latest'));
  expect(entries.filter(({ pathBase64 }) => pathBase64 !== undefined)).toMatchObject([
    { path: bytes.toString(), pathBase64: bytes.toString('base64') },
  ]);
  expect(await listOf(repository.find({ glob: 'caf*' }))).toMatchObject([{ pathBase64: bytes.toString('base64') }]);
  const plan = await repository.planRestore({ snapshot: 'latest', to: place.out });
  const odd = plan.actions.filter(({ pathBase64 }) => pathBase64 !== undefined);
  expect(odd.map(({ pathBase64 }) => Buffer.from(pathBase64 ?? '', 'base64').toString('latin1'))).toEqual([
    `${restored(place)}/caf\xe9`,
  ]);
});

it('tenants share nothing: keys, blobs, names and statistics are their own', async () => {
  const place = newPlace();
  buildTree(place.source, { secret: noise(1_000_000, 'secret') });
  const repository = await createAt(place);
  const a = await repository.backup({ paths: [place.source], tenant: 'a', name: 'same' });
  const b = await repository.backup({ paths: [place.source], tenant: 'b', name: 'same' });
  // The same content is stored again: nobody can test what another tenant has.
  expect([a.counts.bytesNew, b.counts.bytesNew]).toEqual([1_000_000, 1_000_000]);
  expect((await repository.info()).tenants.toSorted()).toEqual(['a', 'b', 'default']);
  expect((await repository.snapshots({ tenant: 'a' })).map(({ id }) => id)).toEqual([a.snapshot?.id]);
  expect(await failureOf(repository.snapshot('same'))).toMatchObject({ code: 'SNAPSHOT_AMBIGUOUS' });
  const { tenants } = await repository.stats();
  expect(
    tenants.map(({ tenant, snapshots, bytesUnique }) => `${tenant} ${snapshots} ${bytesUnique}`).toSorted(),
  ).toEqual(['a 1 1000000', 'b 1 1000000', 'default 0 0']);
  expect(a.snapshot?.encryption.keyId).not.toBe(b.snapshot?.encryption.keyId);
});

it('objects of one tenant under the names of another do not open', async () => {
  const place = newPlace();
  buildTree(place.source, { secret: noise(1_000_000, 'secret') });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source], tenant: 'a' });
  const b = await repository.backup({ paths: [place.source], tenant: 'b' });
  const label = b.snapshot?.tenant.id ?? '';
  const objects = readObjects(place.store);
  const ofB = [...objects.keys()].filter((name) => name.includes(label) && name.startsWith('packs/'));
  const ofA = [...objects.keys()].filter((name) => !name.includes(label) && name.startsWith('packs/'));
  for (const name of ofB) {
    const same = ofA.find((each) => objects.get(each)?.length === objects.get(name)?.length);
    if (same !== undefined) writeFileSync(join(place.store, name), objects.get(same) ?? '');
  }
  await using again = await openAt(place);
  expect(await failureOf(again.restore({ snapshot: 'latest', filter: { tenant: 'b' }, to: place.out }))).toMatchObject({
    code: 'OBJECT_DAMAGED',
  });
  expect(await again.restore({ snapshot: 'latest', filter: { tenant: 'a' }, to: place.out })).toMatchObject({
    status: 'ok',
  });
});

it('statistics add up', async () => {
  const place = newPlace();
  buildTree(place.source, { a: noise(500_000, 1), b: noise(500_000, 1), text: 'x'.repeat(500_000) });
  const repository = await createAt(place);
  for (let round = 0; round < 2; round++) await repository.backup({ paths: [place.source] });
  const stats = await repository.stats();
  const objects = readObjects(place.store);
  expect(stats).toMatchObject({
    objects: objects.size,
    bytesStored: [...objects.values()].reduce((sum, { length }) => sum + length, 0),
  });
  const [tenant] = stats.tenants;
  expect(tenant).toMatchObject({ snapshots: 2, bytesReferenced: 3_000_000, bytesUnique: 1_000_000, dedupRatio: 3 });
  expect(tenant?.compressionRatio).toBeGreaterThan(1.8);
});

it('a snapshot taken away is noticed by whoever has seen it, and an older one never passes for the latest', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x' });
  const repository = await createAt(place);
  const first = await repository.backup({ paths: [place.source], name: 'first' });
  const { snapshot } = await repository.backup({ paths: [place.source], name: 'second' });
  const isNewest = (name: string): boolean => name.startsWith('commits/') && name.endsWith(snapshot?.id ?? '?');
  rmSync(join(place.store, filesBelow(place.store).find(isNewest) ?? ''));
  const again = await openAt(place);
  const missing = { code: 'SNAPSHOT_MISSING', object: snapshot?.id };
  for (const reference of ['latest', snapshot?.id ?? '', snapshot?.id.slice(0, 8) ?? '']) {
    expect(await failureOf(again.restore({ snapshot: reference, to: place.out }))).toMatchObject(missing);
  }
  expect(await again.damaged()).toMatchObject([missing]);
  const report = await again.verify();
  expect(report.findings).toContainEqual(
    expect.objectContaining({ code: 'missing', object: `snapshot ${snapshot?.id}` }),
  );
  // It is not forgotten at the next look, and the others can be had by name.
  expect(await (await openAt(place)).damaged()).toMatchObject([missing]);
  expect(await again.restore({ snapshot: 'first', to: place.out })).toMatchObject({
    status: 'ok',
    snapshot: first.snapshot?.id,
  });
  expect(await again.backup({ paths: [place.source] })).toMatchObject({ status: 'ok' });
});

it('a repository that comes back in an older state is noticed', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x' });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  const old = readObjects(place.store);
  const { snapshot } = await repository.backup({ paths: [place.source] });
  for (const name of filesBelow(place.store)) if (!old.has(name)) rmSync(join(place.store, name));
  const again = await openAt(place);
  expect(await failureOf(again.snapshot('latest'))).toMatchObject({ code: 'SNAPSHOT_MISSING', object: snapshot?.id });
});

it('a tenant that disappears with its keys is noticed', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x' });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source], tenant: 'customer' });
  for (const row of ['keys/ring', 'keys/ring-copy']) rmSync(join(place.store, row, '000000000002'));
  expect(await failureOf(openAt(place))).toMatchObject({ name: 'BackupError' });
});

it('another repository under the id that is known here, or one that lost its encryption, is REPOSITORY_CHANGED', async () => {
  const [place, forged] = [newPlace(), newPlace()];
  await createAt(place);
  const pin = filesBelow(place.cache).find((name) => name.endsWith('pin.json')) ?? '';
  const known = readFileSync(join(place.cache, pin), 'utf8');
  await createAt({ ...forged, cache: place.cache }, { encrypted: false });
  const other = filesBelow(place.cache).find((name) => name.endsWith('pin.json') && name !== pin) ?? '';
  const own = JSON.parse(readFileSync(join(place.cache, other), 'utf8')) as { repositoryId: string };
  // What this machine would know if the forged one had taken the id of the real one.
  writeFileSync(
    join(place.cache, other),
    known.replace(/"repositoryId":"[0-9a-f]+"/, `"repositoryId":"${own.repositoryId}"`),
  );
  const error = await failureOf(openAt({ ...forged, cache: place.cache }));
  expect(error).toMatchObject({ code: 'REPOSITORY_CHANGED' });
});
