import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlobIndex, type FramePlace } from '../../src/blob-index/blob-index.ts';
import { ByteReader } from '../../src/bytes/reader.ts';
import { ByteWriter } from '../../src/bytes/writer.ts';
import { HEADER_BYTES } from '../../src/envelope/header.ts';
import { packName } from '../../src/layout/names.ts';
import { type Extent, ExtentOpener, planExtents, readExtent, writeExtent } from '../../src/pack/extent.ts';
import { PackKeys } from '../../src/pack/pack-keys.ts';
import { noise } from '../fixtures/content.ts';
import { makePack, SESSION } from '../fixtures/packing.ts';
import { refusalOf } from '../fixtures/refusal.ts';
import { flipped, sealedStore, tenantOf } from '../fixtures/sealing.ts';

const MIB = 1024 * 1024;
const tenant = tenantOf();
const sealed = sealedStore();

/** Two packs of frames of noise, one blob each. */
const FRAMES = [
  [300_000, 50, 200_000, 1, 70_000, 65_536, 1_000_000, 200_000],
  [1_000_000, 1_500_000, 10, 20],
] as const;
const packs = FRAMES.map((sizes, i) => {
  const frames = sizes.map((size, j) => [{ bytes: noise(size, `${i}/${j}`) }]);
  return { ...makePack(sealed, tenant, { id: `000000000000000${i}`, frames }), contents: frames.map(([one]) => one) };
});

const index = new BlobIndex();
for (const { pack } of packs) index.addPack(pack, pack.id);
const keys = new PackKeys(sealed.repositoryId, tenant);
const all = Array.from({ length: index.frames }, (_, number) => index.frame(number));
const contentOf = (frame: FramePlace): Uint8Array =>
  packs.flatMap(({ contents }) => contents)[frame.number]?.bytes as Uint8Array;

const storedOf = (extent: Extent): Buffer => {
  const { pack } = extent.frames[0] as FramePlace;
  const { stored } = packs.find((each) => each.pack.id === pack.id) as (typeof packs)[number];
  return stored.subarray(extent.range.start, extent.range.end);
};

/** An extent as a thread gets it. */
function opener(extent: Extent, bytes: Uint8Array): ExtentOpener {
  const writer = new ByteWriter();
  writeExtent(writer, keys.open((extent.frames[0] as FramePlace).pack), extent.range.firstBlock);
  return new ExtentOpener(readExtent(new ByteReader(writer.take(), 'a job'), bytes));
}

describe('extents', () => {
  test('any frames, in any order, are each in one extent, and come back from its bytes', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(all), (wanted) => {
        const extents = planExtents(wanted);
        const planned = extents.flatMap(({ frames }) => frames.map(({ number }) => number));
        expect(planned.toSorted((a, b) => a - b)).toEqual(wanted.map(({ number }) => number).toSorted((a, b) => a - b));
        for (const extent of extents) {
          expect(new Set(extent.frames.map(({ pack }) => pack)).size).toBe(1);
          const opened = opener(extent, storedOf(extent));
          for (const frame of extent.frames) expect(Buffer.compare(opened.open(frame), contentOf(frame))).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('neighbours are fetched together, up to about 2 MiB; far ones apart', () => {
    const [first, second] = [0, 1].map((i) => all.filter(({ pack }) => pack.id === packs[i]?.pack.id));
    expect(planExtents(first as FramePlace[])).toHaveLength(1);
    expect(planExtents(second as FramePlace[]).map(({ frames }) => frames.length)).toEqual([1, 3]);
    expect(planExtents([first?.[0], first?.[7]] as FramePlace[])).toHaveLength(2);
    for (const { frames, range } of planExtents(all)) {
      if (frames.length > 1) expect(range.end - range.start).toBeLessThan(2.2 * MIB);
    }
  });

  test('nothing wanted is nothing fetched', () => {
    expect(planExtents([])).toEqual([]);
  });

  test('a damaged block costs only the frames that it holds parts of', () => {
    const [extent] = planExtents(all.filter(({ pack }) => pack.id === packs[0]?.pack.id)) as [Extent];
    const bytes = storedOf(extent);
    // In the middle of the first frame, which ends in block 4.
    const opened = opener(extent, flipped(bytes, 100_000));
    const name = packName(tenant.label, SESSION, '0000000000000000');
    const [first, ...others] = extent.frames as [FramePlace, ...FramePlace[]];
    expect(refusalOf(() => opened.open(first))).toMatchObject({ code: 'OBJECT_DAMAGED', object: name });
    for (const frame of others) expect(Buffer.compare(opened.open(frame), contentOf(frame))).toBe(0);
  });

  test('frames of an extent may be opened twice and in any order', () => {
    const [extent] = planExtents(all.slice(0, 5)) as [Extent];
    const opened = opener(extent, storedOf(extent));
    for (const frame of [...extent.frames.toReversed(), ...extent.frames]) {
      expect(Buffer.compare(opened.open(frame), contentOf(frame))).toBe(0);
    }
  });

  test('a frame that says another codec or length is refused by name', () => {
    const [extent] = planExtents(all.slice(0, 1)) as [Extent];
    const opened = opener(extent, storedOf(extent));
    const [frame] = extent.frames as [FramePlace];
    for (const wrong of [{ codec: 7 }, { raw: frame.raw + 1 }, { codec: 1 }]) {
      expect(refusalOf(() => opened.open({ ...frame, ...wrong }))).toMatchObject({
        code: 'OBJECT_INVALID',
        object: expect.stringContaining(SESSION) as unknown,
      });
    }
  });

  test('an extent starts after the header, at a block', () => {
    for (const { range } of planExtents(all)) expect((range.start - HEADER_BYTES) % (65_536 + 16)).toBe(0);
  });
});
