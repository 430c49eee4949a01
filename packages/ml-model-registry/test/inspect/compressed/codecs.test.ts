import { readFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bzip2 } from '../../../src/inspect/compressed/bzip2.ts';
import type { Codec } from '../../../src/inspect/compressed/codec.ts';
import { decompressed } from '../../../src/inspect/compressed/decompressed.ts';
import { lz4 } from '../../../src/inspect/compressed/lz4.ts';
import { lzma } from '../../../src/inspect/compressed/lzma.ts';
import { xz } from '../../../src/inspect/compressed/xz.ts';
import { gzip, zlib } from '../../../src/inspect/compressed/zlib.ts';
import { memorySource } from '../../../src/inspect/source/byte-source.ts';
import { StructureError } from '../../../src/inspect/structure-error.ts';
import { joined } from '../../support/bytes.ts';
import { inspectionOf } from '../../support/inspection.ts';

/** What `make.py` beside the samples compressed. */
const plain = joined(
  Array.from({ length: 30_000 }, (_, index) => `${(index * index) % 997}\n`).join(''),
  new Uint8Array(300_000),
);

const sample = (name: string): Uint8Array =>
  readFileSync(new URL(`../../fixtures/compressed/${name}`, import.meta.url));

const codecs: readonly (readonly [name: string, codec: Codec, compressed: Uint8Array])[] = [
  ['zlib', zlib, deflateSync(plain)],
  ['gzip', gzip, gzipSync(plain)],
  ['bz2', bzip2, sample('numbers.bz2')],
  ['lzma', lzma, sample('numbers.lzma')],
  ['xz', xz, sample('numbers.xz')],
  ['lz4', lz4, sample('numbers.lz4')],
];

async function out(codec: Codec, bytes: Uint8Array): Promise<Uint8Array> {
  const source = await decompressed(memorySource(bytes), codec, inspectionOf().inspection);
  return source.read(0, source.size);
}

describe.each(codecs)('%s', (_name, codec, compressed) => {
  it('gives back what was compressed', async () => {
    expect(codec.recognises(compressed)).toBe(true);
    expect(Buffer.compare(await out(codec, compressed), plain)).toBe(0);
  });

  it('tells bytes after the end', async () => {
    const { inspection, codes } = inspectionOf();
    const more = joined(compressed, 'hello');
    const [error] = await Promise.allSettled([decompressed(memorySource(more), codec, inspection)]);
    const found = error.status === 'rejected' ? (error.reason as StructureError).code : codes()[0];
    expect(['HIDDEN_BYTES', 'MALFORMED', 'TRUNCATED']).toContain(found);
  });

  it('ends with a reason where it is cut', async () => {
    for (let length = 1; length < compressed.length - 1; length += 1 + (compressed.length >> 6)) {
      await expect(out(codec, compressed.subarray(0, length))).rejects.toBeInstanceOf(StructureError);
    }
  });

  it('ends with a reason, or other bytes, where one is changed', async () => {
    for (let at = 0; at < compressed.length; at += 1 + (compressed.length >> 6)) {
      const changed = Uint8Array.from(compressed);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      const [result] = await Promise.allSettled([out(codec, changed)]);
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StructureError);
    }
  });

  it('stops at the limit of the ratio', async () => {
    const { inspection } = inspectionOf({ ratio: 1 });
    const zeros =
      codec === zlib
        ? deflateSync(Buffer.alloc(3_000_000))
        : codec === gzip
          ? gzipSync(Buffer.alloc(3_000_000))
          : undefined;
    if (zeros === undefined) return;
    await expect(decompressed(memorySource(zeros), codec, inspection)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
  });

  it('is decompressed again where it does not fit in memory', async () => {
    // The dictionaries of lzma and xz count as held, too.
    const held = codec === lzma || codec === xz ? undefined : 100_000;
    const { inspection } = inspectionOf(held === undefined ? {} : { held });
    const source = await decompressed(memorySource(compressed), codec, inspection);
    for (const [from, length] of [
      [0, 10],
      [200_000, 70_000],
      [5, 100_000],
      [plain.length - 5, 5],
    ] as const)
      expect(Buffer.compare(await source.read(from, length), plain.subarray(from, from + length))).toBe(0);
  });
});
