// docs/formats/repository.md suffices: a reader that was written from it alone restores what the program stored.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackupSource, createRepository } from '../../src/index.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { canonical, openRepository, readEntries } from './reader.ts';
import { makeSmall, problemsOf, snapshotNamed, type Made } from './repositories.ts';
import { restoreSnapshot } from './restore.ts';
import { describeTree, makeTree, noise } from './tree.ts';

const passphrase = 'ｃorrect horse ☃';
const work = fs.mkdtempSync(join(tmpdir(), 'independent-reader-'));
const main = join(work, 'store');
let secrets: Record<'keyFile' | 'passphrase' | 'recoveryCode', string>;

/** Restores a snapshot and compares it with the tree that it was made of. */
function expectRestores(made: Made, name: string, tree: string): void {
  const out = join(work, `out-${randomBytes(8).toString('hex')}`);
  restoreSnapshot(snapshotNamed(openRepository(made.store, made.secret), name), out);
  expect(describeTree(join(out, tree))).toEqual(describeTree(tree));
}

const trees = { first: join(work, 'first'), second: join(work, 'second'), file: join(work, 'single file') };
const plain: Made = { store: join(work, 'plain'), secret: {} };
let small: Made;
/** What the first tree was when it was backed up. */
let before: ReturnType<typeof describeTree>;

beforeAll(async () => {
  makeTree(trees.first);
  fs.mkdirSync(trees.second);
  fs.writeFileSync(join(trees.second, 'x'), 'x');
  fs.symlinkSync('dangling', join(trees.second, 'link'));
  fs.utimesSync(join(trees.second, 'x'), 1, 1);
  fs.lutimesSync(join(trees.second, 'link'), 2, 2);
  fs.utimesSync(trees.second, 3.5, 3.5);
  fs.writeFileSync(trees.file, 'a source that is a file');
  const options = { store: main, keyFile: join(work, 'key'), passphrase, cacheDirectory: join(work, 'cache') };
  const { repository, recoveryCode = '' } = await createRepository(options);
  secrets = { keyFile: fs.readFileSync(join(work, 'key'), 'utf8'), passphrase, recoveryCode };
  before = describeTree(trees.first);
  await repository.backup({ paths: [trees.first], name: 'one' });
  fs.writeFileSync(join(trees.first, 'text.log'), 'another line\n'.repeat(400_000));
  fs.rmSync(join(trees.first, 'many'), { recursive: true });
  for (const path of [join(trees.first, 'text.log'), trees.first, trees.file])
    fs.utimesSync(path, 1_700_000_000.75, 5.25);
  await repository.backup({ paths: [trees.first, trees.second, trees.file], name: 'two', compression: 'none' });
  await repository.close();
  const made = await createRepository({
    store: plain.store,
    encrypted: false,
    cacheDirectory: join(work, 'plain-cache'),
  });
  const modules = { assets: { paths: [trees.second] }, database: { sources: [sourceOf('shop', { '': 'rows' })] } };
  await made.repository.backup({ name: 'plain', modules, software: { name: 'shop', version: '4.2.0' } });
  await made.repository.close();
  small = await makeSmall(join(work, 'small'));
});

afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

describe('a repository that the program wrote', () => {
  test('opens with each of its secrets, and with no others', () => {
    const { keyFile, recoveryCode } = secrets;
    const typed = recoveryCode.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    for (const secret of [{ keyFile }, { passphrase }, { recoveryCode }, { recoveryCode: typed }]) {
      const { snapshots, problems, encrypted } = openRepository(main, secret);
      expect(snapshots.map(({ name }) => name)).toEqual(['one', 'two']);
      expect([problems, encrypted]).toEqual([[], true]);
    }
    for (const secret of [{}, { passphrase: 'wrong' }, { keyFile: small.secret.keyFile }, { keyFile: '' }]) {
      expect(() => openRepository(main, secret)).toThrow(/No key slot opens|another repository|no key file/);
    }
    expect(() => openRepository(main, { recoveryCode: recoveryCode.replace(/.$/, 'U') })).toThrow('a letter');
  });

  test('a snapshot of every kind of entry is restored with the same content, modes, times and links', () => {
    const out = join(work, 'out-one');
    restoreSnapshot(snapshotNamed(openRepository(main, secrets), 'one'), out);
    const restored = describeTree(join(out, trees.first));
    expect(restored).toEqual(before);
    expect(restored.find(({ path }) => path === 'a.txt')?.time).toBe(-1_500_000_000n);
    expect(restored.filter(({ path, sameAs }) => path !== sameAs)).toHaveLength(3);
    expect(fs.lstatSync(join(out, trees.first, 'holes.img')).blocks * 512).toBeLessThan(1_000_000);
  });

  test('several sources, among them a single file, come back where they were', () => {
    const made = { store: main, secret: { passphrase } };
    for (const tree of Object.values(trees)) expectRestores(made, 'two', tree);
  });

  test('streams come back as files below the name of their source', async () => {
    const made: Made = { store: join(work, 'streams'), secret: {} };
    const cacheDirectory = join(work, 'streams-cache');
    const { repository } = await createRepository({ store: made.store, encrypted: false, cacheDirectory });
    const files = { 'parts/shop.sql': noise(9_000_000), broken: new Error('broken') };
    // Members that are whole numbers are sorted as text too.
    const quiesce: BackupSource['quiesce'] = async ({ describe: say }) => say({ 10: 'ten', 9: 'nine', a: [{ b: 1 }] });
    await repository.backup({ sources: [sourceOf('databases/main', files, { quiesce })], name: 'streams' });
    await repository.close();
    expect(problemsOf(made)).toEqual([]);
    const out = join(work, 'out-streams');
    restoreSnapshot(snapshotNamed(openRepository(made.store, {}), 'streams'), out);
    expect(fs.readFileSync(join(out, 'databases/main/parts/shop.sql')).equals(files['parts/shop.sql'])).toBe(true);
    expect(fs.readdirSync(join(out, 'databases/main'))).toEqual(['parts']);
  });

  test('a checkpoint restores what it has, and says which files have no content', async () => {
    const folder = fs.mkdtempSync(join(work, 'checkpoint-'));
    const [store, keyFile, tree] = [join(folder, 'store'), join(folder, 'key'), join(folder, 'tree')];
    const clock = (): number => Date.now() + 60_000;
    fs.mkdirSync(tree);
    fs.writeFileSync(join(tree, 'same'), 'same');
    const { repository } = await createRepository({ store, keyFile, cacheDirectory: join(folder, 'cache'), clock });
    await repository.backup({ paths: [tree] });
    fs.writeFileSync(join(tree, 'new'), 'new file');
    fs.writeFileSync(join(tree, 'empty'), '');
    await repository.backup({ paths: [tree], name: 'quick', kind: 'checkpoint' });
    await repository.close();
    const made = { store, secret: { keyFile: fs.readFileSync(keyFile, 'utf8') } };
    expect(problemsOf(made)).toEqual([]);
    const out = join(folder, 'out');
    const absent = restoreSnapshot(snapshotNamed(openRepository(store, made.secret), 'quick'), out);
    expect(absent.map(String)).toEqual([join(out, tree, 'new')]);
    expect(fs.readdirSync(join(out, tree)).toSorted()).toEqual(['empty', 'same']);
  });

  test('entries are listed with their times to the nanosecond', () => {
    const precise = openRepository(small.store, small.secret);
    const snapshot = snapshotNamed(precise, 'two');
    for (const source of snapshot.sources) {
      for (const { path, seconds, nanoseconds } of readEntries(snapshot, source)) {
        const { mtimeNs } = fs.lstatSync(join(source.root.toString(), path.toString()), { bigint: true });
        expect(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)).toBe(mtimeNs);
      }
    }
  });

  test('a catalog of many entries has node pages, and they are read', () => {
    const [source] = snapshotNamed(openRepository(main, secrets), 'one').sources;
    expect(source?.stated['catalog']).toMatchObject({ height: 1 });
  });

  test('a repository without encryption opens with the empty passphrase', () => {
    expect(openRepository(plain.store, {}).encrypted).toBe(false);
    expectRestores(plain, 'plain', trees.second);
    expect(snapshotNamed(openRepository(plain.store, {}), 'plain').record['modules']).toHaveLength(2);
  });

  test('every object is what the document says, to the last byte', () => {
    for (const made of [{ store: main, secret: secrets }, plain, small]) expect(problemsOf(made)).toEqual([]);
  });
});

test('the example of the document is restored with each of its secrets', () => {
  const file = new URL('../formats/example-repository.json', import.meta.url);
  const { objects, ...example } = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string> & {
    objects: Record<string, string>;
  };
  const folder = join(work, 'example');
  for (const [key, content] of Object.entries(objects)) {
    fs.mkdirSync(join(folder, dirname(key)), { recursive: true });
    fs.writeFileSync(join(folder, key), Buffer.from(content, 'base64'));
  }
  for (const name of ['keyFile', 'recoveryCode', 'passphrase']) {
    const made = { store: folder, secret: { [name]: example[name] } };
    expect(problemsOf(made)).toEqual([]);
    const out = join(work, `out-example-${name}`);
    restoreSnapshot(snapshotNamed(openRepository(folder, made.secret), 'first'), out);
    const restored = describeTree(join(out, 'tmp/holdfast-example/notes'));
    const shown = restored.map(({ path, kind, mode, time, sameAs }) => [
      path,
      kind,
      mode.toString(8),
      time / 1000n,
      sameAs,
    ]);
    expect(shown).toEqual([
      ['', 'directory', '755', 1_735_700_649_000_000n, ''],
      ['a.txt', 'file', '644', 1_735_700_645_123_456n, 'a.txt'],
      ['before-1970', 'file', '600', -500_000n, 'before-1970'],
      ['caf\xe9', 'file', '644', 1_735_700_646_000_000n, 'caf\xe9'],
      ['sub', 'directory', '750', 1_735_700_648_000_000n, 'sub'],
      ['sub/b.txt', 'file', '644', 1_735_700_645_123_456n, 'a.txt'],
      ['sub/link', 'symlink', '777', 1_735_700_647_000_000n, 'sub/link'],
    ]);
  }
});

test('the example of the document is restored after its round of garbage collection', () => {
  const file = new URL('../formats/example-repository.json', import.meta.url);
  type Objects = Record<string, string>;
  const example = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    keyFile: string;
    objects: Objects;
    round: { created: Objects; deleted: string[] };
  };
  const made = { store: join(work, 'example-after-round'), secret: { keyFile: example.keyFile } };
  for (const [key, content] of Object.entries({ ...example.objects, ...example.round.created })) {
    if (example.round.deleted.includes(key)) continue;
    fs.mkdirSync(join(made.store, dirname(key)), { recursive: true });
    fs.writeFileSync(join(made.store, key), Buffer.from(content, 'base64'));
  }
  expect(problemsOf(made)).toEqual([]);
  const { snapshots } = openRepository(made.store, made.secret);
  expect(snapshots.map(({ name }) => name)).toEqual(['second']);
  const out = join(work, 'out-example-after-round');
  restoreSnapshot(snapshotNamed(openRepository(made.store, made.secret), 'second'), out);
  expect(fs.readFileSync(join(out, 'tmp/holdfast-example/notes/later.txt'), 'utf8')).toBe('a later file\n');
  expect(describeTree(join(out, 'tmp/holdfast-example/notes'))).toHaveLength(8);
});

test('canonical JSON sorts members by UTF-16 units and leaves out blanks', () => {
  expect(canonical({ b: [1, { d: 'ï"', c: true }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":true,"d":"ï\\""}]}');
});

test('tenants that share a label are read once each, and of those that were erased nothing is left to read', async () => {
  const place = join(work, 'tenants');
  const options = { store: join(place, 'store'), keyFile: join(place, 'key'), cacheDirectory: join(place, 'cache') };
  fs.mkdirSync(place);
  const { repository } = await createRepository(options);
  await repository.tenants.add('a', { quotaBytes: 1_000_000, retention: { daily: 7 } });
  await repository.tenants.add('b', { sharesWith: 'a' });
  await repository.tenants.add('c');
  for (const name of ['a', 'b', 'c']) await repository.tenant(name).backup({ paths: [trees.second], name });
  await repository.tenants.erase('c', { by: 'ann', reason: 'a test' });
  await repository.close();
  const made: Made = { store: options.store, secret: { keyFile: fs.readFileSync(options.keyFile, 'utf8') } };
  const read = openRepository(made.store, made.secret);
  expect(read.snapshots).toHaveLength(2);
  expect(new Set(read.snapshots.map(({ name }) => name))).toEqual(new Set(['a', 'b']));
  expect(problemsOf(made)).toEqual([]);
  expectRestores(made, 'b', trees.second);
});
