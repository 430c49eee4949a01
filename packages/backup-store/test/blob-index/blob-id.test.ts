import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blobId } from '../../src/blob-index/blob-id.ts';
import { BLOB } from '../../src/pack/directory.ts';

test('a blob id is the beginning of the HMAC of its type and digest, for keys of any length', () => {
  const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
    fc.uint8Array({ minLength, maxLength });
  fc.assert(
    fc.property(bytes(1, 200), bytes(32, 32), fc.constantFrom(BLOB.data, BLOB.catalog), (key, sha256, type) => {
      const mac = createHmac('sha256', key).update(Uint8Array.of(type)).update(sha256).digest();
      expect(blobId(createSecretKey(key), type, sha256).equals(mac.subarray(0, 16))).toBe(true);
    }),
  );
});

test('keys in turn do not get in the way of each other', () => {
  const keys = [1, 2].map((byte) => createSecretKey(Buffer.alloc(32, byte)));
  const ids = [0, 1, 0, 1].map((i) =>
    blobId(keys[i] as (typeof keys)[number], BLOB.data, Buffer.alloc(32)).toString('hex'),
  );
  expect(ids[0]).toBe(ids[2]);
  expect(ids[1]).toBe(ids[3]);
  expect(ids[0]).not.toBe(ids[1]);
});
