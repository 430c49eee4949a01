import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  ftruncateSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScanFailure, ScannedEntry } from '../../src/source/scanned-entry.ts';
import { walkDirectory } from '../../src/source/walk.ts';
import type { ScanItem, WalkOptions } from '../../src/source/walk.ts';
import { ANY_NAMES, IS_POSIX, MEMORY_FOLDER, asNobody, buildTree, openToAll, tempFolder } from './tree.ts';
import type { Tree } from './tree.ts';

interface Walked {
  readonly entries: ScannedEntry[];
  readonly failures: ScanFailure[];
  /** One character per byte. */
  readonly paths: string[];
}

function collect(items: Iterable<ScanItem>): Walked {
  const walked: Walked = { entries: [], failures: [], paths: [] };
  for (const item of items) {
    if ('failure' in item) walked.failures.push(item.failure);
    else {
      walked.entries.push(item.entry);
      walked.paths.push(item.entry.path.toString('latin1'));
    }
  }
  return walked;
}

function walk(root: string, options: Omit<WalkOptions, 'root'> = {}): Walked {
  return collect(walkDirectory({ root: Buffer.from(root), ...options }));
}

/** The order of catalogs, said in another way. */
function inCatalogOrder(paths: readonly string[]): string[] {
  const key = (path: string): Buffer => Buffer.from(path.replaceAll('/', '\0'), 'latin1');
  return paths.toSorted((a, b) => Buffer.compare(key(a), key(b)));
}

describe.runIf(IS_POSIX)('walkDirectory', () => {
  it.runIf(ANY_NAMES)('yields the root first, then all below it in catalog order', () => {
    const root = tempFolder();
    buildTree(root, {
      b: '',
      a: { z: '', a: { x: '' } },
      'a-': '',
      'a.b': { c: '' },
      A: '',
      'ab\xc3\xa9': '',
      empty: {},
    });
    const { paths, failures } = walk(root);
    expect(paths).toEqual(['', 'A', 'a', 'a/a', 'a/a/x', 'a/z', 'a-', 'a.b', 'a.b/c', 'ab\xc3\xa9', 'b', 'empty']);
    expect(failures).toEqual([]);
  });

  it.runIf(ANY_NAMES)('orders by bytes: U+1F600 comes after U+FFFD, names that are not UTF-8 in between', () => {
    const root = tempFolder();
    const names = ['\u{1f600}', '\ufffd', '\ue000', 'z', '\ud7ff'].map((name) => Buffer.from(name).toString('latin1'));
    buildTree(root, Object.fromEntries([...names, '\xff', '\xef\xbf', '\x80'].map((name) => [name, ''])));
    const { paths } = walk(root);
    expect(paths).toHaveLength(9);
    expect(paths).toEqual(inCatalogOrder(paths));
  });

  it.runIf(ANY_NAMES)('yields exactly what was made, whatever the names', () => {
    const parent = tempFolder(MEMORY_FOLDER);
    const name = fc
      .array(
        fc.constantFrom(
          'a',
          'b',
          '-',
          '.x',
          ' ',
          '\n',
          '\x01',
          '\xff',
          '\xc3\xa9',
          '\xf0\x9f\x98\x80',
          '\xef\xbf\xbd',
          '0',
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      )
      .map((parts) => parts.join(''));
    const tree = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.dictionary(name, fc.oneof({ maxDepth: 4 }, fc.constant(''), fc.constant({}), tie('tree')), {
        maxKeys: 6,
        noNullPrototype: true,
      }),
    })).tree;
    let count = 0;
    fc.assert(
      fc.property(tree, (made) => {
        const root = join(parent, String(count++));
        buildTree(root, made);
        const { paths, failures } = walk(root);
        expect(failures).toEqual([]);
        expect(paths).toEqual(inCatalogOrder(['', ...pathsOf(made, '')]));
        rmSync(root, { recursive: true });
      }),
      { numRuns: 100 },
    );
  });

  it('an entry has the facts of lstat, with nanoseconds', () => {
    const root = tempFolder();
    const file = join(root, 'f');
    writeFileSync(file, 'hello');
    chmodSync(file, 0o4751);
    utimesSync(file, 1_700_000_000.123_456, 1_700_000_000.123_456);
    linkSync(file, join(root, 'g'));
    const facts = lstatSync(file, { bigint: true });
    expect(walk(root).entries[1]).toEqual({
      path: Buffer.from('f'),
      kind: 'file',
      mode: 0o4751,
      uid: Number(facts.uid),
      gid: Number(facts.gid),
      size: 5,
      mtimeNs: facts.mtimeNs,
      ctimeNs: facts.ctimeNs,
      ino: facts.ino,
      dev: facts.dev,
      nlink: 2,
      sparse: false,
      linkTarget: undefined,
    });
  });

  it('links are yielded with their target and not followed, broken and circular ones too', () => {
    const root = tempFolder();
    buildTree(root, { dir: { x: '' }, loop: { link: '.' }, broken: { link: 'no\u00e9' }, out: { link: '/etc' } });
    const { entries, failures } = walk(root);
    const links = entries.filter((entry) => entry.kind === 'symlink');
    expect(links.map((entry) => [String(entry.path), String(entry.linkTarget), entry.size])).toEqual([
      ['broken', 'no\u00e9', 0],
      ['loop', '.', 0],
      ['out', '/etc', 0],
    ]);
    expect(entries).toHaveLength(6);
    expect(failures).toEqual([]);
  });

  it('pipes, sockets and devices are yielded as what they are', async () => {
    const root = tempFolder();
    spawnSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(join(root, 'socket'), resolve));
    const kinds = walk(root).entries.map((entry) => entry.kind);
    await new Promise((resolve) => void server.close(resolve));
    expect(kinds).toEqual(['directory', 'fifo', 'socket']);
    expect(walk('/dev/null').entries.map((entry) => [String(entry.path), entry.kind])).toEqual([['', 'char-device']]);
  });

  it('a root that is a file or a link is the only entry', () => {
    const root = tempFolder();
    buildTree(root, { file: 'x', dir: { y: '' }, link: { link: 'dir' } });
    expect(walk(join(root, 'file')).entries.map((entry) => [String(entry.path), entry.kind])).toEqual([['', 'file']]);
    const { entries } = walk(`${root}/link/`);
    expect(entries.map((entry) => [String(entry.path), entry.kind, String(entry.linkTarget)])).toEqual([
      ['', 'symlink', 'dir'],
    ]);
  });

  it('a root that is not there is a failure', () => {
    const { entries, failures } = walk('/no/such/folder');
    expect(entries).toEqual([]);
    expect(failures.map(({ path, code }) => [String(path), code])).toEqual([['', 'ENOENT']]);
  });

  it('a file with a hole is sparse', () => {
    const root = tempFolder();
    const file = openSync(join(root, 'holes'), 'w');
    writeSync(file, 'end', 10 << 20);
    closeSync(file);
    writeFileSync(join(root, 'solid'), 'x'.repeat(9000));
    writeFileSync(join(root, 'without'), '');
    const all = openSync(join(root, 'all'), 'w');
    ftruncateSync(all, 1 << 20);
    closeSync(all);
    expect(
      walk(root)
        .entries.slice(1)
        .map((entry) => [String(entry.path), entry.sparse]),
    ).toEqual([
      ['all', true],
      ['holes', true],
      ['solid', false],
      ['without', false],
    ]);
  });

  it('a directory that can not be listed is an entry and a failure, and the walk goes on', () => {
    const root = tempFolder();
    buildTree(root, { closed: { x: '' }, open: { y: '' } });
    openToAll(root);
    chmodSync(join(root, 'closed'), 0o311);
    const { paths, failures } = asNobody(() => walk(root));
    chmodSync(join(root, 'closed'), 0o755);
    expect(paths).toEqual(['', 'closed', 'open', 'open/y']);
    expect(failures.map(({ path, code }) => [String(path), code])).toEqual([['closed', 'EACCES']]);
  });

  it('entries of a directory that can be listed but not searched are failures each', () => {
    const root = tempFolder();
    buildTree(root, { listed: { x: '', y: '' }, z: '' });
    openToAll(root);
    chmodSync(join(root, 'listed'), 0o644);
    const { paths, failures } = asNobody(() => walk(root));
    chmodSync(join(root, 'listed'), 0o755);
    expect(paths).toEqual(['', 'listed', 'z']);
    expect(failures.map(({ path, code }) => [String(path), code])).toEqual([
      ['listed/x', 'EACCES'],
      ['listed/y', 'EACCES'],
    ]);
  });

  it('what vanishes during the walk is a failure', () => {
    const root = tempFolder();
    buildTree(root, { a: '', b: '', c: { x: '' }, d: '' });
    const items = walkDirectory({ root: Buffer.from(root) });
    const before = [items.next().value, items.next().value];
    expect(before).toHaveLength(2);
    rmSync(join(root, 'b'));
    const vanished = items.next().value as ScanItem;
    expect('failure' in vanished && [String(vanished.failure.path), vanished.failure.code]).toEqual(['b', 'ENOENT']);
    const directory = items.next().value as ScanItem;
    rmSync(join(root, 'c'), { recursive: true });
    expect('entry' in directory && String(directory.entry.path)).toBe('c');
    const { paths, failures } = collect(items);
    expect(paths).toEqual(['d']);
    expect(failures.map(({ path, code }) => [String(path), code])).toEqual([['c', 'ENOENT']]);
  });

  it('a directory replaced by a link while it is walked is not followed', () => {
    const outside = tempFolder();
    buildTree(outside, { secret: '' });
    const root = tempFolder();
    buildTree(root, { a: { x: '' }, b: '' });
    const items = walkDirectory({ root: Buffer.from(root) });
    items.next();
    expect(String((items.next().value as { entry: ScannedEntry }).entry.path)).toBe('a');
    rmSync(join(root, 'a'), { recursive: true });
    symlinkSync(outside, join(root, 'a'));
    const { paths, failures } = collect(items);
    expect(paths).toEqual(['b']);
    expect(failures.map(({ path, code }) => [String(path), code])).toEqual([['a', 'ESTALE']]);
  });

  it('running out of descriptors is a failure of that directory', () => {
    const root = tempFolder();
    buildTree(root, { a: { x: '' }, b: '' });
    const script = fileURLToPath(new URL('walk-without-descriptors.ts', import.meta.url));
    const result = spawnSync('sh', ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath, script, root], {
      encoding: 'utf8',
    });
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toEqual({
      paths: ['', 'a', 'b'],
      failures: [['a', 'EMFILE']],
    });
  });

  it('what is to be skipped is left out, under whatever name it is reached', () => {
    const root = tempFolder();
    buildTree(root, { repo: { x: '' }, other: { repo: { y: '' } }, file: '' });
    mkdirSync(join(root, 'home'));
    linkSync(join(root, 'file'), join(root, 'home', 'same'));
    symlinkSync(join(root, 'repo'), join(root, 'to-repo'));
    const skip = [join(root, 'to-repo'), join(root, 'file'), join(root, 'no', 'such')].map((path) => Buffer.from(path));
    expect(walk(root, { skip }).paths).toEqual(['', 'home', 'other', 'other/repo', 'other/repo/y']);
  });

  it('an ignore file that can not be obeyed is a failure, and everything is kept', () => {
    const root = tempFolder();
    buildTree(root, {
      '.holdfastignore': {},
      a: { '.holdfastignore': { link: '/etc/passwd' }, x: '' },
      b: { '.holdfastignore': ' '.repeat(2 << 20), y: '' },
    });
    const { paths, failures } = walk(root, { ignoreFileName: '.holdfastignore' });
    expect(paths).toEqual(['', '.holdfastignore', 'a', 'a/.holdfastignore', 'a/x', 'b', 'b/.holdfastignore', 'b/y']);
    expect(failures.map(({ path, code }) => [String(path), code])).toEqual([
      ['.holdfastignore', 'EINVAL'],
      ['a/.holdfastignore', 'ELOOP'],
      ['b/.holdfastignore', 'EFBIG'],
    ]);
  });

  it('a tree deeper than the longest path is walked as far as the system goes, and the rest reported', () => {
    const root = tempFolder(MEMORY_FOLDER);
    const name = 'd'.repeat(200);
    spawnSync('sh', [
      '-c',
      `cd "$0" && i=0; while [ $i -lt 30 ]; do mkdir ${name} && cd -P ${name} || exit 1; i=$((i+1)); done`,
      root,
    ]);
    const { entries, failures } = walk(root);
    expect(entries.length).toBeGreaterThan(15);
    expect(failures.map(({ code }) => code)).toEqual(['ENAMETOOLONG']);
    expect(statSync(root).isDirectory()).toBe(true);
  });
});

function pathsOf(tree: Tree, prefix: string): string[] {
  return Object.entries(tree).flatMap(([name, content]) => [
    prefix + name,
    ...(typeof content === 'string' ? [] : pathsOf(content as Tree, `${prefix}${name}/`)),
  ]);
}
