import {
  closeSync,
  existsSync,
  lstatSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EntryMeta, TreeSink } from '../../src/sink/contract.ts';
import { openTreeSink } from '../../src/sink/tree-sink.ts';
import { ANY_NAMES, IS_POSIX, MEMORY_FOLDER, buildTree, tempFolder } from '../source/tree.ts';

const meta: EntryMeta = {
  mode: 0o640,
  uid: process.geteuid?.() ?? 0,
  gid: process.getegid?.() ?? 0,
  mtimeNs: 1_600_000_000_123_456_789n,
};
const at = (path: string): Buffer => Buffer.from(path, 'latin1');

const variants = [
  { strong: true, folder: 'disk' },
  { strong: true, folder: 'memory' },
  { strong: false, folder: 'disk' },
] as const;
const possible = variants.filter(({ strong }) => !strong || process.platform === 'linux');

describe.runIf(IS_POSIX).each(possible)('a tree sink (strong: $strong, $folder)', ({ strong, folder }) => {
  const sinks: TreeSink[] = [];
  afterEach(() => {
    for (const sink of sinks.splice(0)) sink[Symbol.dispose]();
  });

  function newTree(): { readonly root: string; readonly sink: TreeSink } {
    const root = join(tempFolder(folder === 'memory' ? MEMORY_FOLDER : undefined), 'root');
    const sink = openTreeSink(Buffer.from(root), { strong });
    sinks.push(sink);
    return { root, sink };
  }

  it('writes files with mode and time, and makes missing parents that are private', () => {
    const { root, sink } = newTree();
    expect(sink.strong).toBe(strong);
    sink.writeFile(at('a/b/f'), [Buffer.from('hello '), Buffer.from('world')], meta);
    expect(readFileSync(join(root, 'a/b/f'), 'utf8')).toBe('hello world');
    const facts = lstatSync(join(root, 'a/b/f'), { bigint: true });
    expect(Number(facts.mode) & 0o7777).toBe(0o640);
    expect(Math.abs(Number(facts.mtimeNs - meta.mtimeNs))).toBeLessThan(1000);
    expect(lstatSync(join(root, 'a/b')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(root, 'a/b'))).toEqual(['f']);
  });

  it.runIf(ANY_NAMES)('takes names that are not UTF-8, with every byte but "/" and NUL', () => {
    const { root, sink } = newTree();
    const names = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1)).filter(
      (name) => name !== '/' && name !== '.',
    );
    for (const name of names) sink.writeFile(at(`\xff\xfe/${name}`), [at(name)], meta);
    expect(sink.list(at('\xff\xfe'))).toEqual(names.map(at));
    const parent = Buffer.concat([Buffer.from(`${root}/`), at('\xff\xfe/')]);
    for (const name of names) expect(readFileSync(Buffer.concat([parent, at(name)]))).toEqual(at(name));
  });

  it('takes names of 255 bytes, and paths far longer than the system does when strong', () => {
    const { sink } = newTree();
    const long = 'n'.repeat(255);
    sink.writeFile(at(long), [Buffer.from('x')], meta);
    expect(sink.lstat(at(long))?.size).toBe(1);
    const deep = Array.from({ length: 300 }, () => 'deep-directory-name').join('/');
    if (!strong) {
      expect(() => sink.writeFile(at(`${deep}/f`), [], meta)).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
    } else {
      sink.writeFile(at(`${deep}/f`), [Buffer.from('x')], meta);
      expect(sink.lstat(at(`${deep}/f`))?.size).toBe(1);
      sink.makeHardLink(at(`${deep}/g`), at(`${deep}/f`));
      sink.makeHardLink(at(`${deep.replaceAll('deep', 'other')}/g`), at(`${deep}/f`));
      expect(sink.lstat(at(`${deep}/f`))?.nlink).toBe(3);
    }
    expect(sink.removeTree(at('deep-directory-name'))).toBe(true);
    expect(sink.removeTree(at('other-directory-name'))).toBe(strong);
    expect(sink.list(at(''))).toEqual([at(long)]);
  });

  it('replaces files and links with a file, and leaves what the link points to', () => {
    const { root, sink } = newTree();
    buildTree(root, { file: 'old', link: { link: 'target' }, target: 'precious' });
    sink.writeFile(at('file'), [Buffer.from('new')], meta);
    sink.writeFile(at('link'), [Buffer.from('new')], meta);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('new');
    expect(lstatSync(join(root, 'link')).isFile()).toBe(true);
    expect(readFileSync(join(root, 'target'), 'utf8')).toBe('precious');
  });

  it('a file that is open or hard-linked elsewhere keeps its old content there', () => {
    const { root, sink } = newTree();
    sink.writeFile(at('f'), [Buffer.from('old')], meta);
    sink.makeHardLink(at('other-name'), at('f'));
    sink.writeFile(at('f'), [Buffer.from('new')], meta);
    expect(readFileSync(join(root, 'other-name'), 'utf8')).toBe('old');
  });

  it('never replaces a directory, and leaves nothing unfinished', () => {
    const { root, sink } = newTree();
    buildTree(root, { dir: { x: 'kept' }, f: 'f' });
    const failed = expect.objectContaining({ code: 'PATH_FAILED', cause: expect.objectContaining({ code: 'EISDIR' }) });
    expect(() => sink.writeFile(at('dir'), [Buffer.from('new')], meta)).toThrow(failed);
    expect(() => sink.makeSymlink(at('dir'), at('x'), meta)).toThrow(failed);
    expect(() => sink.makeHardLink(at('dir'), at('f'))).toThrow(failed);
    expect(() => sink.remove(at('dir'))).toThrow(failed);
    const temp = sink.createTemp(at('dir'), 10);
    expect(() => sink.finishTemp(at('dir'), temp, meta)).toThrow(failed);
    expect(readdirSync(root)).toEqual(['dir', 'f']);
    expect(readFileSync(join(root, 'dir/x'), 'utf8')).toBe('kept');
  });

  it('makes directories once, and refuses where something else has the name', () => {
    const { root, sink } = newTree();
    expect(sink.makeDirectory(at('a/b'), 0o755)).toBe(true);
    expect(sink.makeDirectory(at('a/b'))).toBe(false);
    expect(sink.makeDirectory(at(''))).toBe(false);
    sink.writeFile(at('f'), [], meta);
    symlinkSync('a', join(root, 'link'));
    const failed = expect.objectContaining({
      code: 'PATH_FAILED',
      cause: expect.objectContaining({ code: 'ENOTDIR' }),
    });
    expect(() => sink.makeDirectory(at('f'))).toThrow(failed);
    expect(() => sink.makeDirectory(at('link'))).toThrow(failed);
    expect(() => sink.makeDirectory(at('f/x'))).toThrow(failed);
  });

  it('sets the metadata of directories, the root included', () => {
    const { root, sink } = newTree();
    sink.writeFile(at('d/f'), [], meta);
    sink.setMetadata(at('d'), 'directory', { ...meta, mode: 0o1711, mtimeNs: -1_500_000_001n });
    sink.setMetadata(at(''), 'directory', { ...meta, mode: 0o750 });
    expect(lstatSync(join(root, 'd')).mode & 0o7777).toBe(0o1711);
    expect(Math.abs(Number(lstatSync(join(root, 'd'), { bigint: true }).mtimeNs + 1_500_000_001n))).toBeLessThan(1000);
    expect(statSync(root).mode & 0o777).toBe(0o750);
    expect(sink.lstat(at(''))).toMatchObject({ kind: 'directory', mode: 0o750 });
  });

  it.runIf(ANY_NAMES)('makes links with their own time, replacing what is there', () => {
    const { root, sink } = newTree();
    sink.makeSymlink(at('d/link'), at('../\xff nowhere'), meta);
    sink.makeSymlink(at('d/link'), at('\xfe'), { ...meta, mode: 0 });
    expect(readlinkSync(join(root, 'd/link'), 'buffer')).toEqual(at('\xfe'));
    expect(sink.readLink(at('d/link'))).toEqual(at('\xfe'));
    const found = sink.lstat(at('d/link'));
    expect(found?.kind).toBe('symlink');
    expect(Math.abs(Number((found?.mtimeNs ?? 0n) - meta.mtimeNs))).toBeLessThan(1000);
    expect(readdirSync(join(root, 'd'))).toEqual(['link']);
    sink.setMetadata(at('d/link'), 'symlink', { ...meta, mtimeNs: 5_000_000_000n });
    expect(sink.lstat(at('d/link'))?.mtimeNs).toBe(5_000_000_000n);
  });

  it('makes hard links over what is there, and again over themselves', () => {
    const { root, sink } = newTree();
    sink.writeFile(at('d/f'), [Buffer.from('x')], meta);
    sink.writeFile(at('e/g'), [Buffer.from('old')], meta);
    for (let i = 0; i < 2; i++) sink.makeHardLink(at('e/g'), at('d/f'));
    expect(lstatSync(join(root, 'e/g')).ino).toBe(lstatSync(join(root, 'd/f')).ino);
    expect([readdirSync(join(root, 'd')), readdirSync(join(root, 'e'))]).toEqual([['f'], ['g']]);
    sink.makeSymlink(at('link'), at('d/f'), meta);
    expect(() => sink.makeHardLink(at('h'), at('link'))).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
    expect(() => sink.makeHardLink(at('h'), at('d'))).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
  });

  it('tells what is there', () => {
    const { sink } = newTree();
    sink.writeFile(at('f'), [Buffer.from('abc')], meta);
    expect(sink.lstat(at('f'))).toMatchObject({
      kind: 'file',
      size: 3,
      mode: 0o640,
      uid: meta.uid,
      gid: meta.gid,
      nlink: 1,
    });
    expect(sink.lstat(at('g'))).toBeUndefined();
    expect(sink.lstat(at('no/such/parent'))).toBeUndefined();
    expect(() => sink.lstat(at('f/x'))).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
  });

  it('opens files for reading, and nothing else', () => {
    const { root, sink } = newTree();
    buildTree(root, { f: 'content', link: { link: 'f' }, dir: {} });
    const descriptor = sink.openForRead(at('f'));
    const buffer = Buffer.alloc(20);
    expect(readSync(descriptor, buffer)).toBe(7);
    closeSync(descriptor);
    expect(() => sink.openForRead(at('link'))).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
    expect(() => sink.openForRead(at('dir'))).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
    expect(() => sink.openForRead(at('none'))).toThrow(
      expect.objectContaining({ code: 'PATH_FAILED', cause: expect.objectContaining({ code: 'ENOENT' }) }),
    );
  });

  it('metadata is only set on the kind of entry it is for', () => {
    const { root, sink } = newTree();
    buildTree(root, { f: '', dir: {}, link: { link: 'f' } });
    const before = lstatSync(join(root, 'f'));
    for (const path of ['dir', 'link']) {
      expect(() => sink.setMetadata(at(path), 'file', meta)).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
    }
    expect(() => sink.setMetadata(at('link'), 'directory', meta)).toThrow(
      expect.objectContaining({ code: 'PATH_FAILED' }),
    );
    expect(lstatSync(join(root, 'f')).mtimeMs).toBe(before.mtimeMs);
    sink.setMetadata(at('f'), 'file', meta);
    expect(lstatSync(join(root, 'f')).mode & 0o777).toBe(0o640);
  });

  it.runIf(ANY_NAMES)('removes files and links, and trees without following links', () => {
    const { root, sink } = newTree();
    const outside = tempFolder();
    buildTree(outside, { precious: 'x' });
    buildTree(root, { f: '', l: { link: outside }, tree: { a: { b: { c: '' }, l: { link: outside } }, '\xff': '' } });
    expect([sink.remove(at('f')), sink.remove(at('f')), sink.remove(at('l'))]).toEqual([true, false, true]);
    expect([sink.removeTree(at('tree')), sink.removeTree(at('tree'))]).toEqual([true, false]);
    symlinkSync(outside, join(root, 'l'));
    expect(sink.removeTree(at('l'))).toBe(true);
    expect(() => sink.removeTree(at(''))).toThrow(expect.objectContaining({ code: 'UNSAFE_PATH' }));
    expect(readdirSync(root)).toEqual([]);
    expect(readdirSync(outside)).toEqual(['precious']);
  });

  it('a directory that was removed and made again is written to, by another sink too', () => {
    const { root, sink } = newTree();
    const other = openTreeSink(Buffer.from(root), { strong });
    sinks.push(other);
    sink.writeFile(at('a/b/one'), [], meta);
    other.writeFile(at('a/b/two'), [], meta);
    sink.removeTree(at('a'));
    sink.writeFile(at('a/b/three'), [], meta);
    other.writeFile(at('a/b/four'), [], meta);
    expect(readdirSync(join(root, 'a/b'))).toEqual(['four', 'three']);
    sink.removeTree(at('a'));
    buildTree(root, { a: { b: { five: '5' } } });
    closeSync(other.openForRead(at('a/b/five')));
    expect(other.list(at('a/b'))).toEqual([at('five')]);
  });

  it('uses few descriptors for many directories, and gives all back', () => {
    const before = descriptors();
    const root = tempFolder(MEMORY_FOLDER);
    const sink = openTreeSink(Buffer.from(root), { strong });
    for (let i = 0; i < 400; i++) sink.writeFile(at(`d${i}/f`), [], meta);
    for (let i = 0; i < 20; i++) sink.createTemp(at(`d${i}/g`), 1);
    expect(descriptors() - before).toBeLessThan(150);
    sink[Symbol.dispose]();
    expect(descriptors()).toBe(before);
  });

  it('the root may be a link, and is made when it is not there', () => {
    const parent = tempFolder();
    buildTree(parent, { real: {}, link: { link: 'real' }, file: '' });
    const sink = openTreeSink(Buffer.from(join(parent, 'link')), { strong });
    sinks.push(sink);
    sink.writeFile(at('f'), [], meta);
    expect(existsSync(join(parent, 'real/f'))).toBe(true);
    sinks.push(openTreeSink(Buffer.from(join(parent, 'new/deep')), { strong }));
    expect(existsSync(join(parent, 'new/deep'))).toBe(true);
    const failed = expect.objectContaining({ code: 'PATH_FAILED' });
    expect(() => openTreeSink(Buffer.from(join(parent, 'file')), { strong })).toThrow(failed);
    expect(() => openTreeSink(Buffer.from(join(parent, 'none')), { strong, create: false })).toThrow(failed);
  });
});

function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}
