import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CODEC, decodeFrame, encodeFrame, LEVELS } from '../../src/codec/codec.ts';
import { noise, prose } from '../fixtures/content.ts';
import { refusalOf } from '../fixtures/refusal.ts';

const MIB = 1024 * 1024;
const NAME = 'packs/a/b/c';

const decode = (codec: number, stored: Uint8Array, raw: number): Uint8Array =>
  decodeFrame({ codec, raw }, stored, NAME);

describe('frames', () => {
  test('any bytes come back at every level', () => {
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.tuple(fc.nat(20_000), fc.nat(9)).map(([size, seed]) => prose(size, seed)),
      fc.tuple(fc.nat(20_000), fc.nat(9)).map(([size, seed]) => noise(size, seed)),
    );
    fc.assert(
      fc.property(contents, fc.constantFrom(...Object.values(LEVELS)), fc.boolean(), (raw, level, probe) => {
        const { codec, bytes } = encodeFrame(raw, level, probe);
        expect(bytes.length).toBeLessThanOrEqual(raw.length);
        expect(Buffer.compare(decode(codec, bytes, raw.length), raw)).toBe(0);
      }),
    );
  });

  test('noise is stored as it is, small or large', () => {
    for (const size of [100, 10_000, MIB]) {
      const raw = noise(size, size);
      for (const probe of [true, false]) {
        const { codec, bytes } = encodeFrame(raw, LEVELS.balanced, probe);
        expect(codec).toBe(CODEC.raw);
        expect(bytes).toBe(raw);
      }
    }
  });

  test('bytes that look like noise are looked at twice: what repeats is compressed', () => {
    const raw = Buffer.concat(Array.from({ length: 64 }, () => noise(16 * 1024, 1)));
    expect(encodeFrame(raw, LEVELS.balanced).codec).toBe(CODEC.zstd);
  });

  test('text is compressed, and a higher level makes it no larger', () => {
    const raw = prose(2 * MIB, 1);
    const sizes = [LEVELS.fast, LEVELS.balanced, LEVELS.maximum].map((level) => {
      const { codec, bytes } = encodeFrame(raw, level);
      expect(codec).toBe(CODEC.zstd);
      return bytes.length;
    });
    expect(sizes[0]).toBeLessThan(raw.length / 2);
    expect(sizes[2]).toBeLessThanOrEqual(sizes[0] as number);
  });

  test('level none never compresses', () => {
    expect(encodeFrame(Buffer.alloc(100_000), LEVELS.none).codec).toBe(CODEC.raw);
  });

  test('a frame of many blobs is not judged by its middle alone', () => {
    const raw = Buffer.concat([prose(MIB, 1), noise(MIB / 2, 1), prose(MIB, 2)]);
    expect(encodeFrame(raw, LEVELS.balanced, true).codec).toBe(CODEC.raw);
    expect(encodeFrame(raw, LEVELS.balanced, false).codec).toBe(CODEC.zstd);
  });
});

describe('hostile frames', () => {
  const bomb = zstdCompressSync(Buffer.alloc(1024 * MIB), {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  });

  test('a frame that says 10 bytes and unpacks to 1 GiB is refused before it is unpacked', () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(refusalOf(() => decode(CODEC.zstd, bomb, 10))).toMatchObject({ code: 'OBJECT_INVALID', object: NAME });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
  });

  test('one that unpacks to a byte more or less than it says is refused', () => {
    const stored = zstdCompressSync(Buffer.alloc(1000, 7));
    expect(decode(CODEC.zstd, stored, 1000)).toHaveLength(1000);
    for (const raw of [0, 1, 999, 1001, 100_000]) {
      expect(refusalOf(() => decode(CODEC.zstd, stored, raw)).code).toBe('OBJECT_INVALID');
    }
  });

  test.each<[string, number, Uint8Array, number]>([
    ['a raw frame of another length', CODEC.raw, Buffer.alloc(9), 10],
    ['bytes that are not zstd', CODEC.zstd, noise(100, 1), 100],
    ['nothing as zstd', CODEC.zstd, Buffer.alloc(0), 10],
    ['zstd that was cut', CODEC.zstd, zstdCompressSync(noise(1000, 1)).subarray(0, 500), 1000],
    ['an unknown codec', 2, Buffer.alloc(10), 10],
  ])('%s is refused by name', (_, codec, stored, raw) => {
    expect(refusalOf(() => decode(codec, stored, raw))).toMatchObject({ code: 'OBJECT_INVALID', object: NAME });
  });
});
