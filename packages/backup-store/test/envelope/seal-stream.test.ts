import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES, contentEnd, SEALED_BLOCK_BYTES } from '../../src/envelope/blocks.ts';
import { HEADER_BYTES, objectKey, parseHeader, type SealIdentity } from '../../src/envelope/header.ts';
import { blockCount, openBlocks, type OpenObject, sealedRange } from '../../src/envelope/range.ts';
import { SealStream } from '../../src/envelope/seal-stream.ts';
import { noise } from '../fixtures/content.ts';
import { refusalOf } from '../fixtures/refusal.ts';
import { contextOf, flipped, SUBKEY } from '../fixtures/sealing.ts';

const context = contextOf({ name: 'packs/1122334455667788/s/p', kind: 5 });

interface Streamed {
  readonly stored: Buffer;
  readonly pieces: readonly Buffer[];
  readonly identity: SealIdentity;
}

/** Seals content given in parts of these sizes, over and over. */
function sealed(content: Uint8Array, parts: readonly number[] = [content.length]): Streamed {
  const pieces: Buffer[] = [];
  const stream = new SealStream(SUBKEY, context, (piece) => pieces.push(piece));
  for (let at = 0, i = 0; at < content.length; i++) {
    const size = Math.max(1, parts[i % parts.length] ?? 1);
    stream.push(content.subarray(at, at + size));
    at += size;
  }
  expect(stream.content).toBe(content.length);
  const size = stream.finish();
  const stored = Buffer.concat(pieces);
  expect(stored.length).toBe(size);
  return { stored, pieces, identity: stream.identity };
}

function opened({ stored, identity }: Pick<Streamed, 'stored' | 'identity'>): OpenObject {
  return { key: objectKey(SUBKEY, identity, context), size: stored.length, name: context.name };
}

/** Content of an object, read as a whole. */
function contentOf(streamed: Pick<Streamed, 'stored' | 'identity'>): Buffer {
  const plain = openBlocks(opened(streamed), 0, streamed.stored.subarray(HEADER_BYTES, -HEADER_BYTES));
  return plain.subarray(0, contentEnd(plain));
}

/** Content `[start, end)`, read from no more than the blocks it is in. */
function rangeOf(streamed: Streamed, start: number, end: number): Buffer {
  const range = sealedRange(streamed.stored.length, start, end);
  const plain = openBlocks(opened(streamed), range.firstBlock, streamed.stored.subarray(range.start, range.end));
  const from = start - range.firstBlock * BLOCK_BYTES;
  return plain.subarray(from, from + end - start);
}

const MIB = 1024 * 1024;
const SIZES = [
  0,
  1,
  3919,
  3920,
  65_359,
  65_360,
  65_535,
  65_536,
  65_537,
  131_071,
  131_072,
  131_073,
  MIB - 1,
  MIB,
  MIB + 1,
  17 * BLOCK_BYTES - 1,
  17 * BLOCK_BYTES,
  33 * BLOCK_BYTES + 5,
];

describe('streams', () => {
  test.each(SIZES)('%d bytes come back, between two equal headers, in a multiple of 4096 bytes', (size) => {
    const content = noise(size, size);
    const streamed = sealed(content);
    const { stored } = streamed;
    expect(stored.length % 4096).toBe(0);
    expect(stored.subarray(0, HEADER_BYTES).equals(stored.subarray(-HEADER_BYTES))).toBe(true);
    expect(parseHeader(stored, context)).toEqual({
      salt: Buffer.from(streamed.identity.salt),
      commitment: Buffer.from(streamed.identity.commitment),
    });
    expect(contentOf(streamed).equals(content)).toBe(true);
  });

  test('in whatever parts content comes, it comes back', () => {
    const parts = fc.array(
      fc.oneof(fc.nat(200_000), fc.constantFrom(BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES)),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.nat(400_000), parts, (size, each) => {
        const content = noise(size, 'parts');
        expect(
          contentOf(
            sealed(
              content,
              each.map((part) => part + 100),
            ),
          ).equals(content),
        ).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('each piece has memory of its own, which can be given away, and is about 1 MiB', () => {
    const { pieces } = sealed(noise(5 * MIB, 1));
    expect(new Set(pieces.map((piece) => piece.buffer)).size).toBe(pieces.length);
    for (const piece of pieces) expect(piece.buffer.byteLength).toBeLessThan(MIB + 1024);
    for (const piece of pieces.slice(0, -1)) expect(piece.length).toBeGreaterThan(MIB - SEALED_BLOCK_BYTES);
  });

  test('memory that came back is used again, whatever is in it; memory of another size is not', () => {
    const content = noise(5 * MIB, 2);
    const returned: ArrayBuffer[] = [new ArrayBuffer(10)];
    const used = new Set<ArrayBuffer>();
    const stored: Buffer[] = [];
    const stream = new SealStream(
      SUBKEY,
      context,
      (piece) => {
        stored.push(Buffer.from(piece));
        used.add(piece.buffer);
        piece.fill(0xaa);
        returned.push(piece.buffer);
      },
      () => returned.shift(),
    );
    stream.push(content);
    stream.finish();
    expect(stored.length).toBeGreaterThan(4);
    expect(used.size).toBeLessThanOrEqual(2);
    expect(contentOf({ stored: Buffer.concat(stored), identity: stream.identity }).equals(content)).toBe(true);
  });

  test('any range is read from its blocks alone', () => {
    const content = noise(5 * BLOCK_BYTES + 777, 'range');
    const streamed = sealed(content);
    const ranges = fc.tuple(fc.nat(content.length), fc.nat(content.length));
    fc.assert(
      fc.property(ranges, ([a, b]) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect(rangeOf(streamed, start, end).equals(content.subarray(start, end))).toBe(true);
        const range = sealedRange(streamed.stored.length, start, end);
        const blocks = Math.ceil((range.end - range.start) / SEALED_BLOCK_BYTES);
        expect(blocks).toBeLessThanOrEqual(Math.ceil((end - start) / BLOCK_BYTES) + 1);
      }),
    );
  });

  test.each([0, 1, 2, 3, 4, 5])('ranges on the borders of block %d are read', (block) => {
    const content = noise(5 * BLOCK_BYTES + 777, 'range');
    const streamed = sealed(content);
    const at = block * BLOCK_BYTES;
    for (const [start, end] of [
      [at, at],
      [at, at + 1],
      [Math.max(0, at - 1), at],
      [Math.max(0, at - 1), at + 1],
      [at, Math.min(content.length, at + BLOCK_BYTES)],
    ] as const) {
      expect(rangeOf(streamed, start, end).equals(content.subarray(start, end))).toBe(true);
    }
  });
});

describe('damage', () => {
  const content = noise(3 * BLOCK_BYTES + 100, 'damage');
  const streamed = sealed(content);
  const { stored } = streamed;

  test('a bit changed in any block is noticed by what reads that block, and costs no other', () => {
    fc.assert(
      fc.property(fc.nat(stored.length - 2 * HEADER_BYTES - 1), fc.nat(7), (position, bit) => {
        const damaged = { ...streamed, stored: flipped(stored, HEADER_BYTES + position, bit) };
        expect(refusalOf(() => contentOf(damaged))).toMatchObject({ code: 'OBJECT_DAMAGED', object: context.name });
        const hit = Math.floor(position / SEALED_BLOCK_BYTES);
        for (let block = 0; block < 3; block++) {
          const [start, end] = [block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES];
          if (block === hit) expect(refusalOf(() => rangeOf(damaged, start, end)).code).toBe('OBJECT_DAMAGED');
          else expect(rangeOf(damaged, start, end).equals(content.subarray(start, end))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('either header can be lost: the other one, or what the index keeps, opens the object', () => {
    const damaged = Buffer.from(stored);
    damaged.fill(0, 0, HEADER_BYTES);
    expect(refusalOf(() => parseHeader(damaged, context)).code).toBe('OBJECT_DAMAGED');
    const identity = parseHeader(damaged.subarray(-HEADER_BYTES), context);
    expect(contentOf({ stored: damaged, identity }).equals(content)).toBe(true);
  });

  test('a stream that ends between two blocks is called truncated', () => {
    const cut = Buffer.concat([
      stored.subarray(0, HEADER_BYTES + 2 * SEALED_BLOCK_BYTES),
      stored.subarray(-HEADER_BYTES),
    ]);
    const { identity } = streamed;
    expect(refusalOf(() => contentOf({ stored: cut, identity })).code).toBe('OBJECT_TRUNCATED');
  });

  test('more blocks than the object has are refused', () => {
    const object = opened(streamed);
    const body = stored.subarray(HEADER_BYTES, -HEADER_BYTES);
    expect(blockCount(object.size)).toBe(4);
    expect(refusalOf(() => openBlocks(object, 1, body))).toMatchObject({ object: context.name });
    expect(refusalOf(() => openBlocks(object, 4, body.subarray(0, 100))).code).toBe('OBJECT_INVALID');
  });
});

test('a stream that was sealed once opens for ever', () => {
  const stored = readFileSync(new URL('golden/stream.bin', import.meta.url));
  const identity = parseHeader(stored, context);
  expect(contentOf({ stored, identity }).toString()).toBe('streamed once, opened for ever');
});
