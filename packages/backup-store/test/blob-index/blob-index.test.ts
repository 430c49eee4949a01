import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlobIndex } from '../../src/blob-index/blob-index.ts';
import { blobId } from '../../src/blob-index/blob-id.ts';
import { Column } from '../../src/blob-index/column.ts';
import { IdColumn } from '../../src/blob-index/id-column.ts';
import { encodeSegment, type IndexedPack, type PackInfo, visitSegment } from '../../src/blob-index/segment.ts';
import { isBackupError } from '../../src/errors.ts';
import { Tenant } from '../../src/keyring/tenant.ts';
import { BLOB, type BlobType, DirectoryBuilder } from '../../src/pack/directory.ts';
import { noise } from '../fixtures/content.ts';
import { collectGarbage } from '../fixtures/garbage.ts';
import { refusalOf } from '../fixtures/refusal.ts';
import { counting, tenantOf } from '../fixtures/sealing.ts';

/** What an index has to know of a blob. */
interface Place {
  readonly pack: string;
  readonly frame: { readonly offset: number; readonly stored: number; readonly raw: number; readonly codec: number };
  readonly offset: number;
  readonly length: number;
  readonly type: number;
}

interface Frame {
  readonly stored: number;
  readonly codec: number;
  readonly blobs: readonly { readonly type: BlobType; readonly id: Uint8Array; readonly length: number }[];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const packInfo = (number: number): PackInfo => ({
  session: noise(16, `session ${number % 2}`).toString('hex'),
  id: noise(8, `pack ${number}`).toString('hex'),
  epoch: number % 3,
  size: 4096 * (number + 1),
  identity: { salt: noise(32, `salt ${number}`), commitment: noise(32, `commitment ${number}`) },
});

function packOf(number: number, frames: readonly Frame[]): IndexedPack {
  const builder = new DirectoryBuilder();
  for (const { stored, codec, blobs } of frames) {
    const raw = blobs.reduce((sum, { length }) => sum + length, 0);
    builder.addFrame(stored, raw, codec, blobs);
  }
  return { ...packInfo(number), directory: builder.finish() };
}

/** The same as an index, as plain as can be: the first place of each id, and all of them in order. */
function model(packs: readonly (readonly Frame[])[]): {
  first: Map<string, Place>;
  all: { id: string; place: Place }[];
} {
  const all = packs.flatMap((frames, number) => {
    let offset = 0;
    return frames.flatMap(({ stored, codec, blobs }) => {
      const raw = blobs.reduce((sum, { length }) => sum + length, 0);
      const frame = { offset, stored, raw, codec };
      offset += stored;
      let within = 0;
      return blobs.map(({ type, id, length }) => {
        const place = { pack: packInfo(number).id, frame, offset: within, length, type };
        within += length;
        return { id: hex(id), place };
      });
    });
  });
  const first = new Map<string, Place>();
  for (const { id, place } of all) if (!first.has(id)) first.set(id, place);
  return { first, all };
}

// Few different ids, some of which begin alike, so that there are duplicates and collisions.
const id = fc.tuple(fc.nat(3), fc.nat(30)).map(([first, last]) => {
  const bytes = Buffer.alloc(16, 7);
  bytes[0] = first;
  bytes[15] = last;
  return bytes;
});
const blob = fc.record({ type: fc.constantFrom(BLOB.data, BLOB.catalog), id, length: fc.nat(1000) });
const frame = fc.record({
  stored: fc.nat(9000),
  codec: fc.constantFrom(0, 1),
  blobs: fc.array(blob, { maxLength: 8 }),
});
const packs = fc.array(fc.array(frame, { maxLength: 4 }), { maxLength: 5 });

function placeIn(index: BlobIndex, number: number): Place {
  const { frame: at, offset, length, type } = index.place(number);
  expect(index.frameOf(number)).toBe(at.number);
  expect(index.packOf(number)).toBe(at.pack);
  return {
    pack: at.pack.id,
    frame: { offset: at.offset, stored: at.stored, raw: at.raw, codec: at.codec },
    offset,
    length,
    type,
  };
}

/** Ids of all blobs in packs that are not lost. */
function idsIn(index: BlobIndex): string[] {
  const bytes = Buffer.concat([...index.storedIds()].map((ids) => Buffer.from(ids.slice().buffer)));
  return Array.from({ length: bytes.length / 16 }, (_, i) => hex(bytes.subarray(i * 16, i * 16 + 16)));
}

describe('the index of blobs', () => {
  test('it knows what a map knows, whether packs come one by one or in segments', () => {
    fc.assert(
      fc.property(packs, fc.boolean(), (plan, inSegment) => {
        const index = new BlobIndex();
        const indexed = plan.map((frames, number) => packOf(number, frames));
        if (inSegment) index.addSegment(encodeSegment(indexed), 'index/x');
        else for (const pack of indexed) index.addPack(pack, 'packs/x');
        const { first, all } = model(plan);
        expect(index.blobs).toBe(all.length);
        expect(index.distinct).toBe(first.size);
        expect(index.frames).toBe(plan.flat().length);
        for (const [number, { id: expected, place }] of all.entries()) {
          expect(hex(index.id(number))).toBe(expected);
          expect(placeIn(index, number)).toEqual(place);
        }
        for (const [key, place] of first) {
          expect(placeIn(index, index.find(Buffer.from(key, 'hex')))).toEqual(place);
        }
        expect(index.find(Buffer.alloc(16, 99))).toBe(-1);
        const bytes = [...first.values()]
          .filter(({ type }) => type === BLOB.data)
          .reduce((sum, each) => sum + each.length, 0);
        expect(index.dataBytes()).toBe(bytes);
        expect(idsIn(index)).toEqual(all.map((each) => each.id));
        if (indexed.length === 0) return;
        index.markLost([index.packs[0] as PackInfo]);
        expect(idsIn(index)).toEqual(all.filter(({ place }) => place.pack !== packInfo(0).id).map((each) => each.id));
      }),
    );
  });

  test('a hundred thousand blobs are found, and what is not there is not', () => {
    const index = new BlobIndex();
    const ids = noise(100_000 * 16, 'many');
    for (let pack = 0; pack < 10; pack++) {
      const blobs = Array.from({ length: 10_000 }, (_, i) => {
        const at = (pack * 10_000 + i) * 16;
        return { type: BLOB.data, id: ids.subarray(at, at + 16), length: i };
      });
      index.addPack(packOf(pack, [{ stored: 5, codec: 1, blobs }]), 'packs/x');
    }
    expect(index.distinct).toBe(100_000);
    for (let i = 0; i < 100_000; i++) {
      if (index.find(ids.subarray(i * 16, i * 16 + 16)) !== i) throw new Error(`blob ${i} was lost`);
    }
    const others = noise(1000 * 16, 'others');
    for (let i = 0; i < 1000; i++) expect(index.find(others.subarray(i * 16, i * 16 + 16))).toBe(-1);
  });
});

test.each<[string, number]>([
  ['small blobs, many to a frame', 1000],
  ['chunks, each a frame of its own', 1],
])('an index of %s takes less than 60 bytes for each', async (_, perFrame) => {
  const count = 200_000;
  const bytes = noise(16 * 1000, 'ids');
  const identity = { salt: Buffer.alloc(32), commitment: Buffer.alloc(32) };
  const index = new BlobIndex();
  await collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  for (let pack = 0; pack < count / 1000; pack++) {
    const blobs = Array.from({ length: 1000 }, (__, i) => {
      bytes.writeUInt32LE(pack * 1000 + i, i * 16);
      return { type: BLOB.data, id: bytes.subarray(i * 16, i * 16 + 16), length: 10 };
    });
    const frames = Array.from({ length: 1000 / perFrame }, (__, i) => blobs.slice(i * perFrame, (i + 1) * perFrame));
    const made = packOf(
      pack,
      frames.map((each) => ({ stored: 5, codec: 1, blobs: each })),
    );
    index.addPack({ ...made, identity }, 'packs/x');
  }
  expect(index.distinct).toBe(count);
  await collectGarbage();
  expect((process.memoryUsage().arrayBuffers - before) / count).toBeLessThan(60);
});

describe('index segments', () => {
  const some = [packOf(0, [{ stored: 200, codec: 1, blobs: [{ type: BLOB.data, id: counting(16), length: 300 }] }])];

  test('the bytes of a segment are frozen', () => {
    const { session, id: pack, identity, directory } = some[0] as IndexedPack;
    expect(encodeSegment(some).toString('hex')).toBe(
      ['01', session, pack, '00', '8020', hex(identity.salt), hex(identity.commitment), '1a', hex(directory)].join(''),
    );
  });

  test('an empty one names nothing', () => {
    const index = new BlobIndex();
    index.addSegment(encodeSegment([]), 'index/x');
    expect([index.packs.length, index.blobs, index.dataBytes()]).toEqual([0, 0, 0]);
  });

  test('one that was cut anywhere, or goes on after its end, is refused by name', () => {
    const bytes = encodeSegment(some);
    for (let length = 0; length < bytes.length; length++) {
      expect(refusalOf(() => new BlobIndex().addSegment(bytes.subarray(0, length), 'index/x'))).toMatchObject({
        code: 'OBJECT_INVALID',
        object: 'index/x',
      });
    }
    const longer = Buffer.concat([bytes, Buffer.alloc(1)]);
    expect(refusalOf(() => new BlobIndex().addSegment(longer, 'index/x')).code).toBe('OBJECT_INVALID');
  });

  test('any change of bytes gives a segment or a refusal, nothing else', () => {
    const bytes = encodeSegment([...some, ...some]);
    const nothing = { pack: () => undefined, frame: () => undefined, blob: () => undefined };
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        try {
          visitSegment(changed, 'x', nothing);
        } catch (error) {
          expect(isBackupError(error, 'OBJECT_INVALID')).toBe(true);
        }
      }),
    );
  });
});

describe('ids of blobs', () => {
  const tenant = new Tenant({ ...tenantOf().record, key: counting(32).toString('base64') });

  // HMAC-SHA-256 with the subkey "id" over type and SHA-256, computed by another program.
  test('the id of a known blob is frozen', () => {
    expect(hex(blobId(tenant.idKey, BLOB.data, counting(32)))).toBe('d51167c653ecaf7615fa9443d663d2ef');
    expect(hex(blobId(tenant.idKey, BLOB.catalog, counting(32)))).toBe('f9e185568b96c1ce4ecae16fbe2e20d4');
  });

  test('another tenant has another id for the same blob', () => {
    expect(
      blobId(tenantOf('other').idKey, BLOB.data, counting(32)).equals(blobId(tenant.idKey, BLOB.data, counting(32))),
    ).toBe(false);
  });

  test('an id stays what it is when the next one is made', () => {
    const one = blobId(tenant.idKey, BLOB.data, counting(32));
    const before = hex(one);
    blobId(tenant.idKey, BLOB.data, Buffer.alloc(32));
    expect(hex(one)).toBe(before);
  });
});

test('columns keep what was pushed, however much', () => {
  for (const count of [0, 1, 15, 16, 17, 255, 256, 257, 1 << 14, (1 << 14) + 1, 50_000]) {
    const numbers = new Column(Uint32Array);
    const ids = new IdColumn();
    const bytes = noise(count * 16 + 1, count);
    for (let i = 0; i < count; i++) {
      numbers.push(i * 7);
      ids.push(bytes, i * 16 + 1);
    }
    expect([numbers.length, ids.length]).toEqual([count, count]);
    for (let i = 0; i < count; i++) if (numbers.at(i) !== i * 7) throw new Error(`number ${i} was lost`);
    for (let i = 0; i < count; i += 97) expect(hex(ids.at(i))).toBe(hex(bytes.subarray(i * 16 + 1, i * 16 + 17)));
  }
});

test('ids are the same when all their bytes are', () => {
  const ids = new IdColumn();
  for (let byte = -1; byte < 16; byte++) {
    const one = Buffer.alloc(16);
    if (byte >= 0) one[byte] = 1;
    ids.push(one, 0);
  }
  for (let a = 0; a < 17; a++) for (let b = 0; b < 17; b++) expect(ids.same(a, b)).toBe(a === b);
});
