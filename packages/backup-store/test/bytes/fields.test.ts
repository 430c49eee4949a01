import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import { ByteWriter } from '../../src/bytes/writer.ts';
import { isBackupError } from '../../src/errors.ts';
import { refusalOf } from '../fixtures/refusal.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const reader = (...values: number[]): ByteReader => new ByteReader(bytes(...values), 'index/some');

/** A field and how it goes in and out. */
interface Field {
  readonly value: unknown;
  readonly write: (writer: ByteWriter) => void;
  readonly read: (reader: ByteReader) => unknown;
}

const natural = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(),
  fc.nat(300),
  fc.constantFrom(0, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 35, 2 ** 49, Number.MAX_SAFE_INTEGER),
);
const small = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 });
const data = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each));

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.nat(255).map((value) => ({ value, write: (w: ByteWriter) => w.u8(value), read: (r: ByteReader) => r.u8() })),
  fc
    .nat(0xffffffff)
    .map((value) => ({ value, write: (w: ByteWriter) => w.u32(value), read: (r: ByteReader) => r.u32() })),
  natural.map((value) => ({ value, write: (w: ByteWriter) => w.varint(value), read: (r: ByteReader) => r.varint() })),
  small.map((value) => ({ value, write: (w: ByteWriter) => w.zigzag(value), read: (r: ByteReader) => r.zigzag() })),
  data.map((value) => ({
    value,
    write: (w: ByteWriter) => w.raw(value),
    read: (r: ByteReader) => r.raw(value.length),
  })),
  data.map((value) => ({ value, write: (w: ByteWriter) => w.bytes(value), read: (r: ByteReader) => r.bytes(200) })),
  fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .map((value) => ({ value, write: (w: ByteWriter) => w.text(value), read: (r: ByteReader) => r.text(1000) })),
);

describe('fields', () => {
  test('any row of fields is read back as it was written, from memory of any first size', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 40 }), fc.integer({ min: 1, max: 64 }), (fields, capacity) => {
        const writer = new ByteWriter(capacity);
        for (const each of fields) each.write(writer);
        const taken = writer.take();
        expect(taken.length).toBe(writer.length);
        const from = new ByteReader(taken, 'x');
        for (const each of fields) expect(each.read(from)).toEqual(each.value);
        from.end();
        expect(from.position).toBe(taken.length);
      }),
    );
  });

  test.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [2 ** 31 - 1, 'ffffffff07'],
    [2 ** 31, '8080808008'],
    [2 ** 32 + 5, '8580808010'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
  ])('the number %d is stored as %s', (value, hex) => {
    expect(new ByteWriter().varint(value).take().toString('hex')).toBe(hex);
  });

  test.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [-64, '7f'],
    [64, '8001'],
  ])('the signed number %d is stored as %s', (value, hex) => {
    expect(new ByteWriter().zigzag(value).take().toString('hex')).toBe(hex);
  });

  test('words are little-endian and text is UTF-8 with its length', () => {
    expect(new ByteWriter().u8(7).u32(0x01020304).text('é').take().toString('hex')).toBe('070403020102c3a9');
  });

  test('what was taken stays when the writer is used again; a view does not', () => {
    const writer = new ByteWriter(8).raw(bytes(1, 2, 3));
    const taken = writer.take();
    const view = writer.view();
    writer.clear();
    expect(writer.length).toBe(0);
    writer.raw(bytes(9, 9, 9));
    expect([...taken]).toEqual([1, 2, 3]);
    expect([...view]).toEqual([9, 9, 9]);
  });
});

describe('limits', () => {
  test.each<[string, () => unknown]>([
    ['a byte too few', () => reader().u8()],
    ['a word cut short', () => reader(1, 2, 3).u32()],
    ['a number cut short', () => reader(0x80, 0x80).varint()],
    ['a number above 2^53 - 1', () => reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f).varint()],
    ['a number of nine bytes', () => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01).varint()],
    ['a count above its limit', () => reader(11).count(10, 'things')],
    ['more bytes than are left', () => reader(5, 1, 2).bytes(1000)],
    ['more bytes than the limit', () => reader(3, 1, 2, 3).bytes(2)],
    ['a length of 2^53 - 1', () => reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 1).bytes(2 ** 53)],
    ['raw bytes that are not there', () => reader(1).raw(2)],
    ['bytes after the end', () => reader(1).end()],
  ])('%s is refused, and the object is named', (_, work) => {
    expect(refusalOf(work)).toMatchObject({ code: 'OBJECT_INVALID', object: 'index/some' });
  });

  test('any bytes read as any fields give values or a typed refusal, nothing else', () => {
    const reads: readonly ((from: ByteReader) => unknown)[] = [
      (from) => from.u8(),
      (from) => from.u32(),
      (from) => from.varint(),
      (from) => from.zigzag(),
      (from) => from.count(100, 'things'),
      (from) => from.bytes(50),
      (from) => from.text(50),
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(reads.length - 1)), (input, order) => {
        const from = new ByteReader(input, 'x');
        try {
          for (const which of order) reads[which]?.(from);
        } catch (error) {
          expect(isBackupError(error, 'OBJECT_INVALID')).toBe(true);
        }
        expect(from.left).toBeGreaterThanOrEqual(0);
        expect(from.left + from.position).toBe(input.length);
      }),
    );
  });

  test('a reader sees only its own part of a larger buffer', () => {
    const whole = bytes(1, 2, 3, 4, 5, 6);
    const part = new ByteReader(whole.subarray(2, 4), 'x');
    expect([...part.raw(2)]).toEqual([3, 4]);
    expect(part.left).toBe(0);
  });
});
