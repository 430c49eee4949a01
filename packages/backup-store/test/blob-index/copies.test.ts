import { memoryStore } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { BlobIndex } from '../../src/blob-index/blob-index.ts';
import { encodeSegment, type IndexedPack, type PackInfo } from '../../src/blob-index/segment.ts';
import { packUse } from '../../src/prune/pack-use.ts';
import { noise } from '../fixtures/content.ts';
import { packedBlob, storePack } from '../fixtures/packing.ts';
import { idOf } from '../fixtures/records.ts';
import { sealedStore, tenantOf } from '../fixtures/sealing.ts';

const tenant = tenantOf();
const content = { bytes: noise(500, 'content') };
const blob = packedBlob(tenant, content).id;

const packOf = async (session: string, frames: readonly { bytes: Buffer }[]): Promise<IndexedPack> =>
  await storePack(sealedStore(memoryStore()), tenant, {
    session: idOf(session),
    id: noise(8, session).toString('hex'),
    frames: frames.map((frame) => [frame]),
  });

describe('of a blob that is stored several times', () => {
  test.each([
    ['stays', 'leaving', 'lost'],
    ['lost', 'leaving', 'stays'],
    ['leaving', 'stays', 'lost'],
    ['leaving', 'lost'],
    ['lost', 'leaving'],
  ])('the best copy is found, in whatever order they are added: %s, %s, %s', async (...names) => {
    const index = new BlobIndex();
    for (const name of names) index.addPack(await packOf(name, [content]), name);
    const named = (name: string): PackInfo[] => index.packs.filter(({ session }) => session === idOf(name));
    index.markLost(named('lost'));
    index.markLeaving(new Set(named('leaving')));
    const best = names.includes('stays') ? 'stays' : 'leaving';
    expect(index.packOf(index.find(blob)).session).toBe(idOf(best));
    expect(index.isLost(index.find(blob))).toBe(false);
  });
});

test('a pack that two segments name is one pack, and needed when any of them finds it needed', async () => {
  const pack = await packOf('one', [content, { bytes: noise(500, 'other') }]);
  const index = new BlobIndex();
  for (const name of ['one', 'two']) index.addSegment(encodeSegment([pack]), name);
  const live = new Uint8Array(index.blobs);
  live[index.find(blob)] = 1;
  const [use, ...others] = packUse(index, live);
  expect(others).toEqual([]);
  expect(use).toMatchObject({ liveBlobs: 1, size: pack.size });
  expect(use?.deadBytes).toBeLessThan(700);
});
