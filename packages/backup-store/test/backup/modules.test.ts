import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { BackupOptions, SnapshotRecord } from '../../src/index.ts';
import { moduleDigest } from '../../src/snapshots/modules.ts';
import { createAt, failureOf, listOf, newPlace, restored } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { buildTree, symlink } from '../fixtures/tree.ts';

const TREE = { assets: { 'logo.svg': '<svg/>', cache: { x: 'x' } }, config: { 'app.json': '{}' }, other: { y: 'y' } };

const sha512 = (text: string): Buffer => createHash('sha512').update(text).digest();

async function hotel(): Promise<{
  place: ReturnType<typeof newPlace>;
  at: (name: string) => string;
  repository: Awaited<ReturnType<typeof createAt>>;
  modules: NonNullable<BackupOptions['modules']>;
}> {
  const place = newPlace();
  buildTree(place.source, TREE);
  const at = (name: string): string => join(place.source, name);
  const modules = {
    database: { sources: [sourceOf('hotel.sql', { '': 'rows' })] },
    assets: { paths: [at('assets')], exclude: ['cache'] },
    configurations: { paths: [at('config')] },
  };
  return { place, at, modules, repository: await createAt(place) };
}

const byName = ({ modules = [] }: SnapshotRecord): Record<string, string> =>
  Object.fromEntries(modules.map(({ name, sha256 }) => [name, sha256]));

test('a snapshot has its modules with digests, counts and the version of the software', async () => {
  const { at, modules, repository } = await hotel();
  const software = { name: 'hotel', version: '4.2.0', commit: 'abc' };
  const { snapshot } = await repository.backup({ paths: [at('other')], modules, software });
  expect(snapshot?.modules).toEqual([
    { name: 'assets', sha256: expect.any(String), contentSha256: expect.any(String), sources: 1, files: 1, bytes: 6 },
    {
      name: 'configurations',
      sha256: expect.any(String),
      contentSha256: expect.any(String),
      sources: 1,
      files: 1,
      bytes: 2,
    },
    { name: 'database', sha256: expect.any(String), contentSha256: expect.any(String), sources: 1, files: 1, bytes: 4 },
  ]);
  expect(snapshot?.software).toMatchObject(software);
  expect(snapshot?.sources.map(({ module, path }) => [module, path.slice(path.lastIndexOf('/') + 1)])).toEqual([
    ['database', 'hotel.sql'],
    [undefined, 'other'],
    ['assets', 'assets'],
    ['configurations', 'config'],
  ]);
  for (const { name, sha256 } of snapshot?.modules ?? [])
    expect(sha256).toBe(moduleDigest(snapshot?.sources.filter(({ module }) => module === name) ?? []));
});

test('a module has the same digest whatever is backed up beside it, until something of it changes', async () => {
  const { place, modules, repository } = await hotel();
  const { configurations, ...others } = modules as Required<typeof modules>;
  const first = byName((await repository.backup({ modules: { configurations } as typeof modules })).snapshot!);
  buildTree(place.source, { assets: { 'logo.svg': 'another one' } });
  const second = byName((await repository.backup({ modules })).snapshot!);
  expect(second['configurations']).toBe(first['configurations']);
  buildTree(join(place.source, 'config'), { 'app.json': '{"a":1}' });
  const third = byName((await repository.backup({ modules })).snapshot!);
  expect(third['configurations']).not.toBe(first['configurations']);
  expect(third['assets']).toBe(second['assets']);
  expect(Object.keys(others)).toHaveLength(2);
});

test('what was restored elsewhere has the same digest of content, with other times, owners and places', async () => {
  const { place, repository } = await hotel();
  const large = Buffer.concat(Array.from({ length: 3000 }, (_, i) => sha512(`${i}`)));
  buildTree(place.source, { assets: { large, link: symlink('logo.svg') } });
  const assets = async (path: string): Promise<[string | undefined, string | undefined]> => {
    const { snapshot } = await repository.backup({ modules: { assets: { paths: [path] } } });
    const [module] = snapshot?.modules ?? [];
    return [module?.sha256, module?.contentSha256];
  };
  const [tree, content] = await assets(join(place.source, 'assets'));
  expect(content).toMatch(/^[0-9a-f]{64}$/);
  await repository.restore({ snapshot: 'latest', to: place.out });
  const copy = restored(place, join(place.source, 'assets'));
  for (const name of ['logo.svg', 'large']) utimesSync(join(copy, name), 1, 1);
  chmodSync(join(copy, 'large'), 0o600);
  const [copiedTree, copied] = await assets(copy);
  expect(copied).toBe(content);
  expect(copiedTree).not.toBe(tree);
  const changes = [
    () => writeFileSync(join(copy, 'large'), Buffer.concat([large.subarray(0, -1), Buffer.from('x')])),
    () => renameSync(join(copy, 'logo.svg'), join(copy, 'logo.png')),
    () => (rmSync(join(copy, 'link')), symlinkSync('logo.png', join(copy, 'link'))),
    () => (rmSync(join(copy, 'cache/x')), rmdirSync(join(copy, 'cache')), writeFileSync(join(copy, 'cache'), '')),
  ];
  const seen = new Set([content]);
  for (const change of changes) {
    change();
    seen.add((await assets(copy))[1]);
  }
  expect(seen.size).toBe(1 + changes.length);
});

test('small files have the same digest of content in every repository, and a checkpoint that lacks some has none', async () => {
  const [one, two] = [await hotel(), await hotel()];
  const contents: unknown[] = [];
  for (const { repository, modules } of [one, two]) {
    const { snapshot } = await repository.backup({ modules });
    contents.push(snapshot?.modules?.map(({ contentSha256 }) => contentSha256));
  }
  expect(contents[0]).toEqual(contents[1]);
  expect(new Set(contents[0] as string[]).size).toBe(3);
  writeFileSync(join(one.at('config'), 'new.json'), '{}');
  const { snapshot } = await one.repository.backup({ modules: one.modules, kind: 'checkpoint' });
  const known = snapshot?.modules?.map(({ name, contentSha256 }) => [name, contentSha256 !== undefined]);
  expect(known).toEqual([
    ['assets', true],
    ['configurations', false],
    ['database', false],
  ]);
});

test('a restore of modules brings back these and nothing else; one that is not there is named with those that are', async () => {
  const { place, at, modules, repository } = await hotel();
  await repository.backup({ modules });
  const options = { snapshot: 'latest', to: place.out };
  await repository.restore({ ...options, modules: ['assets'] });
  expect(readdirSync(restored(place, at('assets')))).toEqual(['logo.svg']);
  expect(existsSync(restored(place, at('config')))).toBe(false);
  await repository.restore({ ...options, modules: ['configurations', 'database'] });
  expect(readdirSync(place.out)).toContain('hotel.sql');
  expect(existsSync(restored(place, at('config')))).toBe(true);
  expect(await failureOf(repository.planRestore({ ...options, modules: ['mail'] }))).toMatchObject({
    code: 'MODULE_NOT_FOUND',
    hint: 'It has assets, configurations, database.',
  });
});

test('a module of files goes back to its place and is validated, though the snapshot has a database, too', async () => {
  const { place, at, modules, repository } = await hotel();
  await repository.backup({ modules });
  buildTree(place.source, { assets: { 'logo.svg': 'spoilt' }, config: { 'app.json': 'newer' } });
  const { status, validation } = await repository.restoreSafely({
    snapshot: 'latest',
    modules: ['assets'],
    overwrite: 'always',
  });
  expect([status, validation]).toEqual(['restored', { status: 'passed', checked: expect.any(Number), problems: [] }]);
  expect(readFileSync(join(at('assets'), 'logo.svg'), 'utf8')).toBe('<svg/>');
  expect(readFileSync(join(at('config'), 'app.json'), 'utf8')).toBe('newer');
});

test('the catalog of a tenant finds modules by name and glob, also of a forgotten snapshot; its journal is its own', async () => {
  const { modules, repository } = await hotel();
  const { snapshot } = await repository.backup({ modules, tenant: 'a', software: { version: '1' } });
  await repository.backup({ modules, tenant: 'b' });
  const tenant = repository.tenant('a');
  await tenant.forget({ snapshots: [snapshot!.id] });
  for (const module of ['assets', 'conf*', 'hotel.sql']) {
    expect(await tenant.catalog({ module })).toMatchObject([
      { id: snapshot?.id, modules: snapshot?.modules, software: snapshot?.software, forgottenAt: expect.any(String) },
    ]);
  }
  expect(await tenant.catalog({ module: 'mail' })).toEqual([]);
  await tenant.journal.erase({ module: 'guests', ids: ['g-1'] });
  expect((await tenant.journal.erased()).has('guests', 'g-1')).toBe(true);
  expect((await repository.tenant('b').journal.erased()).count).toBe(0);
  expect(await tenant.journal.entries()).toMatchObject([{ type: 'erased', module: 'guests', records: 1 }]);
});

describe('refused before anything is read', () => {
  it.each<[string, (at: (name: string) => string) => BackupOptions]>([
    ['a name with capitals', (at) => ({ modules: { Assets: { paths: [at('assets')] } } })],
    ['a module of nothing', () => ({ modules: { assets: {} } })],
    [
      'a path in two modules',
      (at) => ({ modules: { a: { paths: [at('assets')] }, b: { paths: [at('assets/cache')] } } }),
    ],
    ['a path of a module in one of none', (at) => ({ paths: [at('')], modules: { a: { paths: [at('assets')] } } })],
    ['no version of the software', (at) => ({ paths: [at('assets')], software: { version: '' } })],
    ['trees beside modules', (at) => ({ trees: [{} as never], modules: { a: { paths: [at('assets')] } } })],
  ])('%s', async (_title, options) => {
    const { at, repository } = await hotel();
    expect(await failureOf(repository.backup(options(at)))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await listOf(repository.find({ glob: '**' }))).toEqual([]);
  });
});
