import { createCipheriv, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCutter, type Cutter, nextCut } from '../../src/chunker/cut.ts';
import { CHUNK_SIZES, chunkMasks, type ChunkSizes, gearTable } from '../../src/chunker/gear.ts';

const MIB = 1024 * 1024;
const SMALL: ChunkSizes = { min: 64, average: 256, max: 1024 };
const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

/** The keystream of AES-256-CTR: bytes that everybody can make again, from the seed as key and a counter from 0. */
function keystream(size: number, seed = 0): Buffer {
  return createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16)).update(Buffer.alloc(size));
}

function cuts(data: Uint8Array, cutter: Cutter): number[] {
  const ends: number[] = [];
  for (let at = 0; at < data.length;) {
    at = nextCut(data, at, data.length, cutter);
    ends.push(at);
  }
  return ends;
}

const lengths = (ends: readonly number[]): number[] => ends.map((end, i) => end - (ends[i - 1] ?? 0));
const small = createCutter(gearTable(KEY), SMALL);

// The numbers were computed by another program, written from the description alone.
describe('the format', () => {
  test('the gear table of a known key is frozen', () => {
    const table = gearTable(KEY);
    expect(Array.from(table.slice(0, 4))).toEqual([-2141050659, 204901315, 1444256144, 1447601661]);
    expect(Array.from(table.slice(252))).toEqual([-889708489, 359162769, -811094655, -1784910806]);
    expect(createHash('sha256').update(new Uint8Array(table.buffer)).digest('hex')).toBe(
      '62c2e1f3caee44b5ef5237a0fafd107e2a718db91158e12d234bb642e769613c',
    );
  });

  test('sizes and masks are frozen', () => {
    expect(CHUNK_SIZES).toEqual({ min: 262_144, average: 1_048_576, max: 4_194_304 });
    expect(chunkMasks(CHUNK_SIZES.average)).toEqual({ strict: 0xfffffc00 | 0, loose: 0xffffc000 | 0 });
  });

  test('the cuts of known bytes are frozen', () => {
    expect(cuts(keystream(16 * MIB), createCutter(gearTable(KEY)))).toEqual([
      1357398, 2468075, 3604059, 5913419, 6343211, 7421788, 8664917, 10509103, 11318303, 12529124, 13630337, 15850791,
      16777216,
    ]);
  });

  test('the cuts of known bytes at small sizes are frozen', () => {
    expect(cuts(keystream(4096), small)).toEqual([
      233, 630, 951, 1218, 1512, 1797, 2146, 2428, 2723, 2989, 3260, 3535, 4038, 4096,
    ]);
  });

  test('bytes without change are cut at the largest size', () => {
    expect(lengths(cuts(Buffer.alloc(9 * MIB), createCutter(gearTable(KEY))))).toEqual([4 * MIB, 4 * MIB, MIB]);
  });
});

describe('cuts', () => {
  const inputs = fc.record({
    size: fc.integer({ min: 0, max: 20_000 }),
    seed: fc.nat(255),
    repeat: fc.boolean(),
  });
  const dataOf = ({ size, seed, repeat }: { size: number; seed: number; repeat: boolean }): Buffer =>
    repeat ? Buffer.alloc(size, keystream(37, seed)) : keystream(size, seed);

  test('chunks cover everything, and none but the last is below the minimum or above the maximum', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const data = dataOf(input);
        const sizes = lengths(cuts(data, small));
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(data.length);
        for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(SMALL.min);
        for (const size of sizes) expect(size).toBeLessThanOrEqual(SMALL.max);
      }),
    );
  });

  test('a stream cut as it comes is cut as the whole: a window of the largest size is enough', () => {
    fc.assert(
      fc.property(inputs, fc.nat(300), (input, slack) => {
        const data = dataOf(input);
        const streamed: number[] = [];
        for (let at = 0; at < data.length;) {
          const window = Buffer.from(data.subarray(at, at + SMALL.max + slack));
          at += nextCut(window, 0, window.length, small);
          streamed.push(at);
        }
        expect(streamed).toEqual(cuts(data, small));
      }),
    );
  });

  test('bytes put in or taken out move the cuts near them only', () => {
    const data = keystream(400_000, 1);
    const before = cuts(data, small);
    fc.assert(
      fc.property(fc.nat(200_000), fc.uint8Array({ maxLength: 50 }), fc.nat(50), (at, put, taken) => {
        const edited = Buffer.concat([data.subarray(0, at), put, data.subarray(at + taken)]);
        const moved = put.length - taken;
        const after = new Set(cuts(edited, small));
        // Chunks before the edit stay; behind it the cuts are the old ones again after a while.
        for (const cut of before.filter((end) => end < at)) expect(after.has(cut)).toBe(true);
        const far = before.filter((end) => end > at + 60_000);
        expect(far.every((cut) => after.has(cut + moved))).toBe(true);
      }),
    );
  });

  test('sizes gather around the average', () => {
    const sizes = lengths(cuts(keystream(2 * MIB, 2), small));
    const mean = (2 * MIB) / sizes.length;
    expect(mean).toBeGreaterThan(SMALL.average * 0.8);
    expect(mean).toBeLessThan(SMALL.average * 1.6);
    expect(sizes.filter((size) => size === SMALL.max).length).toBeLessThan(sizes.length / 20);
  });

  test('another key cuts elsewhere', () => {
    const data = keystream(MIB, 3);
    const one = new Set(cuts(data, small));
    const other = cuts(data, createCutter(gearTable(Buffer.alloc(32, 1)), SMALL));
    const shared = other.filter((cut) => one.has(cut)).length;
    // By chance about one cut in 256 falls together.
    expect(shared).toBeLessThan(other.length / 20);
  });

  test('data up to the smallest size is one chunk', () => {
    for (const size of [1, 63, 64]) expect(cuts(keystream(size), small)).toEqual([size]);
  });
});

test('cuts do not depend on where the data lies in memory, and are those of the rule byte by byte', () => {
  const bytes = keystream(64 * 1024, 3);
  const { gear, sizes, masks } = small;
  const byByte = (data: Uint8Array, start: number): number => {
    const last = Math.min(data.length, start + sizes.max);
    let hash = 0;
    for (let at = start + sizes.min; at < last; at++) {
      hash = ((hash << 1) + (gear[data[at] as number] as number)) | 0;
      const mask = at < start + sizes.average ? masks.strict : masks.loose;
      if ((hash & mask) === 0) return at + 1;
    }
    return last;
  };
  for (let lead = 0; lead < 8; lead++) {
    for (const size of [1, 2, 3, 5, 64, 67, 4096, 65_536 - lead]) {
      const memory = Buffer.alloc(lead + size);
      bytes.copy(memory, lead, 0, size);
      const data = memory.subarray(lead);
      const expected: number[] = [];
      for (let at = 0; at < data.length;) expected.push((at = byByte(data, at)));
      expect(cuts(data, small)).toEqual(expected);
    }
  }
});
