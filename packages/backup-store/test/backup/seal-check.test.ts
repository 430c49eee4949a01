import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackSet } from '../../src/backup/pack-set.ts';
import { SealCheck, sealCheckRate } from '../../src/backup/seal-check.ts';
import { BLOCK_BYTES } from '../../src/envelope/blocks.ts';
import { KIND } from '../../src/envelope/header.ts';
import { PackWriter } from '../../src/pack/pack-writer.ts';
import { zstd } from '../fixtures/encoding.ts';
import { noise } from '../fixtures/content.ts';
import { packedBlob, SESSION } from '../fixtures/packing.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt } from '../fixtures/place.ts';
import { contextOf, flipped, SUBKEY, tenantOf } from '../fixtures/sealing.ts';
import { buildTree } from '../fixtures/tree.ts';

const tenant = tenantOf();
const idKey = tenant.subkey('id');
const context = contextOf({ kind: KIND.pack });

/** Frames of one blob each. Noise is stored as it is, so lengths are those in the pack. */
const framesOf = (lengths: readonly number[]): Buffer[] => lengths.map((length, i) => noise(length, i));

/** Writes a pack whose sealed bytes pass `change` before the check sees them. @returns The pack. */
function writePack(
  frames: readonly Buffer[],
  change: (bytes: Buffer, at: number) => Uint8Array = (bytes) => bytes,
): Buffer {
  const check = new SealCheck({ oneOf: 1, idKey }, SUBKEY, context);
  const pieces: Buffer[] = [];
  let at = 0;
  const writer = new PackWriter(SUBKEY, context, (piece) => {
    check.piece(change(piece, at));
    at += piece.length;
    pieces.push(Buffer.from(piece));
    // It is given away, and written to again.
    piece.fill(0);
  });
  for (const bytes of frames)
    check.frame([packedBlob(tenant, { bytes })], () => writer.addFrame(bytes, [packedBlob(tenant, { bytes })], zstd()));
  check.finish(writer.finish().size);
  return Buffer.concat(pieces);
}

describe('a check of all that is sealed', () => {
  it.each([
    [[0]],
    [[1]],
    [[BLOCK_BYTES]],
    [[BLOCK_BYTES - 1, 1, BLOCK_BYTES]],
    [[3 * BLOCK_BYTES, 5]],
    [[2_000_000, 10, 3_000_000, 10, 10]],
    // Directory, length and padding fill the last block to the end.
    [[BLOCK_BYTES - 31 - 80]],
  ])('finds nothing wrong with frames of %j bytes', (lengths) => {
    expect(() => writePack(framesOf(lengths))).not.toThrow();
  });

  it('finds nothing wrong with frames of any lengths', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(lengths, (some) => {
        expect(() => writePack(framesOf(some))).not.toThrow();
      }),
      { numRuns: 30 },
    );
  });

  it('finds a bit that was flipped anywhere in the frames', () => {
    const frames = framesOf([100_000, 2_000_000, 5000, 700_000]);
    const sealed = 80 + 42 * (BLOCK_BYTES + 16);
    fc.assert(
      fc.property(fc.nat(sealed), fc.nat(7), (at, bit) => {
        const change = (bytes: Buffer, from: number): Uint8Array =>
          at >= from && at < from + bytes.length ? flipped(bytes, at - from, bit) : bytes;
        expect(() => writePack(frames, change)).toThrow(expect.objectContaining({ code: 'SEAL_MISMATCH' }));
      }),
      { numRuns: 30 },
    );
  });
});

/** How many of `frames` frames pass before one with a wrong id is noticed. */
function untilNoticed(frames: number, oneOf: number): number {
  const target = { repositoryId: context.repositoryId, label: context.label, session: SESSION, packKey: SUBKEY };
  const packs = new PackSet(
    { ...target, packBytes: 1 << 20, openPacks: 1, check: { oneOf, idKey } },
    { piece: () => undefined, finished: () => undefined },
  );
  const bytes = noise(100, randomInt(1000));
  const wrong = { ...packedBlob(tenant, { bytes }), id: Buffer.alloc(16) };
  for (let frame = 0; frame < frames; frame++) {
    try {
      packs.addFrame(bytes, [wrong], zstd());
      // So that no later frame is looked at with it.
      packs.finish();
    } catch {
      return frame;
    }
  }
  return frames;
}

it('a sample looks at about one frame of those it is to, and none when it is off', () => {
  expect(untilNoticed(5, 1)).toBe(0);
  expect(untilNoticed(20_000, 64)).toBeLessThan(20_000);
  expect([sealCheckRate(), sealCheckRate('sample'), sealCheckRate('all'), sealCheckRate('off')]).toEqual([
    64,
    64,
    1,
    undefined,
  ]);
});

describe('a backup on a machine that makes mistakes', () => {
  const workerEntry = new URL('../fixtures/children/faulty-worker.ts', import.meta.url);

  it('ends with SEAL_MISMATCH before anything is committed', async () => {
    const place = newPlace();
    buildTree(place.source, { text: 'some text '.repeat(1000) });
    await (await createAt(place)).close();
    await using repository = await openAt(place, { workerEntry });
    const error = await failureOf(repository.backup({ paths: [place.source], checkSealed: 'all' }));
    expect(error).toMatchObject({ code: 'SEAL_MISMATCH', object: expect.stringMatching(/^packs\//) });
    expect(error).toMatchObject({ hint: expect.stringContaining('memory') });
    expect(await repository.snapshots()).toEqual([]);
    expect(filesBelow(place.store).filter((name) => name.startsWith('commits/'))).toEqual([]);
  });

  it('is made all the same when nothing is checked, and then can’t be read', async () => {
    const place = newPlace();
    buildTree(place.source, { text: 'some text '.repeat(1000) });
    await (await createAt(place)).close();
    await using repository = await openAt(place, { workerEntry });
    expect(await repository.backup({ paths: [place.source], checkSealed: 'off' })).toMatchObject({ status: 'ok' });
    await using well = await openAt(place);
    expect(await well.verify({ level: 'full' })).toMatchObject({ status: 'failed' });
  });

  it('another word than off, sample or all is refused', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    const error = await failureOf(repository.backup({ paths: [place.folder], checkSealed: 'some' as 'all' }));
    expect(error).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
