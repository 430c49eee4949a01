// A tree with all that a file system has, and the comparison of two trees.
import { createCipheriv, createHash } from 'node:crypto';
import * as fs from 'node:fs';

/** Bytes that don't compress, and always the same. */
export function noise(size: number): Buffer {
  return createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** Joins a folder and a name, which may be any bytes. */
function below(folder: string | Buffer, name: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), Buffer.from(name)]);
}

function put(folder: string | Buffer, name: string | Buffer, content: string | Buffer, mode = 0o644): void {
  fs.writeFileSync(below(folder, name), content);
  fs.chmodSync(below(folder, name), mode);
}

const odd = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
const oddFolder = Buffer.from([0xff, 0x20, 0x0a, 0xfe]);

/** Makes a tree of every kind of entry, the first times at and before 1970. */
export function makeTree(root: string): void {
  for (const name of ['', '/empty', '/a', '/a/b', '/a-b', '/many', '/locked']) fs.mkdirSync(root + name);
  fs.mkdirSync(below(root, oddFolder));
  put(root, 'a.txt', 'hello\n');
  put(root, 'empty-file', '', 0o600);
  put(root, 'a/b/deep', 'deep', 0o4755);
  put(root, 'a-b/x', 'x', 0o2750);
  put(root, 'ab', noise(300), 0o400);
  put(root, odd, 'not UTF-8');
  put(below(root, oddFolder), odd, 'below a name that is not UTF-8');
  put(root, 'name\nwith\tblanks \\ and 日本', 'text');
  put(root, 'n'.repeat(255), 'long');
  put(root, 'noise.bin', noise(5_300_000));
  put(root, 'text.log', 'all work and no play makes a dull log\n'.repeat(150_000));
  for (let index = 0; index < 700; index += 1) put(root, `many/file ${index}`, `content ${index % 100}`);
  for (let index = 0; index < 12; index += 1) put(root, `many/medium ${index}`, noise(200_000 + index));
  const sparse = fs.openSync(`${root}/holes.img`, 'w');
  fs.writeSync(sparse, 'begin', 0);
  fs.writeSync(sparse, noise(100_000), 0, 100_000, 3_000_000);
  fs.ftruncateSync(sparse, 7_000_001);
  fs.closeSync(sparse);
  fs.linkSync(`${root}/a.txt`, `${root}/a/link`);
  fs.linkSync(`${root}/a.txt`, `${root}/zz-link`);
  fs.linkSync(`${root}/noise.bin`, below(below(root, oddFolder), 'big link'));
  fs.symlinkSync('../a.txt', `${root}/a/to-file`);
  fs.symlinkSync(Buffer.concat([Buffer.from('no where/'), odd]), below(root, Buffer.concat([odd, odd])));
  fs.chmodSync(`${root}/locked`, 0o500);
  setTimes(Buffer.from(root), 1_600_000_000);
  setTime(`${root}/a/to-file`, -86_400.25);
  setTime(`${root}/a.txt`, -1.5);
  setTime(`${root}/ab`, -0.125);
  setTime(`${root}/empty-file`, 0);
  setTime(`${root}/text.log`, 4_102_444_800.5);
  setTime(`${root}/empty`, -1_000_000_000);
}

function setTime(path: string | Buffer, time: number): void {
  const date = new Date(time * 1000); // Node takes negative numbers for now.
  fs.lutimesSync(path, date, date);
}

/** Sets times of whole quarters of seconds: Node sets times from numbers that can't tell all nanoseconds. */
function setTimes(path: Buffer, time: number): number {
  let next = time;
  if (fs.lstatSync(path).isDirectory()) {
    for (const name of fs.readdirSync(path, { encoding: 'buffer' })) next = setTimes(below(path, name), next);
  }
  setTime(path, next);
  return next + 1.25;
}

/** What a tree is, entry by entry: equal for equal trees. Times are in nanoseconds. */
export interface Described {
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'symlink' | 'other';
  readonly mode: number;
  readonly owner: string;
  readonly time: bigint;
  readonly size: number;
  readonly content: string;
  /** The first path of the same inode. */
  readonly sameAs: string;
}

function kindOf(stats: fs.BigIntStats): Described['kind'] {
  if (stats.isDirectory()) return 'directory';
  if (stats.isFile()) return 'file';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

/** Describes a tree; paths are latin1 text, which keeps any bytes. */
export function describeTree(root: string | Buffer): Described[] {
  const inodes = new Map<bigint, string>();
  const found: Described[] = [];
  const walk = (at: Buffer, path: string): void => {
    const stats = fs.lstatSync(at, { bigint: true });
    const kind = kindOf(stats);
    if (!inodes.has(stats.ino)) inodes.set(stats.ino, path);
    const read = { directory: () => '', file: () => fs.readFileSync(at), symlink: () => fs.readlinkSync(at, 'buffer') };
    const content = kind === 'other' ? '' : createHash('sha256').update(read[kind]()).digest('hex');
    const owner = `${stats.uid}:${stats.gid}`;
    const size = kind === 'directory' ? 0 : Number(stats.size);
    const sameAs = inodes.get(stats.ino) ?? path;
    found.push({ path, kind, mode: Number(stats.mode) & 0o7777, owner, time: stats.mtimeNs, size, content, sameAs });
    if (kind !== 'directory') return;
    const names = fs.readdirSync(at, { encoding: 'buffer' }).sort((a, b) => a.compare(b));
    for (const name of names)
      walk(below(at, name), path === '' ? name.toString('latin1') : `${path}/${name.toString('latin1')}`);
  };
  walk(Buffer.from(root), '');
  return found;
}
