import { memoryStore } from '@x/storage';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlobIndex } from '../../src/blob-index/blob-index.ts';
import { packName } from '../../src/layout/names.ts';
import { BlobReader } from '../../src/pack/blob-reader.ts';
import { BLOB } from '../../src/pack/directory.ts';
import { packContext, readPackDirectory } from '../../src/pack/pack-directories.ts';
import { PackWriter } from '../../src/pack/pack-writer.ts';
import { zstd } from '../fixtures/encoding.ts';
import { noise, prose } from '../fixtures/content.ts';
import { blobRef, type Content, makePack, PACK, packedBlob, SESSION, storePack } from '../fixtures/packing.ts';
import { failureOf } from '../fixtures/place.ts';
import { flipped, sealedStore, tenantOf } from '../fixtures/sealing.ts';

const tenant = tenantOf();
const NAME = packName(tenant.label, SESSION, PACK);

const contents: fc.Arbitrary<Content> = fc.record({
  type: fc.constantFrom(BLOB.data, BLOB.catalog),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(40_000), fc.nat(99)).map(([size, seed]) => noise(size, seed)),
    fc.tuple(fc.nat(40_000), fc.nat(99)).map(([size, seed]) => prose(size, seed)),
  ),
});

/** An index of these packs, and a reader of their blobs. */
function readerOf(sealed = sealedStore(), cacheBytes = 1 << 20): { index: BlobIndex; blobs: BlobReader } {
  const index = new BlobIndex();
  return { index, blobs: new BlobReader(sealed, tenant, { index: () => index, cacheBytes }) };
}

describe('packs', () => {
  test('any frames of any blobs are read back by what the index knows, and by the pack alone', async () => {
    const frames = fc.array(fc.array(contents, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(frames, fc.constantFrom(0, 1, 3), fc.nat(3), async (plan, level, epoch) => {
        const sealed = sealedStore();
        const pack = await storePack(sealed, tenant, { frames: plan, level, epoch });
        expect(pack.size % 4096).toBe(0);
        const alone = await readPackDirectory(sealed, tenant, { name: NAME, size: pack.size, epoch });
        expect(alone.directory.equals(pack.directory)).toBe(true);
        const { index, blobs } = readerOf(sealed);
        index.addPack({ ...pack, ...alone }, NAME);
        for (const { type = BLOB.data, bytes } of plan.flat()) {
          expect(Buffer.compare(await blobs.read(type, blobRef(bytes)), bytes)).toBe(0);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('no byte of content, no digest and no id can be found in a pack', () => {
    const bytes = Buffer.from('a secret that nobody may read '.repeat(1000));
    const { stored } = makePack(sealedStore(), tenant, { frames: [[{ bytes }]], level: 0 });
    const blob = packedBlob(tenant, { bytes });
    for (const trace of [
      bytes.subarray(0, 8),
      blobRef(bytes).sha256.subarray(0, 8),
      Buffer.from(blob.id).subarray(0, 8),
    ]) {
      expect(stored.includes(trace)).toBe(false);
    }
  });

  test('what a pack has come to counts its directory: many tiny blobs fill it too', () => {
    const sealed = sealedStore();
    const context = packContext(sealed.repositoryId, tenant, NAME);
    const writer = new PackWriter(tenant.subkey('pack/0'), context, () => undefined);
    const blobs = Array.from({ length: 1000 }, (_, i) => packedBlob(tenant, { bytes: Buffer.from([i >> 8, i & 255]) }));
    const { stored } = writer.addFrame(Buffer.alloc(2000), blobs, zstd(3, false));
    expect(stored).toBeLessThan(100);
    expect(writer.content).toBeGreaterThan(18_000);
  });

  test('where a large compressed frame is in its pack is told after its memory was given back', () => {
    const context = packContext(sealedStore().repositoryId, tenant, NAME);
    const writer = new PackWriter(tenant.subkey('pack/0'), context, () => undefined);
    const bytes = Buffer.from(noise(100_000, 'half').toString('hex'));
    const first = writer.addFrame(bytes, [packedBlob(tenant, { bytes })], zstd());
    const second = writer.addFrame(bytes, [packedBlob(tenant, { bytes })], zstd());
    expect(first).toMatchObject({ offset: 0, raw: 200_000, codec: 1 });
    expect(first.stored).toBeGreaterThan(90_000);
    expect(second.offset).toBe(first.stored);
  });

  test('the type of a blob is part of what it is', async () => {
    const sealed = sealedStore();
    const bytes = Buffer.from('a page');
    const { index, blobs } = readerOf(sealed);
    index.addPack(await storePack(sealed, tenant, { frames: [[{ type: BLOB.catalog, bytes }]] }), NAME);
    expect(await blobs.read(BLOB.catalog, blobRef(bytes))).toHaveLength(6);
    expect((await failureOf(blobs.read(BLOB.data, blobRef(bytes)))).code).toBe('BLOB_MISSING');
  });
});

describe('reading blobs', () => {
  const one = noise(100_000, 'one');
  const other = noise(100_000, 'other');

  async function stored(): Promise<{ store: ReturnType<typeof memoryStore> } & ReturnType<typeof readerOf>> {
    const store = memoryStore();
    const sealed = sealedStore(store);
    const reader = readerOf(sealed);
    reader.index.addPack(await storePack(sealed, tenant, { frames: [[{ bytes: one }], [{ bytes: other }]] }), NAME);
    return { store, ...reader };
  }

  async function damage(store: ReturnType<typeof memoryStore>, change: (bytes: Buffer) => Uint8Array): Promise<void> {
    const bytes: Uint8Array[] = [];
    for await (const piece of (await store.get(NAME)).body) bytes.push(Uint8Array.from(piece));
    await store.put(NAME, change(Buffer.concat(bytes)));
  }

  test('a changed byte costs the frames of its block, and names the pack', async () => {
    const { store, blobs } = await stored();
    await damage(store, (bytes) => flipped(bytes, 1000));
    expect(await failureOf(blobs.read(BLOB.data, blobRef(one)))).toMatchObject({
      code: 'OBJECT_DAMAGED',
      object: NAME,
    });
    expect(Buffer.compare(await blobs.read(BLOB.data, blobRef(other)), other)).toBe(0);
  });

  test('a pack cut at any length gives what is whole, and is called truncated or damaged for the rest', async () => {
    for (const length of [0, 1, 80, 5000, 90_000, 150_000, 200_000]) {
      const { store, blobs } = await stored();
      await damage(store, (bytes) => bytes.subarray(0, length));
      for (const bytes of [one, other]) {
        const result = await blobs.read(BLOB.data, blobRef(bytes)).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result).toMatchObject({
            code: expect.stringMatching(/^OBJECT_(TRUNCATED|DAMAGED)$/) as unknown,
            object: NAME,
          });
        } else expect(Buffer.compare(result as Uint8Array, bytes)).toBe(0);
      }
      expect((await failureOf(blobs.read(BLOB.data, blobRef(other)))).message).toContain(NAME);
    }
  });

  test('a pack that is gone is missing by name', async () => {
    const { store, blobs } = await stored();
    await store.delete(NAME);
    expect(await failureOf(blobs.read(BLOB.data, blobRef(one)))).toMatchObject({
      code: 'OBJECT_MISSING',
      object: NAME,
    });
  });

  test('other data under a blob of the index is a mismatch', async () => {
    const sealed = sealedStore();
    const { index, blobs } = readerOf(sealed);
    const pack = await storePack(sealed, tenant, { frames: [[{ bytes: one }]] });
    // A directory that lies: it says that the pack holds `other`.
    const lie = makePack(sealed, tenant, { frames: [[{ bytes: other }]] }).pack.directory;
    index.addPack({ ...pack, directory: lie }, NAME);
    expect(await failureOf(blobs.read(BLOB.data, blobRef(other)))).toMatchObject({
      code: 'BLOB_MISMATCH',
      object: NAME,
    });
  });

  test('a length that is not the blob’s is a mismatch', async () => {
    const { blobs } = await stored();
    const wrong = { sha256: blobRef(one).sha256, length: one.length - 1 };
    expect((await failureOf(blobs.read(BLOB.data, wrong))).code).toBe('BLOB_MISMATCH');
  });

  test('a pack that the index names for another tenant does not open', async () => {
    const sealed = sealedStore();
    const { index, blobs } = readerOf(sealed);
    const foreign = makePack(sealed, tenantOf('other'), { frames: [[{ bytes: one }]] }).pack;
    index.addPack(
      { ...foreign, directory: makePack(sealed, tenant, { frames: [[{ bytes: one }]] }).pack.directory },
      NAME,
    );
    expect(await failureOf(blobs.read(BLOB.data, blobRef(one)))).toMatchObject({
      code: 'OBJECT_DAMAGED',
      object: NAME,
    });
  });

  test('blobs of one frame, asked for at once or in turn, are fetched once', async () => {
    const store = memoryStore();
    let gets = 0;
    const counted = {
      ...store,
      get: async (...call: Parameters<typeof store.get>) => (gets++, await store.get(...call)),
    };
    const sealed = sealedStore(counted);
    const { index, blobs } = readerOf(sealed);
    const small = Array.from({ length: 20 }, (_, i) => noise(100, i));
    index.addPack(await storePack(sealed, tenant, { frames: [small.map((bytes) => ({ bytes }))] }), NAME);
    await Promise.all(small.map(async (bytes) => await blobs.read(BLOB.data, blobRef(bytes))));
    for (const bytes of small) expect(Buffer.compare(await blobs.read(BLOB.data, blobRef(bytes)), bytes)).toBe(0);
    expect(gets).toBe(1);
  });
});
