import { chownSync, closeSync, lstatSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryMeta } from '../../src/sink/contract.ts';
import { applyMetadata } from '../../src/sink/metadata.ts';
import { openTreeSink } from '../../src/sink/tree-sink.ts';
import { IS_POSIX, IS_ROOT, MEMORY_FOLDER, STRENGTHS, asNobody, openToAll, tempFolder } from '../source/tree.ts';

const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
const meta: EntryMeta = { mode: 0o644, ...own, mtimeNs: 0n };
const at = (path: string): Buffer => Buffer.from(path);
const NANOSECONDS = 1_000_000_000n;

describe.runIf(IS_POSIX)('times', () => {
  const cases = [
    0n,
    1n,
    -1n,
    999_999_999n,
    1_700_000_000_123_456_789n,
    -1_500_000_000n,
    -62_135_596_800n * NANOSECONDS,
  ];
  it.each([...cases, 4_102_444_800_999_999_999n, 17_000_000_000_123_456_789n])(
    '%d ns since 1970 comes back within 1 µs',
    (mtimeNs) => {
      const folder = tempFolder(MEMORY_FOLDER);
      using sink = openTreeSink(Buffer.from(folder));
      sink.writeFile(at('f'), [], { ...meta, mtimeNs });
      sink.makeSymlink(at('l'), at('f'), { ...meta, mtimeNs });
      sink.setMetadata(at(''), 'directory', { ...meta, mode: 0o700, mtimeNs });
      for (const path of ['f', 'l', ''])
        expect(distance(sink.lstat(at(path))?.mtimeNs, mtimeNs), path).toBeLessThanOrEqual(1000);
    },
  );

  it('any nanosecond from 1425 to 2514 does', () => {
    const path = join(tempFolder(MEMORY_FOLDER), 'f');
    const descriptor = openSync(path, 'w');
    const time = fc.bigInt({ min: -(2n ** 34n) * NANOSECONDS, max: 2n ** 34n * NANOSECONDS });
    fc.assert(
      fc.property(time, (mtimeNs) => {
        applyMetadata({ descriptor }, { ...meta, mtimeNs });
        expect(distance(lstatSync(path, { bigint: true }).mtimeNs, mtimeNs)).toBeLessThanOrEqual(1000);
      }),
      { numRuns: 1000 },
    );
    closeSync(descriptor);
  });
});

describe.runIf(IS_POSIX).each(STRENGTHS)('owners and set-id bits (strong: %s)', (strong) => {
  it('root restores owner, group and set-id bits, of files, links and directories', (test) => {
    test.skip(!IS_ROOT, 'needs root');
    using sink = openTreeSink(Buffer.from(tempFolder(MEMORY_FOLDER)), { strong });
    const theirs: EntryMeta = { mode: 0o6755, uid: 1234, gid: 2345, mtimeNs: 5n };
    sink.writeFile(at('f'), [Buffer.from('x')], theirs);
    sink.makeSymlink(at('l'), at('f'), theirs);
    sink.makeDirectory(at('d'));
    sink.setMetadata(at('d'), 'directory', { ...theirs, mode: 0o3770 });
    const temp = sink.createTemp(at('t'), 1);
    sink.finishTemp(at('t'), temp, theirs);
    expect(sink.lstat(at('f'))).toMatchObject(theirs);
    expect(sink.lstat(at('t'))).toMatchObject(theirs);
    expect(sink.lstat(at('l'))).toMatchObject({ uid: 1234, gid: 2345, mtimeNs: 5n });
    expect(sink.lstat(at('d'))).toMatchObject({ ...theirs, mode: 0o3770 });
    sink.setMetadata(at('f'), 'file', { ...theirs, uid: 77 });
    expect(sink.lstat(at('f'))).toMatchObject({ ...theirs, uid: 77 });
  });

  it('root restores its own group also where new files inherit another', (test) => {
    test.skip(!IS_ROOT, 'needs root');
    const folder = tempFolder(MEMORY_FOLDER);
    chownSync(folder, 0, 4321);
    using sink = openTreeSink(Buffer.from(folder), { strong });
    sink.setMetadata(at(''), 'directory', { ...meta, gid: 4321, mode: 0o2755 });
    sink.writeFile(at('f'), [], { ...meta, mode: 0o2755 });
    expect(sink.lstat(at('f'))).toMatchObject({ uid: 0, gid: own.gid, mode: 0o2755 });
  });

  it('who may not give files away keeps them, without set-id bits', () => {
    const folder = tempFolder(MEMORY_FOLDER);
    openToAll(folder);
    asNobody(() => {
      using sink = openTreeSink(Buffer.from(folder), { strong });
      const mine = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
      const theirs: EntryMeta = { mode: 0o7755, uid: 1234, gid: 2345, mtimeNs: 5n };
      sink.writeFile(at('f'), [Buffer.from('x')], theirs);
      sink.makeSymlink(at('l'), at('f'), theirs);
      sink.makeDirectory(at('d'));
      sink.setMetadata(at('d'), 'directory', theirs);
      expect(sink.lstat(at('f'))).toMatchObject({ ...theirs, ...mine, mode: 0o1755 });
      expect(sink.lstat(at('d'))).toMatchObject({ ...theirs, ...mine, mode: 0o1755 });
      expect(sink.lstat(at('l'))).toMatchObject({ ...mine, mtimeNs: 5n });
      sink.writeFile(at('mine'), [], { ...theirs, ...mine });
      expect(sink.lstat(at('mine'))).toMatchObject({ ...mine, mode: 0o7755 });
      sink.writeFile(at('half'), [], { ...theirs, uid: mine.uid });
      expect(sink.lstat(at('half'))).toMatchObject({ ...mine, mode: 0o1755 });
    });
  });

  it('a file whose metadata is refused is in place with its content, closed to others, and reported', (test) => {
    test.skip(!IS_ROOT, 'needs root');
    const folder = tempFolder(MEMORY_FOLDER);
    openToAll(folder);
    using sink = openTreeSink(Buffer.from(folder), { strong });
    // No file system takes this time: Node refuses it, after the mode was set.
    const write = (): void => sink.writeFile(at('f'), [Buffer.from('x')], { ...meta, mtimeNs: 10n ** 400n });
    expect(write).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
    expect(sink.list(at(''))).toEqual([at('f')]);
    expect(sink.lstat(at('f'))?.size).toBe(1);
  });

  it('a directory that only lets one through is passed through', () => {
    const folder = tempFolder();
    using sink = openTreeSink(Buffer.from(folder), { strong });
    sink.makeDirectory(at('gate/inside'), 0o777);
    sink.setMetadata(at('gate/inside'), 'directory', { ...meta, mode: 0o777 });
    sink.setMetadata(at('gate'), 'directory', { ...meta, mode: 0o711 });
    openToAll(folder);
    asNobody(() => {
      using other = openTreeSink(Buffer.from(folder), { strong });
      other.writeFile(at('gate/inside/f'), [], { ...meta, mode: 0o600 });
      expect(other.list(at('gate/inside'))).toEqual([at('f')]);
    });
    writeFileSync(join(folder, 'done'), '');
  });
});

function distance(a: bigint | undefined, b: bigint): number {
  return a === undefined ? Number.NaN : Math.abs(Number(a - b));
}
