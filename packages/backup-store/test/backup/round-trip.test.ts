import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise, prose } from '../fixtures/content.ts';
import { createAt, listOf, newPlace, openAt, restored, tempFolder } from '../fixtures/place.ts';
import { buildTree, fifo, file, folder, hardLink, sparse, symlink, type Tree, utf8 } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;
const IS_LINUX = process.platform === 'linux';

/** Everything that a restored tree has to be equal in. */
const everything: Tree = {
  'empty file': '',
  empty: folder({}, { mode: 0o750, mtimeNs: 1_000_000_000_123_456_789n }),
  small: file('hello', { mode: 0o640, mtimeNs: 1_234_567_890_987_654_321n }),
  old: file('before 1970', { mtimeNs: -86_399_500_000_000n }),
  future: file('after 2038', { mtimeNs: 4_000_000_000_000_001_000n }),
  'setuid and sticky': {
    setuid: file('#!', { mode: 0o4755 }),
    setgid: file('#!', { mode: 0o2755 }),
    sticky: folder({ inside: 'x' }, { mode: 0o1777, mtimeNs: 1_500_000_000_000_000_001n }),
    unreadable: file('x', { mode: 0o000 }),
  },
  links: {
    dangling: symlink('nowhere/at all'),
    absolute: symlink('/etc/passwd', { mtimeNs: 1_100_000_000_000_002_000n }),
    up: symlink('../small'),
    'not text': symlink('caf\xe9'),
    'to a folder': symlink('..'),
  },
  'hard links': {
    a: 'one inode',
    b: hardLink('hard links/a'),
    deep: { c: hardLink('hard links/a') },
    big: noise(3 * MiB, 'hard'),
    'big again': hardLink('hard links/big'),
    'equal, not linked': 'one inode',
  },
  sparse: {
    'holes around': sparse(8 * MiB, { [3 * MiB]: 'island' }),
    'only a hole': sparse(2 * MiB, {}),
    'small hole': sparse(200_000, { 199_990: 'end' }),
    'ends in a hole': sparse(5 * MiB, { 0: noise(100_000, 'head') }),
    'large, in several chunks': sparse(40 * MiB, { 0: 'a', [20 * MiB]: noise(2 * MiB, 'mid'), [40 * MiB - 1]: 'z' }),
    'zeros that are no hole': Buffer.alloc(300_000),
  },
  sizes: {
    ...Object.fromEntries(
      [1, 4095, 4096, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, MiB, 4 * MiB, 4 * MiB + 1].map((size) => [
        `n${size}`,
        noise(size, size),
      ]),
    ),
    large: noise(20 * MiB, 'large'),
    text: prose(3 * MiB, 'text'),
  },
  names: {
    'caf\xe9.txt': 'Latin-1 on disk',
    '\xff\xfe': folder({ '\x80': 'x' }),
    [utf8('Grüße 日本語 🙂')]: 'UTF-8',
    [utf8('e\u0301')]: 'decomposed',
    [utf8('\u00e9')]: 'composed',
    ['n'.repeat(255)]: 'long',
    'new\nline': 'x',
    'a\\b*?"<>|': 'x',
    ' ': 'blank',
    '-rf': 'x',
    '...': 'x',
    __proto: 'x',
    constructor: 'x',
  },
  order: { 'a-b': 'x', a: { z: 'x' }, 'a.b': 'x', 'a b': { '!': 'x' } },
  deep: Array.from({ length: 60 }).reduceRight<Tree>((tree, _, i) => ({ [`level ${i}`]: tree }), { bottom: 'x' }),
};

it.runIf(IS_LINUX)('a restored tree is equal in content, modes, owners, times, links, holes and names', async () => {
  const place = newPlace();
  buildTree(place.source, everything);
  const repository = await createAt(place, { performance: { workers: 3 } });
  const result = await repository.backup({ paths: [place.source] });
  expect(result).toMatchObject({ status: 'ok', problems: [] });
  const back = await repository.restore({ snapshot: 'latest', to: place.out });
  expect(back).toMatchObject({ status: 'ok', problems: [] });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
  expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
});

it.runIf(IS_LINUX)('another process with an empty cache restores the same from what is stored', async () => {
  const place = newPlace();
  buildTree(place.source, everything);
  await (await createAt(place)).backup({ paths: [place.source] });
  const repository = await openAt(place, { cacheDirectory: join(place.folder, 'other cache'), host: 'elsewhere' });
  expect(await repository.restore({ snapshot: 'latest', to: place.out })).toMatchObject({ status: 'ok' });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});

it.each(['none', 'fast', 'balanced', 'maximum', 'auto'] as const)(
  'compression %s brings back the same',
  async (compression) => {
    const place = newPlace();
    buildTree(place.source, { text: prose(2 * MiB, 1), noise: noise(2 * MiB, 2), small: { a: 'a', b: 'b', e: '' } });
    const repository = await createAt(place);
    const { counts } = await repository.backup({ paths: [place.source], compression });
    if (compression === 'none') expect(counts.bytesStored).toBeGreaterThan(4 * MiB);
    else expect(counts.bytesStored).toBeLessThan(3 * MiB);
    await repository.restore({ snapshot: 'latest', to: place.out });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  },
);

it.runIf(IS_LINUX)('pipes and sockets are noted, never opened, and a restore says so', async () => {
  const place = newPlace();
  // Opening a pipe that nobody writes to would wait for ever.
  buildTree(place.source, { pipe: fifo(), file: 'x', folder: { pipe: fifo() } });
  const server = createServer().listen(join(place.source, 'socket'));
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const repository = await createAt(place);
  const result = await repository.backup({ paths: [place.source] });
  expect(result).toMatchObject({ status: 'ok', counts: { filesNew: 1, others: 3 } });
  const kinds = (await listOf(repository.entries('latest'))).map(({ path, kind }) => [path.split('/').at(-1), kind]);
  expect(kinds).toContainEqual(['pipe', 'fifo']);
  expect(kinds).toContainEqual(['socket', 'socket']);
  const plan = await repository.planRestore({ snapshot: 'latest', to: place.out });
  expect(plan.actions.filter(({ action }) => action === 'note').map(({ reason }) => reason)).toEqual([
    'a fifo is noted, not restored',
    'a fifo is noted, not restored',
    'a socket is noted, not restored',
  ]);
  await repository.restore({ snapshot: 'latest', to: place.out });
  expect(compareTrees(place.source, restored(place), { except: ['pipe', 'folder/pipe', 'socket'] })).toEqual([]);
});

it.runIf(IS_LINUX)('a pipe given as the path itself is a snapshot of one noted entry', async () => {
  const place = newPlace();
  buildTree(place.source, { pipe: fifo() });
  const repository = await createAt(place);
  const result = await repository.backup({ paths: [join(place.source, 'pipe')] });
  expect(result).toMatchObject({ status: 'ok', counts: { filesNew: 0, others: 1 } });
});

it('a single file, a symlink and an empty folder are sources of their own', async () => {
  const place = newPlace();
  buildTree(place.source, { file: 'content', link: symlink('file'), empty: {} });
  const repository = await createAt(place);
  const paths = ['file', 'link', 'empty'].map((name) => join(place.source, name));
  expect((await repository.backup({ paths })).snapshot?.sources).toHaveLength(3);
  await repository.restore({ snapshot: 'latest', to: place.out });
  for (const path of paths) expect(compareTrees(path, restored(place, path))).toEqual([]);
});

it('an entry that changes its kind between two snapshots comes back as what it was', async () => {
  const place = newPlace();
  const other = tempFolder();
  buildTree(place.source, { a: 'file', b: { c: 'x' }, d: symlink('a') });
  const repository = await createAt(place);
  const first = await repository.backup({ paths: [place.source], name: 'first' });
  rmSync(place.source, { recursive: true });
  buildTree(place.source, { a: { now: 'a folder' }, b: symlink('a'), d: 'file' });
  await repository.backup({ paths: [place.source], name: 'second' });
  expect(first.status).toBe('ok');
  await repository.restore({ snapshot: 'second', to: place.out });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
  await repository.restore({ snapshot: 'first', to: other });
  expect(readFileSync(join(other, place.source, 'a'), 'utf8')).toBe('file');
  expect(lstatSync(join(other, place.source, 'b')).isDirectory()).toBe(true);
  expect(lstatSync(join(other, place.source, 'd')).isSymbolicLink()).toBe(true);
});

it('a repository below the source, and its caches, are left out of the backup', async () => {
  const place = newPlace();
  mkdirSync(place.source);
  writeFileSync(join(place.source, 'file'), 'x');
  const inside = { ...place, store: join(place.source, 'repository'), cache: join(place.source, 'cache') };
  const repository = await createAt(inside);
  await repository.backup({ paths: [place.source] });
  const again = await repository.backup({ paths: [place.source] });
  const paths = (await listOf(repository.entries(again.snapshot?.id ?? ''))).map(({ path }) => path);
  expect(paths.filter((path) => path.includes('/repository') || path.includes('/cache/'))).toEqual([]);
});
