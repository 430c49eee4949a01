import { memoryStore, type ObjectStore, readObject } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { createMarker, readMarker } from '../../src/identity/marker.ts';
import { MARKER } from '../../src/layout/names.ts';
import { failureOf } from '../fixtures/place.ts';
import { flipped, REPOSITORY_ID } from '../fixtures/sealing.ts';

/** Written down once; it must be read for ever. The check is the SHA-256 of "holdfast-repository/0/<id>", cut to 16 digits. */
const TEXT = `{"check":"35e175aac735f805","format":"holdfast-repository","id":"${REPOSITORY_ID}","version":0}\n`;

async function storeWith(content: string | Uint8Array): Promise<ObjectStore> {
  const store = memoryStore();
  await store.createIfAbsent(MARKER, Buffer.from(content));
  return store;
}

describe('the marker of a repository', () => {
  test('it names the repository, and its bytes are frozen', async () => {
    const store = memoryStore();
    await createMarker(store, REPOSITORY_ID);
    expect(await readMarker(store)).toEqual({ id: REPOSITORY_ID, version: 0 });
    expect(Buffer.from(await readObject(store, MARKER)).toString()).toBe(TEXT);
    expect(await readMarker(await storeWith(TEXT))).toEqual({ id: REPOSITORY_ID, version: 0 });
  });

  test('of two that make a repository at one place, one wins, and the other changes nothing', async () => {
    const store = memoryStore();
    const ids = ['aa', 'bb'].map((byte) => byte.repeat(16));
    const made = await Promise.allSettled(ids.map(async (id) => await createMarker(store, id)));
    const lost = made.filter((each) => each.status === 'rejected');
    expect(lost).toMatchObject([{ reason: { code: 'ALREADY_EXISTS' } }]);
    expect((await readMarker(store)).id).toBe(ids[made.findIndex((each) => each.status === 'fulfilled')]);
  });

  test('where there is none there is no repository', async () => {
    expect(await failureOf(readMarker(memoryStore()))).toMatchObject({ code: 'NOT_A_REPOSITORY' });
  });

  test('a bit changed or a cut anywhere is damage: never another repository, nor none', async () => {
    const bytes = Buffer.from(TEXT);
    for (let at = 0; at < bytes.length - 1; at++) {
      for (const damaged of [flipped(bytes, at, at % 7), bytes.subarray(0, at)]) {
        const result = await readMarker(await storeWith(damaged)).catch((error: unknown) => error);
        // JSON is the same with another blank.
        if (result instanceof Error) expect(result).toMatchObject({ code: 'OBJECT_DAMAGED', object: MARKER });
        else expect(result).toEqual({ id: REPOSITORY_ID, version: 0 });
      }
    }
  });

  test('a newer version is told apart', async () => {
    const newer = TEXT.replace('"version":0', '"version":1').replace('35e175aac735f805', '8355ee8bf167767b');
    const error = await failureOf(readMarker(await storeWith(newer)));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_FORMAT', object: MARKER });
  });

  test.each(['', 'null', '[]', '{}', '"text"', '{"format":"other"}', TEXT.replace(REPOSITORY_ID, '../..')])(
    '%j is damage',
    async (text) => {
      expect((await failureOf(readMarker(await storeWith(text)))).code).toBe('OBJECT_DAMAGED');
    },
  );

  test('one of a gigabyte is not read', async () => {
    expect(await failureOf(readMarker(await storeWith(Buffer.alloc(5000))))).toMatchObject({
      code: 'OBJECT_INVALID',
      object: MARKER,
    });
  });
});
