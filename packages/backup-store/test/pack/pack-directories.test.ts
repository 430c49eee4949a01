import { memoryStore, type ObjectStore } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES } from '../../src/envelope/blocks.ts';
import { HEADER_BYTES } from '../../src/envelope/header.ts';
import { SealStream } from '../../src/envelope/seal-stream.ts';
import { packName } from '../../src/layout/names.ts';
import { packContext, readPackDirectory, readSessionPacks } from '../../src/pack/pack-directories.ts';
import { noise } from '../fixtures/content.ts';
import { type Content, makePack, PACK, SESSION, storePack } from '../fixtures/packing.ts';
import { failureOf } from '../fixtures/place.ts';
import { flipped, sealedStore, tenantOf } from '../fixtures/sealing.ts';

const tenant = tenantOf();
const NAME = packName(tenant.label, SESSION, PACK);

/** Frames whose directory takes about this many bytes. */
function framesFor(directoryBytes: number): Content[][] {
  const count = Math.ceil(directoryBytes / 19);
  return [Array.from({ length: count }, (_, i) => ({ bytes: Buffer.from(i.toString(36)) }))];
}

const small = makePack(sealedStore(), tenant, { frames: [[{ bytes: noise(100_000, 1) }], [{ bytes: noise(50, 2) }]] });

async function read(stored: Uint8Array, store: ObjectStore = memoryStore()): ReturnType<typeof readPackDirectory> {
  await store.createIfAbsent(NAME, stored);
  return await readPackDirectory(sealedStore(store), tenant, { name: NAME, size: stored.length, epoch: 0 });
}

describe('the directory of a pack', () => {
  test.each([10, 3000, BLOCK_BYTES - 100, BLOCK_BYTES, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES, 10 * BLOCK_BYTES])(
    'one of about %d bytes is read from the pack alone',
    async (bytes) => {
      const { pack, stored } = makePack(sealedStore(), tenant, { frames: framesFor(bytes) });
      const found = await read(stored);
      expect(found.directory.equals(pack.directory)).toBe(true);
      expect(found.identity).toEqual({
        salt: Buffer.from(pack.identity.salt),
        commitment: Buffer.from(pack.identity.commitment),
      });
    },
  );

  test('an empty pack has an empty directory', async () => {
    const { pack, stored } = makePack(sealedStore(), tenant, { frames: [] });
    expect((await read(stored)).directory.equals(pack.directory)).toBe(true);
  });

  test('little more than the directory is read of a large pack', async () => {
    const { stored } = makePack(sealedStore(), tenant, { frames: [[{ bytes: noise(3_000_000, 1) }]] });
    const store = memoryStore();
    let bytes = 0;
    const counted: ObjectStore = {
      ...store,
      get: async (key, options) => {
        const range = options?.range;
        bytes += (range?.end ?? stored.length) - (range?.start ?? 0);
        return await store.get(key, options);
      },
    };
    await read(stored, counted);
    expect(bytes).toBeLessThan(4 * BLOCK_BYTES);
  });

  test.each([
    ['first', 0],
    ['last', small.stored.length - HEADER_BYTES],
  ])('a change anywhere in the %s header costs nothing', async (_, start) => {
    for (let at = 0; at < HEADER_BYTES; at++) {
      const found = await read(flipped(small.stored, start + at, at % 8));
      expect(found.directory.equals(small.pack.directory)).toBe(true);
    }
  });

  test('changes in both headers lose it, and the pack is named', async () => {
    const damaged = flipped(flipped(small.stored, 20), small.stored.length - 10);
    expect(await failureOf(read(damaged))).toMatchObject({ code: 'OBJECT_DAMAGED', object: NAME });
  });

  test('a change in the frames leaves the directory, unless it is in the same block', async () => {
    expect((await read(flipped(small.stored, 500))).directory.equals(small.pack.directory)).toBe(true);
    const damaged = flipped(small.stored, small.stored.length - HEADER_BYTES - 100);
    expect(await failureOf(read(damaged))).toMatchObject({ code: 'OBJECT_DAMAGED', object: NAME });
  });

  test('a pack cut at any length is noticed, and named', async () => {
    for (let length = 0; length < small.stored.length; length += 997) {
      const error = await failureOf(read(small.stored.subarray(0, length)));
      expect(error.code).toMatch(/^OBJECT_(TRUNCATED|DAMAGED)$/);
      expect(error.object).toBe(NAME);
    }
  });

  test('a pack under another name, of another epoch or tenant, does not open', async () => {
    const other = packName(tenant.label, SESSION, 'ffffffffffffffff');
    const store = memoryStore();
    await store.createIfAbsent(other, small.stored);
    await store.createIfAbsent(NAME, small.stored);
    const sealed = sealedStore(store);
    const { length: size } = small.stored;
    expect(await failureOf(readPackDirectory(sealed, tenant, { name: other, size, epoch: 0 }))).toMatchObject({
      code: 'OBJECT_DAMAGED',
      object: other,
    });
    expect((await failureOf(readPackDirectory(sealed, tenant, { name: NAME, size, epoch: 1 }))).code).toBe(
      'OBJECT_DAMAGED',
    );
    const foreign = readPackDirectory(sealed, tenantOf('other'), { name: NAME, size, epoch: 0 });
    expect((await failureOf(foreign)).code).toBe('OBJECT_DAMAGED');
  });

  test.each([
    ['says more bytes than the pack has', [0xff, 0xff, 0xff, 0x0f]],
    ['says a few bytes more than there are', [200, 0, 0, 0]],
    ['says 4 GiB', [0xff, 0xff, 0xff, 0xff]],
    ['has no length at all', [1, 2]],
  ])('one that %s is refused', async (_, end) => {
    const sealed = sealedStore();
    const pieces: Buffer[] = [];
    const context = packContext(sealed.repositoryId, tenant, NAME);
    const stream = new SealStream(tenant.subkey('pack/0'), context, (piece) => pieces.push(piece));
    stream.push(Uint8Array.from(end));
    stream.finish();
    expect(await failureOf(read(Buffer.concat(pieces)))).toMatchObject({ code: 'OBJECT_INVALID', object: NAME });
  });
});

describe('packs of a session', () => {
  test('all are found, damaged ones are reported, and those known already are left out', async () => {
    const sealed = sealedStore();
    const ids = ['0000000000000001', '0000000000000002', '0000000000000003'];
    for (const id of ids) await storePack(sealed, tenant, { id, frames: [[{ bytes: noise(100, id) }]] });
    await storePack(sealed, tenant, { session: 'f'.repeat(32), frames: [[{ bytes: noise(100, 9) }]] });
    const bad = packName(tenant.label, SESSION, '0000000000000009');
    await sealed.store.createIfAbsent(bad, noise(8192, 1));
    const { packs, damaged } = await readSessionPacks(sealed, tenant, SESSION, {
      skip: new Set([ids[1] as string]),
    });
    expect(packs.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(damaged.map(({ code, object }) => [code, object])).toEqual([['OBJECT_DAMAGED', bad]]);
  });

  test('one whose directory breaks the format is reported as well, and harms no other', async () => {
    const sealed = sealedStore();
    const pieces: Buffer[] = [];
    const stream = new SealStream(tenant.subkey('pack/0'), packContext(sealed.repositoryId, tenant, NAME), (piece) =>
      pieces.push(piece),
    );
    // Says one frame, and ends.
    stream.push(Uint8Array.of(1, 1, 0, 0, 0));
    stream.finish();
    await sealed.store.createIfAbsent(NAME, Buffer.concat(pieces));
    await storePack(sealed, tenant, { id: 'ff'.repeat(8), frames: [[{ bytes: noise(100, 1) }]] });
    const { packs, damaged } = await readSessionPacks(sealed, tenant, SESSION, {});
    expect(packs.map(({ id }) => id)).toEqual(['ff'.repeat(8)]);
    expect(damaged).toMatchObject([{ code: 'OBJECT_INVALID', object: NAME }]);
  });

  test('what is no name of a pack is not taken for one', async () => {
    const sealed = sealedStore();
    await sealed.store.createIfAbsent(`packs/${tenant.label}/${SESSION}/a/b`, noise(100, 1));
    expect(await readSessionPacks(sealed, tenant, SESSION, {})).toEqual({ packs: [], damaged: [] });
  });
});
