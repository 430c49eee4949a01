import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OverwriteMode, RestoreOptions, RestoreResult } from '../../src/repository/contract.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, newPlace, type Place, restored, tempFolder } from '../fixtures/place.ts';
import { buildTree, file, folder, hardLink, symlink, type Tree } from '../fixtures/tree.ts';

const SECOND = 1_000_000_000n;
const at = (seconds: number): { mtimeNs: bigint } => ({ mtimeNs: BigInt(seconds) * SECOND });

interface BackedUp extends Place {
  readonly restore: (options: Partial<RestoreOptions>) => Promise<RestoreResult>;
}

async function backedUp(tree: Tree, place: Place = newPlace()): Promise<BackedUp> {
  buildTree(place.source, tree);
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  return {
    ...place,
    restore: async (options) => await repository.restore({ snapshot: 'latest', to: place.out, ...options }),
  };
}

describe('what is there already', () => {
  /** What the target has, and what each mode leaves there of a file that the snapshot has as "old", of the year 2001. */
  const found: Readonly<Record<string, readonly [Tree[string], Readonly<Record<OverwriteMode, string>>]>> = {
    'newer, other size': [
      file('newer', at(1_100_000_000)),
      { never: 'newer', 'if-newer': 'newer', 'if-changed': 'old', always: 'old' },
    ],
    'older, other size': [
      file('older', at(900_000_000)),
      { never: 'older', 'if-newer': 'old', 'if-changed': 'old', always: 'old' },
    ],
    'same size and time': [
      file('new', at(1_000_000_000)),
      { never: 'new', 'if-newer': 'new', 'if-changed': 'new', always: 'old' },
    ],
    'same size, newer': [
      file('new', at(1_100_000_000)),
      { never: 'new', 'if-newer': 'new', 'if-changed': 'old', always: 'old' },
    ],
    'same size, less than a microsecond apart': [
      file('new', { mtimeNs: 1_000_000_000n * SECOND + 800n }),
      { never: 'new', 'if-newer': 'new', 'if-changed': 'new', always: 'old' },
    ],
    nothing: [{}, { never: 'old', 'if-newer': 'old', 'if-changed': 'old', always: 'old' }],
    'a link, newer': [
      symlink('else', at(1_100_000_000)),
      { never: '-> else', 'if-newer': '-> else', 'if-changed': 'old', always: 'old' },
    ],
  };
  const modes: readonly OverwriteMode[] = ['never', 'if-newer', 'if-changed', 'always'];

  const read = (path: string): string =>
    lstatSync(path).isSymbolicLink() ? `-> ${readlinkSync(path)}` : readFileSync(path, 'utf8');

  it.each(modes)('is overwritten as the mode %s says', async (mode) => {
    const old = file('old', { mode: 0o640, ...at(1_000_000_000) });
    const place = await backedUp(Object.fromEntries(Object.keys(found).map((what) => [what, old])));
    const there = Object.entries(found).flatMap(([what, [node]]) =>
      what === 'nothing' ? [] : [[what, node] as const],
    );
    buildTree(restored(place), Object.fromEntries(there));
    expect(await place.restore({ overwrite: mode })).toMatchObject({ status: 'ok' });
    const outcomes = Object.keys(found).map((what) => [what, read(join(restored(place), what))]);
    expect(outcomes).toEqual(Object.entries(found).map(([what, [, expected]]) => [what, expected[mode]]));
  });

  it('a plan says so before, and changes nothing', async () => {
    const place = newPlace();
    buildTree(place.source, {
      same: file('same', at(1e9)),
      mode: file('mode', { mode: 0o600, ...at(1e9) }),
      changed: file('old', at(1e9)),
      new: 'n',
    });
    const repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    buildTree(restored(place), {
      same: file('same', { mode: 0o644, ...at(1e9) }),
      mode: file('mode', { mode: 0o777, ...at(1e9) }),
      changed: 'newer',
      extra: 'x',
    });
    const before = filesBelow(place.out).map((name) => [
      name,
      statSync(join(place.out, name)).mtimeMs,
      statSync(join(place.out, name)).ino,
    ]);
    const plan = await repository.planRestore({
      snapshot: 'latest',
      to: place.out,
      overwrite: 'if-changed',
      delete: true,
    });
    const actions = Object.fromEntries(
      plan.actions.map(({ action, path }) => [relative(restored(place), path), action]),
    );
    expect(actions).toMatchObject({
      same: 'keep',
      mode: 'metadata',
      changed: 'overwrite',
      new: 'create',
      extra: 'delete',
    });
    expect(plan.counts).toMatchObject({ create: 1, overwrite: 1, keep: 1, delete: 1, note: 0 });
    expect(plan).toMatchObject({ bytes: 4, target: place.out, overwrite: 'if-changed' });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(
      filesBelow(place.out).map((name) => [
        name,
        statSync(join(place.out, name)).mtimeMs,
        statSync(join(place.out, name)).ino,
      ]),
    ).toEqual(before);
    const result = await repository.restore({
      snapshot: 'latest',
      to: place.out,
      overwrite: 'if-changed',
      delete: true,
    });
    expect(result).toMatchObject({ filesWritten: 2, entriesDeleted: 1, bytesWritten: 4 });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  });

  it('an interrupted or repeated restore with if-changed fetches nothing for what is right already', async () => {
    const place = await backedUp({ big: noise(3_000_000, 1), small: { a: 'a', b: 'b' }, link: symlink('big') });
    await place.restore({});
    const again = await place.restore({ overwrite: 'if-changed' });
    expect(again).toMatchObject({ status: 'ok', bytesFetched: 0, bytesWritten: 0 });
    rmSync(join(restored(place), 'big'));
    expect(await place.restore({ overwrite: 'if-changed' })).toMatchObject({ bytesWritten: 3_000_000 });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  });

  it('never touches a file, nor the time of a folder that is there', async () => {
    const place = await backedUp({ folder: folder({ a: 'snapshot', b: 'snapshot' }, at(1e9)), file: 'snapshot' });
    buildTree(restored(place), {
      folder: folder({ a: 'mine' }, { mode: 0o711, ...at(1.5e9) }),
      file: file('mine', { mode: 0o600, ...at(1) }),
    });
    await place.restore({ overwrite: 'never' });
    const target = restored(place);
    expect(readFileSync(join(target, 'folder/a'), 'utf8')).toBe('mine');
    expect(readFileSync(join(target, 'folder/b'), 'utf8')).toBe('snapshot');
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('mine');
    expect(statSync(join(target, 'file'))).toMatchObject({ mtimeMs: 1000 });
    expect(statSync(join(target, 'folder')).mode & 0o777).toBe(0o711);
  });

  it('a file that is written over is a new file: other names of the old one keep their content', async () => {
    const place = await backedUp({ f: 'snapshot' });
    buildTree(place.out, { precious: 'mine' });
    buildTree(restored(place), {});
    const { linkSync } = await import('node:fs');
    linkSync(join(place.out, 'precious'), join(restored(place), 'f'));
    await place.restore({ overwrite: 'always' });
    expect(readFileSync(join(place.out, 'precious'), 'utf8')).toBe('mine');
    expect(readFileSync(join(restored(place), 'f'), 'utf8')).toBe('snapshot');
  });

  it('a folder in the place of a file is a problem of that entry, unless deleting was asked for', async () => {
    const place = await backedUp({ f: 'snapshot', other: 'x' });
    buildTree(restored(place), { f: { mine: 'x' } });
    const result = await place.restore({ overwrite: 'always' });
    expect(result).toMatchObject({
      status: 'partial',
      problems: [{ path: join(restored(place), 'f'), code: 'EISDIR' }],
    });
    expect(readFileSync(join(restored(place), 'f/mine'), 'utf8')).toBe('x');
    expect(readFileSync(join(restored(place), 'other'), 'utf8')).toBe('x');
    expect(await place.restore({ overwrite: 'always', delete: true })).toMatchObject({ status: 'ok' });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  });

  it.each(['always', 'if-changed'] as const)(
    'a file or link in the place of a folder gives way (%s), and is kept with never',
    async (overwrite) => {
      const place = await backedUp({ d: { a: 'x' }, e: { b: 'y' }, f: 'z' });
      const outside = tempFolder();
      buildTree(outside, { a: 'precious' });
      buildTree(restored(place), { d: symlink(outside), e: 'a file' });
      expect(await place.restore({})).toMatchObject({ status: 'ok' });
      expect(readlinkSync(join(restored(place), 'd'))).toBe(outside);
      expect(readFileSync(join(restored(place), 'e'), 'utf8')).toBe('a file');
      expect(readFileSync(join(restored(place), 'f'), 'utf8')).toBe('z');
      expect(await place.restore({ overwrite })).toMatchObject({ status: 'ok' });
      expect(compareTrees(place.source, restored(place))).toEqual([]);
      expect(readFileSync(join(outside, 'a'), 'utf8')).toBe('precious');
    },
  );
});

describe('delete', () => {
  it('removes what the snapshot lacks below restored folders, never follows links, and touches nothing beside', async () => {
    const place = await backedUp({ keep: { a: 'x' }, top: 'x', deep: { er: { b: 'x' } } });
    const outside = tempFolder();
    buildTree(outside, { precious: 'x', folder: { precious: 'x' } });
    buildTree(place.out, { beside: 'x' });
    buildTree(dirname(restored(place)), { sibling: { x: 'x' } });
    buildTree(restored(place), {
      extra: 'x',
      keep: { extra: 'x' },
      deep: { er: { folder: { many: 'x' } }, link: symlink(outside) },
      link: symlink(join(outside, 'precious')),
    });
    const result = await place.restore({ delete: true, overwrite: 'always' });
    expect(result).toMatchObject({ status: 'ok', entriesDeleted: 5 });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
    expect(filesBelow(outside)).toEqual(['folder/precious', 'precious']);
    expect(existsSync(join(place.out, 'beside'))).toBe(true);
    expect(existsSync(join(dirname(restored(place)), 'sibling/x'))).toBe(true);
  });

  it('leaves everything alone without being asked', async () => {
    const place = await backedUp({ a: 'x' });
    buildTree(restored(place), { extra: 'x' });
    await place.restore({ overwrite: 'always' });
    expect(existsSync(join(restored(place), 'extra'))).toBe(true);
  });

  it('of a part of a snapshot stays in that part', async () => {
    const place = await backedUp({ one: { a: 'x' }, two: { b: 'x' } });
    buildTree(restored(place), { one: { extra: 'x' }, two: { extra: 'x' }, extra: 'x' });
    await place.restore({ path: join(place.source, 'one'), delete: true });
    expect(filesBelow(restored(place))).toEqual(['extra', 'one/a', 'two/extra']);
  });

  it('does not take what include and exclude left out for something that is too much', async () => {
    const place = await backedUp({ 'a.txt': 'x', 'b.log': 'x', folder: { 'c.txt': 'x', 'd.log': 'x' } });
    buildTree(restored(place), { 'b.log': 'mine', folder: { 'd.log': 'mine', 'extra.txt': 'x' } });
    await place.restore({ exclude: ['*.log'], delete: true });
    expect(filesBelow(restored(place))).toEqual(['a.txt', 'b.log', 'folder/c.txt', 'folder/d.log']);
    expect(readFileSync(join(restored(place), 'folder/d.log'), 'utf8')).toBe('mine');
  });
});

describe('a part of a snapshot', () => {
  const tree: Tree = {
    docs: { 'a.md': 'x', 'b.txt': 'x', deep: { 'c.md': 'x' } },
    src: { 'd.ts': 'x', 'e.md': 'x' },
    'f.md': 'x',
    'docs-old': { g: 'x' },
  };
  const made = newPlace(afterAll);
  let shared: BackedUp;

  beforeAll(async () => {
    shared = await backedUp(tree, made);
  });

  /** The same snapshot for each test, restored to a folder of its own. */
  function elsewhere(): BackedUp {
    const out = join(tempFolder(), 'out');
    return { ...shared, out, restore: async (options) => await shared.restore({ to: out, ...options }) };
  }

  it.each([
    [{ path: 'docs' }, ['docs/a.md', 'docs/b.txt', 'docs/deep/c.md']],
    [{ path: 'docs/deep/c.md' }, ['docs/deep/c.md']],
    [{ include: ['*.md'] }, ['docs/a.md', 'docs/deep/c.md', 'f.md', 'src/e.md']],
    [{ include: ['*.md'], exclude: ['deep'] }, ['docs/a.md', 'f.md', 'src/e.md']],
    [{ path: 'docs', include: ['*.md'] }, ['docs/a.md', 'docs/deep/c.md']],
    [{ exclude: ['*.md', 'docs-*'] }, ['docs/b.txt', 'src/d.ts']],
    [{ include: ['**/deep/**'] }, ['docs/deep/c.md']],
    [{ include: ['docs/'] }, ['docs/a.md', 'docs/b.txt', 'docs/deep/c.md']],
  ])('%o', async (options, expected) => {
    const place = elsewhere();
    const path = 'path' in options && options.path !== undefined ? { path: join(place.source, options.path) } : {};
    const result = await place.restore({ ...options, ...path });
    expect(result.status).toBe('ok');
    expect(filesBelow(restored(place))).toEqual(expected);
    // Folders that only lead there have their modes and times too.
    for (const name of ['docs', 'docs/deep'].filter((each) => existsSync(join(restored(place), each)))) {
      expect(statSync(join(restored(place), name)).mtimeMs).toBeCloseTo(statSync(join(place.source, name)).mtimeMs, 2);
    }
  });

  it('that is not there is PATH_NOT_FOUND, and nothing is made', async () => {
    const place = elsewhere();
    for (const options of [
      { path: join(place.source, 'nothing') },
      { path: '/' + 'x'.repeat(300) },
      { include: ['nothing'] },
    ]) {
      expect(await failureOf(place.restore(options))).toMatchObject({ code: 'PATH_NOT_FOUND' });
    }
    expect(existsSync(place.out)).toBe(false);
  });

  it('with only one of several hard links is a file of its own', async () => {
    const place = await backedUp({ a: 'content', b: hardLink('a'), c: hardLink('a') });
    await place.restore({ include: ['c'] });
    expect(readFileSync(join(restored(place), 'c'), 'utf8')).toBe('content');
    await place.restore({ include: ['b', 'a'] });
    expect(statSync(join(restored(place), 'a')).ino).toBe(statSync(join(restored(place), 'b')).ino);
  });
});

it('neither a folder nor in-place, or both, is INVALID_OPTION', async () => {
  const place = await backedUp({ a: 'x' });
  expect(await failureOf(place.restore({ to: undefined }))).toMatchObject({ code: 'INVALID_OPTION' });
  expect(await failureOf(place.restore({ inPlace: true }))).toMatchObject({ code: 'INVALID_OPTION' });
});

describe('in place', () => {
  it('brings a folder back as it was, with its own mode and time', async () => {
    const place = newPlace();
    buildTree(place.source, { a: 'x', folder: { b: 'y' }, gone: noise(300_000, 1) });
    const repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    await repository.restore({ snapshot: 'latest', to: place.out });
    writeFileSync(join(place.source, 'a'), 'changed');
    rmSync(join(place.source, 'gone'));
    buildTree(place.source, { extra: 'x' });
    const options = { snapshot: 'latest', inPlace: true, overwrite: 'always', delete: true } as const;
    expect((await repository.planRestore(options)).target).toBe('/');
    expect(await repository.restore(options)).toMatchObject({ status: 'ok', target: '/', entriesDeleted: 1 });
    expect(compareTrees(restored(place), place.source)).toEqual([]);
  });

  it('brings back a folder that is gone with all that led to it', async () => {
    const place = newPlace();
    const deep = join(place.folder, 'one/two/three');
    buildTree(deep, { a: 'x' });
    const repository = await createAt(place);
    await repository.backup({ paths: [deep] });
    rmSync(join(place.folder, 'one'), { recursive: true });
    await repository.restore({ snapshot: 'latest', inPlace: true });
    expect(readFileSync(join(deep, 'a'), 'utf8')).toBe('x');
  });

  it('brings back a source that is a single file or link, and nothing beside it', async () => {
    const place = newPlace();
    buildTree(place.source, { one: file('one', at(1e9)), two: 'two', link: symlink('one') });
    const repository = await createAt(place);
    await repository.backup({ paths: [join(place.source, 'one'), join(place.source, 'link')] });
    rmSync(join(place.source, 'link'));
    writeFileSync(join(place.source, 'one'), 'changed');
    writeFileSync(join(place.source, 'two'), 'changed too');
    const result = await repository.restore({ snapshot: 'latest', inPlace: true, overwrite: 'always', delete: true });
    expect(result).toMatchObject({ status: 'ok', entriesDeleted: 0 });
    expect(readFileSync(join(place.source, 'one'), 'utf8')).toBe('one');
    expect(statSync(join(place.source, 'one')).mtimeMs).toBe(1e12);
    expect(readFileSync(join(place.source, 'two'), 'utf8')).toBe('changed too');
    expect(readlinkSync(join(place.source, 'link'))).toBe('one');
  });
});

describe('several sources in one snapshot', () => {
  it('come back apart, each under its own path, also when their last names are equal', async () => {
    const place = newPlace();
    const paths = ['x/data', 'y/data', 'single'].map((name) => join(place.source, name));
    buildTree(place.source, { x: { data: { a: 'x' } }, y: { data: { a: 'y' } }, single: 'file', untouched: 'z' });
    const repository = await createAt(place);
    const { snapshot } = await repository.backup({ paths });
    expect(snapshot?.sources.map(({ root }) => root)).toEqual(paths);
    await repository.restore({ snapshot: 'latest', to: place.out });
    for (const path of paths) expect(compareTrees(path, restored(place, path))).toEqual([]);
    expect(existsSync(restored(place, join(place.source, 'untouched')))).toBe(false);
    await repository.restore({ snapshot: 'latest', to: join(place.folder, 'part'), path: paths[1] });
    expect(filesBelow(join(place.folder, 'part'))).toEqual([`${paths[1]}/a`.slice(1)]);
  });

  it('that lie in each other or are given twice are read once', async () => {
    const place = newPlace();
    buildTree(place.source, { a: { b: { c: 'x' } }, 'a-b': 'y' });
    const repository = await createAt(place);
    const paths = ['a/b', 'a', 'a', 'a/', 'a/./b/../b', 'a-b'].map((name) => `${place.source}/${name}`);
    const { snapshot, counts } = await repository.backup({ paths });
    expect(snapshot?.sources.map(({ root }) => relative(place.source, root))).toEqual(['a', 'a-b']);
    expect(counts.filesNew).toBe(2);
    await repository.restore({ snapshot: 'latest', to: place.out });
    expect(filesBelow(restored(place))).toEqual(['a-b', 'a/b/c']);
  });

  it('never come back on top of each other, whatever way they were given', async () => {
    const place = newPlace();
    buildTree(place.folder, { here: { same: { a: 'below' } }, same: { a: 'beside' } });
    const repository = await createAt(place);
    const before = process.cwd();
    process.chdir(join(place.folder, 'here'));
    try {
      const result = await repository.backup({ paths: ['same', '../same'] }).catch((error: unknown) => error);
      if (result instanceof Error) {
        expect(result).toMatchObject({ code: 'INVALID_OPTION' });
        return;
      }
    } finally {
      process.chdir(before);
    }
    await repository.restore({ snapshot: 'latest', to: place.out });
    expect(
      filesBelow(place.out)
        .map((name) => readFileSync(join(place.out, name), 'utf8'))
        .toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(['below', 'beside']);
  });

  it('a path comes back as it was given: relative, without leading slash and without ..', async () => {
    const place = newPlace();
    buildTree(place.source, { a: 'x' });
    const repository = await createAt(place);
    const given = relative(process.cwd(), place.source);
    const { snapshot } = await repository.backup({ paths: [given] });
    expect(snapshot?.sources[0]).toMatchObject({
      root: place.source,
      path: given
        .split('/')
        .filter((part) => part !== '..')
        .join('/'),
    });
    await repository.restore({ snapshot: 'latest', to: place.out });
    expect(filesBelow(place.out)).toEqual([
      `${given
        .split('/')
        .filter((part) => part !== '..')
        .join('/')}/a`,
    ]);
  });
});

it('what the target folder itself is a link to is the target', async () => {
  const place = await backedUp({ a: 'x' });
  const real = join(place.folder, 'real');
  mkdirSync(real);
  symlinkSync(real, place.out);
  expect(await place.restore({})).toMatchObject({ status: 'ok' });
  expect(readFileSync(join(real, place.source, 'a'), 'utf8')).toBe('x');
});

it('bytes that are restored are counted, and progress only grows', async () => {
  const place = await backedUp({ a: noise(2_000_000, 1), b: noise(9_000_000, 2), c: 'x' });
  const seen: number[][] = [];
  const result = await place.restore({
    onProgress: ({ filesDone, filesTotal, bytesDone, bytesTotal, bytesStored }) =>
      seen.push([filesDone, filesTotal, bytesDone, bytesTotal, bytesStored]),
  });
  expect(result).toMatchObject({ filesWritten: 3, bytesWritten: 11_000_001 });
  expect(result.bytesFetched).toBeGreaterThan(11_000_000);
  expect(seen.at(-1)?.slice(0, 4)).toEqual([3, 3, 11_000_001, 11_000_001]);
  for (const [i, counts] of seen.entries())
    for (const [j, count] of counts.entries()) expect(count).toBeGreaterThanOrEqual(seen[i - 1]?.[j] ?? 0);
  expect(basename(place.source)).toBe('source');
});

it('times of folders hold although files were written into them', async () => {
  const place = await backedUp({ d: folder({ e: folder({ a: 'x', b: noise(5_000_000, 1) }, at(1e9)) }, at(1.1e9)) });
  utimesSync(place.source, 1e9, 1e9);
  await place.restore({});
  expect(statSync(join(restored(place), 'd/e')).mtimeMs).toBe(1e12);
  expect(statSync(join(restored(place), 'd')).mtimeMs).toBe(1.1e12);
});
