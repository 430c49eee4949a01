import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FingerprintTable } from '../../src/blob-index/fingerprint-table.ts';
import { noise } from '../fixtures/content.ts';
import type { ClaimJob } from './claiming-thread.ts';

/** Different ids, one after the other. */
const idsOf = (count: number, seed: string): Buffer => noise(count * 16, seed);
const idAt = (ids: Buffer, number: number): Buffer => ids.subarray(number * 16, number * 16 + 16);

const bytesOf = (table: FingerprintTable): Buffer => Buffer.concat(table.levels.map((level) => Buffer.from(level)));

/** Has threads claim all ids at once; how many of them were told that an id is theirs. */
async function race(
  levels: readonly (readonly SharedArrayBuffer[])[],
  ids: Buffer,
  from: number[],
): Promise<Int32Array> {
  const gate = new SharedArrayBuffer(4);
  new Int32Array(gate)[0] = levels.length;
  const wins = await Promise.all(
    levels.map(async (each, i) => {
      const workerData: ClaimJob = { levels: each, ids, from: from[i] as number, gate };
      const worker = new Worker(new URL('claiming-thread.ts', import.meta.url), { workerData });
      return await new Promise<Int32Array>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    }),
  );
  const sum = new Int32Array(ids.length / 16);
  for (const won of wins) for (const [i, one] of won.entries()) sum[i] = (sum[i] as number) + one;
  return sum;
}

describe('the table of fingerprints', () => {
  test('any ids are claimed once, whatever they look like', () => {
    // The first word tells whether a slot is taken, so ids of small first words are special.
    const word = fc.constantFrom(0, 1, 2, 3, 0xffffffff);
    const id = fc.oneof(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.tuple(word, word, word, word).map((words) => new Uint8Array(Uint32Array.from(words).buffer)),
    );
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
        const table = FingerprintTable.create(1000);
        const filled = FingerprintTable.create(1000);
        filled.addStored(new Int32Array(Uint8Array.from(Buffer.concat(ids)).buffer));
        // Those with 0 or 1 as first word are kept with 2 more: two ids in 2^128 are then one.
        const kept = (bytes: Uint8Array): string => {
          const words = new Int32Array(bytes.slice().buffer);
          if (words[0] === 0 || words[0] === 1) words[0] += 2;
          return words.join();
        };
        const claimed = new Set<string>();
        for (const bytes of ids) {
          expect(table.has(bytes)).toBe(claimed.has(kept(bytes)));
          expect(table.claim(bytes)).toBe(!claimed.has(kept(bytes)));
          claimed.add(kept(bytes));
          expect(table.has(bytes)).toBe(true);
          expect(table.claim(bytes)).toBe(false);
        }
        expect(table.size).toBe(claimed.size);
        // Filled with the same ids at once, it is the same table.
        expect(bytesOf(filled).equals(bytesOf(table))).toBe(true);
      }),
    );
  });

  test('a level is added when it is needed, and ids of all levels are found', () => {
    const table = FingerprintTable.create(10);
    const ids = idsOf(100_000, 'growth');
    let levels = 1;
    for (let i = 0; i < 100_000; i++) {
      if (table.reserve(1) !== undefined) levels++;
      expect(table.claim(idAt(ids, i))).toBe(true);
    }
    expect(levels).toBeGreaterThan(2);
    expect(table.levels).toHaveLength(levels);
    expect(table.size).toBe(100_000);
    for (let i = 0; i < 100_000; i++) if (!table.has(idAt(ids, i))) throw new Error(`id ${i} was lost`);
    for (let i = 0; i < 100_000; i++) if (table.claim(idAt(ids, i))) throw new Error(`id ${i} was claimed twice`);
  });

  test('room that was reserved is there, and no level is more than 0.6 full', () => {
    const table = FingerprintTable.create(1);
    table.reserve(50_000);
    const ids = idsOf(50_000, 'room');
    for (let i = 0; i < 50_000; i++) table.claim(idAt(ids, i));
    for (const level of table.levels) {
      const words = new Int32Array(level);
      const slots = (words.length - 4) / 4;
      expect(Math.log2(slots) % 1).toBe(0);
      expect(words[0]).toBeLessThanOrEqual(slots * 0.6);
    }
  });

  test('an id for which there is no slot is claimed each time', () => {
    const table = FingerprintTable.create(1);
    const ids = idsOf(20_000, 'full');
    const slots = ((table.levels[0] as SharedArrayBuffer).byteLength / 4 - 4) / 4;
    for (let i = 0; i < 20_000; i++) expect(table.claim(idAt(ids, i))).toBe(true);
    expect(table.size).toBe(slots);
    expect([table.has(idAt(ids, 0)), table.claim(idAt(ids, 0))]).toEqual([true, false]);
    expect([table.has(idAt(ids, 19_999)), table.claim(idAt(ids, 19_999))]).toEqual([false, true]);
  });

  test('a slot takes 16 bytes', () => {
    const [level] = FingerprintTable.create(1_000_000).levels;
    expect(level?.byteLength).toBeLessThan(1_000_000 * 16 * (2 / 0.6));
  });
});

describe('threads', () => {
  const COUNT = 60_000;

  test('of threads that race for the same ids, each id is given to exactly one', async () => {
    const table = FingerprintTable.create(COUNT);
    const ids = idsOf(COUNT, 'race');
    // Two begin at the same id and go side by side; two others come across them.
    const sum = await race(Array(4).fill(table.levels), ids, [0, 0, 20_000, 40_000]);
    expect(sum.every((wins) => wins === 1)).toBe(true);
    expect(table.size).toBe(COUNT);
    for (let i = 0; i < COUNT; i++) if (!table.has(idAt(ids, i))) throw new Error(`id ${i} was lost`);
  });

  test('a thread that meets a half-written id waits to see what it is', async () => {
    const table = FingerprintTable.create(10);
    const id = idsOf(1, 'half-written');
    const words = new Int32Array(Uint8Array.from(id).buffer);
    const level = new Int32Array(table.levels[0] as SharedArrayBuffer);
    const slot = 4 + 4 * ((words[1] as number) & ((level.length - 4) / 4 - 1));
    // As another thread does: 1 says that the slot is taken, the first word of the id comes last.
    Atomics.store(level, slot, 1);
    const winning = race([table.levels], id, [0]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    level.set(words.subarray(1), slot + 1);
    Atomics.store(level, slot, words[0] as number);
    expect(Array.from(await winning)).toEqual([0]);
  });

  test('what older levels hold is claimed by nobody, and new ids once', async () => {
    const table = FingerprintTable.create(15_000);
    const ids = idsOf(COUNT, 'levels');
    for (let i = 0; i < 15_000; i++) table.claim(idAt(ids, i));
    expect(table.reserve(COUNT)).toBeDefined();
    const sum = await race([table.levels, table.levels], ids, [0, 30_000]);
    expect(sum.subarray(0, 15_000).every((wins) => wins === 0)).toBe(true);
    expect(sum.subarray(15_000).every((wins) => wins === 1)).toBe(true);
    expect(table.size).toBe(COUNT);
  });

  test('a thread that does not know the newest level loses nothing: at worst an id is given twice', async () => {
    const table = FingerprintTable.create(15_000);
    const old = table.levels;
    table.reserve(COUNT);
    const ids = idsOf(15_000, 'unknown level');
    const sum = await race([old, table.levels], ids, [0, 0]);
    expect(sum.every((wins) => wins === 1 || wins === 2)).toBe(true);
    for (let i = 0; i < 15_000; i++) if (!table.has(idAt(ids, i))) throw new Error(`id ${i} was lost`);
  });
});
