import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { chunksOf, windowBytes } from '../../src/backup/file-window.ts';
import { StreamCutter } from '../../src/backup/stream-cutter.ts';
import { createCutter } from '../../src/chunker/cut.ts';
import { type Cuts, contentCuts, fixedCuts } from '../../src/chunker/cuts.ts';
import { gearTable } from '../../src/chunker/gear.ts';
import { noise } from '../fixtures/content.ts';
import { tempFolder } from '../fixtures/place.ts';

const cutter = createCutter(gearTable(noise(32, 'gear')), { min: 64, average: 256, max: 1024 });
const folder = tempFolder(afterAll);

/** The chunks of a file of this content. */
function chunksOfFile(content: Buffer): Buffer[] {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  const descriptor = openSync(path, 'r');
  const chunks: Buffer[] = [];
  for (const chunk of chunksOf(descriptor, Buffer.alloc(windowBytes(cutter)), cutter)) chunks.push(Buffer.from(chunk));
  closeSync(descriptor);
  return chunks;
}

/** The chunks of a stream of it, in such pieces, with memory for so many bytes at a time. */
function chunksOfStream(
  content: Buffer,
  pieces: readonly number[],
  groupBytes: number,
  cuts: Cuts = contentCuts(cutter),
): Buffer[] {
  const stream = new StreamCutter(cuts, () => new ArrayBuffer(groupBytes));
  const chunks: Buffer[] = [];
  const take = (groups: Iterable<{ memory: ArrayBuffer; lengths: readonly number[] }>): void => {
    for (const { memory, lengths } of groups) {
      // Given to another thread, memory is gone from this one.
      const bytes = Buffer.from(structuredClone(memory, { transfer: [memory] }));
      let at = 0;
      for (const length of lengths) chunks.push(bytes.subarray(at, (at += length)));
    }
  };
  let at = 0;
  for (let i = 0; at < content.length; i++) {
    const length = pieces[i % pieces.length] ?? 1;
    take(stream.add(content.subarray(at, at + length)));
    at += length;
  }
  take(stream.end());
  return chunks;
}

it('a stream is cut where a file of the same content is, whatever its pieces and the memory', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20_000 }),
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(2048, 3000, 8192),
      fc.integer(),
      (size, pieces, groupBytes, seed) => {
        const content = noise(size, seed);
        expect(chunksOfStream(content, pieces, groupBytes)).toEqual(chunksOfFile(content));
      },
    ),
    { numRuns: 60 },
  );
});

it('what is all zeros is cut at the largest size', () => {
  const lengths = chunksOfStream(Buffer.alloc(2500), [7], 2048).map(({ length }) => length);
  expect(lengths).toEqual([1024, 1024, 452]);
});

it('a stream in chunks of fixed length has them all of that length but the last, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20_000 }),
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 1024 }),
      fc.constantFrom(2048, 3000, 8192),
      (size, pieces, bytes, groupBytes) => {
        const content = noise(size, bytes);
        const chunks = chunksOfStream(content, pieces, groupBytes, fixedCuts(bytes));
        expect(Buffer.concat(chunks).equals(content)).toBe(true);
        expect(chunks.slice(0, -1).every(({ length }) => length === bytes)).toBe(true);
        expect(chunks).toHaveLength(Math.ceil(size / bytes));
      },
    ),
    { numRuns: 60 },
  );
});
