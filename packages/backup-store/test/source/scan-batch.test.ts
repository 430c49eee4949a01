import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScanBatchWriter, readScanBatch } from '../../src/source/scan-batch.ts';
import type { ScanItem } from '../../src/source/walk.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each));
const word = fc.integer({ min: 0, max: 0xffffffff });
const entry = fc.record({
  path: bytes,
  kind: fc.constantFrom('directory', 'file', 'symlink', 'socket', 'fifo', 'block-device', 'char-device'),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: word,
  gid: word,
  size: fc.maxSafeNat(),
  mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ctimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ino: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  dev: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  nlink: word,
  sparse: fc.boolean(),
  linkTarget: fc.option(bytes, { nil: undefined }),
} as const);
const failure = fc.record({ path: bytes, code: fc.string(), message: fc.string({ unit: 'grapheme' }) });
const item: fc.Arbitrary<ScanItem> = fc.oneof(
  entry.map((each) => ({ entry: each })),
  failure.map((each) => ({ failure: each })),
);

describe('scan batches', () => {
  it('give back what went in, in order', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 30 }), fc.constantFrom(0, 8, 4096), (items, capacity) => {
        const writer = new ScanBatchWriter(capacity);
        for (const each of items) writer.add(each);
        expect(writer.count).toBe(items.length);
        expect([...readScanBatch(writer.take())]).toEqual(items);
      }),
    );
  });

  it('start anew after each take, and survive a transfer', () => {
    const writer = new ScanBatchWriter();
    const first: ScanItem = { failure: { path: Buffer.from('a'), code: 'ENOENT', message: 'gone' } };
    const second: ScanItem = { failure: { path: Buffer.from('bb'), code: 'EACCES', message: 'closed' } };
    writer.add(first);
    expect(writer.size).toBeGreaterThan(0);
    const batch = writer.take();
    expect([writer.size, writer.count]).toEqual([0, 0]);
    writer.add(second);
    expect([...readScanBatch(structuredClone(batch, { transfer: [batch] }))]).toEqual([first]);
    expect([...readScanBatch(writer.take())]).toEqual([second]);
    expect(writer.take().byteLength).toBe(0);
  });
});
