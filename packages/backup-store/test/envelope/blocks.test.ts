import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BLOCK_BYTES,
  contentEnd,
  openBlock,
  paddingFor,
  plaintextLength,
  sealBlock,
  sealedLength,
  TAG_BYTES,
} from '../../src/envelope/blocks.ts';
import { noise } from '../fixtures/content.ts';

const key = noise(32, 'key');

test('AES-256-GCM with the number and the last flag as nonce gives the frozen bytes', () => {
  const zeros = Buffer.alloc(32);
  const sealed = (number: number, last: boolean): string => {
    const out = Buffer.alloc(20);
    sealBlock({ key: zeros, number, last }, Buffer.from('abcd'), out, 0);
    return out.toString('hex');
  };
  expect(sealed(0, false)).toBe('afc523597116f0199c2c73770b2b4bd1a8e7e240');
  expect(sealed(0, true)).toBe('48a34746e9f1cbb37b2565795fe1c3d441f2a73f');
  expect(sealed(0x010203040506, false)).toBe('607a5de4e0fdf233aacab161c8c5a58cc1b9f382');
});

test('a block opens only under its own key, number and flag', () => {
  const places = fc.record({ number: fc.nat(2 ** 31 - 1), last: fc.boolean() });
  fc.assert(
    fc.property(places, places, fc.uint8Array({ maxLength: 500 }), (sealedAt, openedAt, content) => {
      const out = Buffer.alloc(content.length + TAG_BYTES);
      expect(sealBlock({ key, ...sealedAt }, content, out, 0)).toBe(out.length);
      const same = sealedAt.number === openedAt.number && sealedAt.last === openedAt.last;
      const opened = openBlock({ key, ...openedAt }, out);
      if (same) expect(opened?.equals(content)).toBe(true);
      else expect(opened).toBeUndefined();
      expect(openBlock({ key: noise(32, 'other'), ...sealedAt }, out)).toBeUndefined();
    }),
  );
});

test('what is shorter than a tag is no block', () => {
  for (let size = 0; size < TAG_BYTES; size++) {
    expect(openBlock({ key, number: 0, last: true }, Buffer.alloc(size))).toBeUndefined();
  }
});

test('lengths of plain and sealed bytes follow from each other', () => {
  fc.assert(
    fc.property(fc.nat(10 * BLOCK_BYTES), (length) => {
      expect(plaintextLength(sealedLength(length))).toBe(length);
    }),
  );
});

test('a tag without a byte before it is the length of nothing', () => {
  for (let rest = 1; rest <= TAG_BYTES; rest++) expect(plaintextLength(BLOCK_BYTES + TAG_BYTES + rest)).toBeUndefined();
});

test('padding is at least a byte, at most little more than a page, and makes a multiple of 4096', () => {
  fc.assert(
    fc.property(fc.nat(5 * BLOCK_BYTES), fc.constantFrom(0, 80, 160), (length, around) => {
      const padding = paddingFor(length, around);
      expect(padding).toBeGreaterThanOrEqual(1);
      expect(padding).toBeLessThanOrEqual(4096 + TAG_BYTES);
      expect((around + sealedLength(length + padding)) % 4096).toBe(0);
    }),
  );
});

test('content ends where its padding begins, whatever it ends with', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (content, zeros) => {
      expect(contentEnd(Buffer.concat([content, Uint8Array.of(0x80), Buffer.alloc(zeros)]))).toBe(content.length);
    }),
  );
  expect(contentEnd(Buffer.alloc(10))).toBe(-1);
  expect(contentEnd(Buffer.from([0x80, 1]))).toBe(-1);
  expect(contentEnd(Buffer.alloc(0))).toBe(-1);
});
