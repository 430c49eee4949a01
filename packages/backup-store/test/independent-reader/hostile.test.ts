import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseLeaf, type Entry } from './catalog.ts';
import { writeEntries } from './restore.ts';
import { Cursor } from './sealed.ts';

const work = fs.mkdtempSync(join(tmpdir(), 'independent-reader-'));

afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

describe('hostile bytes', () => {
  const number = (hex: string): number => new Cursor(Buffer.from(hex, 'hex')).varint();

  test('numbers are read as the document lists them, and refused above their limits', () => {
    expect(['00', '7f', '8001', 'ac02', '808001', '8080808010'].map(number)).toEqual([
      0,
      127,
      128,
      300,
      16_384,
      2 ** 32,
    ]);
    expect(number('ffffffffffffff0f')).toBe(Number.MAX_SAFE_INTEGER);
    for (const hex of ['ffffffffffffff10', '808080808080808001', '80', '']) expect(() => number(hex)).toThrow();
    expect(['7f', '8101', '8080808010'].map((hex) => new Cursor(Buffer.from(hex, 'hex')).zigzag())).toEqual([
      -64, -65, 2_147_483_648,
    ]);
  });

  test('pages that lie about their entries are refused', () => {
    const folder = '00ed03000000';
    const page = (hex: string): Entry[] => parseLeaf(Buffer.from(hex, 'hex'));
    expect(page(`0001000000${folder}00`)).toMatchObject([{ kind: 'directory', mode: 0o755 }]);
    expect(page('000000')).toEqual([]);
    const bad = {
      'a shared path in the first entry': `0001000100${folder}00`,
      'a byte left over': `0001000000${folder}0000`,
      'the same path twice': `0002000000${folder}000000${folder}00`,
      'too many entries': `00808004000000${folder}00`,
      'more digests than bytes': `00010a0000${folder}00`,
      'an unknown kind': '000100000007ed030000000000',
      'an inherited mode in the first entry': '0001000000800000',
      'a digest that is not there': '000100000001ed03000000000101',
    };
    for (const [what, hex] of Object.entries(bad)) expect(() => page(hex), what).toThrow();
  });

  test('entries that lead out of the restore folder are refused', () => {
    const maps = { packs: new Map(), places: new Map() };
    const blobs = {
      folder: work,
      repositoryId: Buffer.alloc(16),
      label: '',
      keys: [Buffer.alloc(32)],
      ...maps,
      last: {},
    };
    const entry = (path: string, more: Partial<Entry> = {}): Entry => {
      const base = { sparse: false, torn: false, mode: 0o700, uid: 0, gid: 0, seconds: 0, nanoseconds: 0, size: 0 };
      return {
        ...base,
        blobs: [],
        target: undefined,
        firstName: undefined,
        kind: 'file',
        path: Buffer.from(path),
        ...more,
      };
    };
    const link = entry('s', { kind: 'symlink', target: Buffer.from('/tmp') });
    const bad = {
      parent: [entry('../x')],
      absolute: [entry('/x')],
      dot: [entry('a/./x')],
      empty: [entry('a//x')],
      nul: [entry('a\0')],
      long: [entry('n'.repeat(256))],
      'below a symlink': [link, entry('s/x')],
      'below a file': [entry('f'), entry('f/x')],
      'hard link to what is not ours': [entry('h', { firstName: Buffer.from('there') })],
      'hard link out': [entry('h', { firstName: Buffer.from('../there') })],
      'hard link to a symlink': [link, entry('t', { firstName: Buffer.from('s') })],
      'over what is there': [entry('there')],
    };
    for (const [what, entries] of Object.entries(bad)) {
      const out = fs.mkdtempSync(join(work, 'hostile-'));
      fs.writeFileSync(join(out, 'there'), '');
      expect(() => writeEntries(out, blobs, [{ path: Buffer.alloc(0), entries }]), what).toThrow();
      expect(() => writeEntries(out, blobs, [{ path: Buffer.from('../up'), entries: [entry('x')] }])).toThrow(
        'not safe',
      );
    }
  });
});
