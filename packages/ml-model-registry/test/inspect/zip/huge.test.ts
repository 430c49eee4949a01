import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { joined, u32, u64 } from '../../support/bytes.ts';
import { extraField } from '../../support/zip.ts';

const SIZE = 100_000_000_000;
const saturated = [255, 255, 255, 255];

/** The header of an array of bytes as large as is asked for. */
function arrayHeader(bytes: number): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${bytes},), }`.padEnd(117);
  return joined([0x93], 'NUMPY', [1, 0, 118, 0], text, '\n');
}

/** What both headers say of a member whose sizes stand in the zip64 field. */
function fields(extraLength: number): Uint8Array {
  return joined([45, 0, 0, 0, 0, 0], u32(0), u32(0), saturated, saturated, [5, 0, extraLength, 0]);
}

/** A directory of one member at 0, and the zip64 end record of an archive in which it stands at a place. */
function ending(at: number, sizes: Uint8Array): Uint8Array {
  const extra = extraField(1, sizes);
  const entry = joined('PK\u0001\u0002', [45, 0], fields(extra.length), new Uint8Array(14), 'w.npy', extra);
  const places = joined(u64(1), u64(1), u64(entry.length), u64(at));
  const end64 = joined('PK\u0006\u0006', u64(44), [45, 0, 45, 0], u64(0), places);
  const locator = joined('PK\u0006\u0007', u32(0), u64(at + entry.length), [1, 0, 0, 0]);
  return joined(entry, end64, locator, 'PK\u0005\u0006', u32(0), new Uint8Array(12).fill(255), [0, 0]);
}

describe('an archive of 100 GB', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'zip-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function archive(claimed: number): string {
    const sizes = joined(u64(claimed), u64(claimed));
    const header = joined('PK\u0003\u0004', fields(20), 'w.npy', extraField(1, sizes));
    const path = join(folder, `${claimed}.npz`);
    const file = openSync(path, 'w');
    writeSync(file, joined(header, arrayHeader(SIZE)), 0, undefined, 0);
    const at = header.length + 128 + SIZE;
    ftruncateSync(file, at);
    writeSync(file, ending(at, sizes), 0, undefined, at);
    closeSync(file);
    return path;
  }

  it('that is nearly all hole is looked at in its headers', async () => {
    const { verdict, findings, tensors } = await inspectModel(archive(SIZE + 128));
    expect([verdict, findings]).toEqual(['clean', []]);
    expect(tensors).toEqual([{ name: 'w', type: 'uint8', shape: [SIZE], offset: 30 + 5 + 20 + 128, bytes: SIZE }]);
  });

  it('with 100 GB that belong to no member is suspicious', async () => {
    const { verdict, findings } = await inspectModel(archive(128));
    expect(verdict).toBe('suspicious');
    expect(findings.map(({ code, part, offset }) => [code, part, offset])).toEqual([
      ['HIDDEN_BYTES', undefined, 30 + 5 + 20 + 128],
      ['TRUNCATED', 'w.npy', 128],
    ]);
  });
});
