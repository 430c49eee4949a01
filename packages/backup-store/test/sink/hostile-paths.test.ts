import { lstatSync, readFileSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryMeta, TempFile, TreeSink } from '../../src/sink/contract.ts';
import { isReservedOnWindows } from '../../src/sink/entry-path.ts';
import { openTreeSink } from '../../src/sink/tree-sink.ts';
import { IS_POSIX, MEMORY_FOLDER, STRENGTHS, buildTree, pathsBelow, tempFolder } from '../source/tree.ts';

const meta: EntryMeta = { mode: 0o777, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, mtimeNs: 1n };
const at = (path: string): Buffer => Buffer.from(path, 'latin1');
const temp: TempFile = { name: '.holdfast-restore-x-0', dev: 1n, ino: 1n };

/** Everything that takes a path. */
const calls: readonly (readonly [string, (sink: TreeSink, path: Buffer) => unknown])[] = [
  ['lstat', (sink, path) => sink.lstat(path)],
  ['list', (sink, path) => sink.list(path)],
  ['readLink', (sink, path) => sink.readLink(path)],
  ['openForRead', (sink, path) => sink.openForRead(path)],
  ['makeDirectory', (sink, path) => sink.makeDirectory(path)],
  ['writeFile', (sink, path) => sink.writeFile(path, [Buffer.from('x')], meta)],
  ['createTemp', (sink, path) => sink.createTemp(path, 10)],
  ['writeAt', (sink, path) => sink.writeAt(path, temp, { position: 0, bytes: Buffer.from('x') })],
  ['finishTemp', (sink, path) => sink.finishTemp(path, temp, meta)],
  ['dropTemp', (sink, path) => sink.dropTemp(path, temp)],
  ['makeSymlink', (sink, path) => sink.makeSymlink(path, at('x'), meta)],
  ['makeHardLink', (sink, path) => sink.makeHardLink(path, at('own'))],
  ['makeHardLink from', (sink, path) => sink.makeHardLink(at('stolen'), path)],
  ['setMetadata of a file', (sink, path) => sink.setMetadata(path, 'file', meta)],
  ['setMetadata of a directory', (sink, path) => sink.setMetadata(path, 'directory', meta)],
  ['remove', (sink, path) => sink.remove(path)],
  ['removeTree', (sink, path) => sink.removeTree(path)],
];
const throughLinks = ['to/file', 'to/new', 'up/precious/file', 'up/new/deep', 'to/deep/new'];
const long = 'n'.repeat(256);
const dotted = ['..', '.', '../precious/file', 'a/../../precious/file', 'to/../x', './a', 'a/.', 'a/./b', 'a/..'];
const notPlain = [
  ...dotted,
  '/',
  '/etc/passwd',
  '//x',
  'a//b',
  'a/',
  'nul\0',
  'nul\0/x',
  long,
  `${long}/x`,
  `x/${long}`,
];
const table = calls.flatMap(([name, call]) => STRENGTHS.map((strong) => ({ name, call, strong })));
const unsafe = expect.objectContaining({ code: 'UNSAFE_PATH' });

/** A folder with things worth protecting beside the root. */
function besidePrecious(): { readonly folder: string; readonly root: string } {
  const folder = tempFolder(MEMORY_FOLDER);
  buildTree(folder, {
    precious: { file: 'x' },
    root: { own: 'mine', to: { link: '../precious' }, up: { link: '..' }, file: 'f' },
  });
  return { folder, root: join(folder, 'root') };
}

/** All paths, kinds, contents and times below. */
function snapshotOf(folder: string): string[] {
  return pathsBelow(folder).map((path) => {
    const facts = lstatSync(path, { bigint: true });
    const content = facts.isFile() ? readFileSync(path, 'utf8') : facts.isSymbolicLink() ? readlinkSync(path) : '';
    return `${path} ${facts.mode} ${facts.mtimeNs} ${facts.ino} ${facts.nlink} ${content}`;
  });
}

describe.runIf(IS_POSIX).each(table)('$name (strong: $strong)', ({ call, strong }) => {
  it('refuses paths that are not plain, and touches nothing', () => {
    const { folder, root } = besidePrecious();
    const before = snapshotOf(folder);
    using sink = openTreeSink(Buffer.from(root), { strong });
    for (const path of notPlain) expect(() => call(sink, at(path)), path).toThrow(unsafe);
    expect(snapshotOf(folder)).toEqual(before);
  });

  it('does not pass through links, and touches nothing', () => {
    const { folder, root } = besidePrecious();
    const before = snapshotOf(folder);
    using sink = openTreeSink(Buffer.from(root), { strong });
    for (const path of throughLinks) expect(() => call(sink, at(path)), path).toThrow(unsafe);
    expect(snapshotOf(folder)).toEqual(before);
  });

  it('does not pass through a link that the snapshot itself has made, over a directory in use', () => {
    const { folder, root } = besidePrecious();
    using sink = openTreeSink(Buffer.from(root), { strong });
    sink.writeFile(at('dir/file'), [Buffer.from('x')], meta);
    sink.removeTree(at('dir'));
    sink.makeSymlink(at('dir'), at('../precious'), meta);
    const before = snapshotOf(dirname(root));
    expect(() => call(sink, at('dir/file'))).toThrow(unsafe);
    expect(() => call(sink, at('dir/new'))).toThrow(unsafe);
    expect(snapshotOf(folder)).toEqual(before);
  });
});

describe.runIf(IS_POSIX).each(STRENGTHS)('a hostile snapshot (strong: %s)', (strong) => {
  it('whatever its entries are, nothing outside the root changes', () => {
    const name = fc.constantFrom('a', 'b', '..', '.', '', 'to', 'up', 'l', '\0', 'etc');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const target = fc.constantFrom(
      '..',
      '../..',
      '/',
      '.',
      'a',
      'b/..',
      '../precious',
      '../precious/file',
      'l',
      '/dev/shm',
    );
    const step = fc.tuple(fc.integer({ min: 0, max: 5 }), path, target);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { folder, root } = besidePrecious();
        const outside = (): string[] => snapshotOf(join(folder, 'precious')).concat(readdirSync(folder).toSorted());
        const before = outside();
        using sink = openTreeSink(Buffer.from(root), { strong });
        for (const [kind, where, to] of steps) {
          try {
            if (kind === 0) sink.makeDirectory(at(where));
            else if (kind === 1) sink.writeFile(at(where), [Buffer.from('evil')], meta);
            else if (kind === 2) sink.makeSymlink(at(where), at(to), meta);
            else if (kind === 3) sink.makeHardLink(at(where), at(to));
            else if (kind === 4) sink.removeTree(at(where));
            else sink.setMetadata(at(where), 'directory', meta);
          } catch (error) {
            expect((error as { code: string }).code).toMatch(/^(UNSAFE_PATH|PATH_FAILED)$/);
          }
        }
        expect(outside()).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });

  it('a file in the making that somebody replaced is not written to', () => {
    const { folder, root } = besidePrecious();
    using sink = openTreeSink(Buffer.from(root), { strong });
    const made = sink.createTemp(at('big'), 100);
    sink.releaseTemp(at('big'), made);
    sink.dropTemp(at('big'), { ...made, dev: 0n });
    symlinkSync(join(folder, 'precious/file'), join(root, made.name));
    const write = (): void => sink.writeAt(at('big'), made, { position: 0, bytes: Buffer.from('evil') });
    expect(write).toThrow(
      expect.objectContaining({ code: 'PATH_FAILED', cause: expect.objectContaining({ code: 'ELOOP' }) }),
    );
    sink.remove(at(made.name));
    sink.makeHardLink(at(made.name), at('file'));
    expect(write).toThrow(unsafe);
    expect(() => sink.finishTemp(at('big'), made, meta)).toThrow(unsafe);
    expect(readFileSync(join(folder, 'precious/file'), 'utf8')).toBe('x');
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('f');
    for (const bad of ['../precious/file', 'file', '.holdfast-restore-/../x']) {
      expect(() => sink.dropTemp(at('big'), { ...made, name: bad })).toThrow(
        expect.objectContaining({ code: 'PATH_FAILED' }),
      );
    }
  });
});

it('names that mean something else on Windows are known', () => {
  const reserved = [
    'a:b',
    'a\\b',
    'NUL',
    'nul.txt',
    'COM1',
    'com1.log',
    'LPT9',
    'CON',
    'aux.',
    'x.',
    'x ',
    'a*',
    'a?',
    'a\x01',
    'a|b',
    '"',
    'CONIN$',
  ];
  expect(reserved.filter((name) => !isReservedOnWindows(name))).toEqual([]);
  const plain = ['null', 'console', 'com', 'com10', 'a.nul', '.x', 'x y', 'auxiliary', '\xff'];
  expect(plain.filter(isReservedOnWindows)).toEqual([]);
});
