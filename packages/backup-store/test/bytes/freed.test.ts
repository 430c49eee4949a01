import { createDecipheriv } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { freeBuffer } from '../../src/bytes/freed.ts';

test('what a cipher and a codec return is given back at once', () => {
  const decipher = createDecipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
  const packed = zstdCompressSync(Buffer.alloc(100_000));
  for (const bytes of [decipher.update(Buffer.alloc(65_536)), zstdDecompressSync(packed, { chunkSize: 100_001 })]) {
    expect(bytes.length).toBeGreaterThan(0);
    freeBuffer(bytes);
    expect(bytes.length).toBe(0);
  }
});

test('memory that others may use stays', () => {
  const whole = new Uint8Array(1000);
  const views = [whole.subarray(0, 400), whole.subarray(1), Buffer.from('a small one, from the pool of Node')];
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  for (const bytes of [...views, shared]) {
    const { length } = bytes;
    freeBuffer(bytes);
    expect(bytes).toHaveLength(length);
  }
});

test('a buffer may be given back twice', () => {
  const bytes = new Uint8Array(10);
  freeBuffer(bytes);
  freeBuffer(bytes);
  expect(bytes).toHaveLength(0);
});
