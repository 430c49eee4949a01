import { describe, expect, it } from 'vitest';
import { derContent, derElements, derInside } from '../../src/signature/der.ts';

const bytes = (...parts: readonly (number | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)));

/** An octet string whose length is written as these bytes. */
const withLength = (length: number, ...written: readonly number[]): Uint8Array =>
  bytes(0x04, ...written, new Uint8Array(length));

describe('elements of DER', () => {
  it.each([
    [0, withLength(0, 0x00)],
    [0x7f, withLength(0x7f, 0x7f)],
    [0x80, withLength(0x80, 0x81, 0x80)],
    [0xff, withLength(0xff, 0x81, 0xff)],
    [0x100, withLength(0x100, 0x82, 0x01, 0x00)],
    [0xffff, withLength(0xffff, 0x82, 0xff, 0xff)],
    [0x10000, withLength(0x10000, 0x83, 0x01, 0x00, 0x00)],
  ])('a length of %i bytes is read from its shortest form', (length, der) => {
    const [element, ...others] = derElements(der);
    expect(element).toMatchObject({ tag: 0x04 });
    expect(element?.content).toHaveLength(length);
    expect(others).toEqual([]);
  });

  it.each([
    ['in two bytes instead of one', withLength(0x7f, 0x81, 0x7f)],
    ['of nothing, in two bytes', withLength(0, 0x81, 0x00)],
    ['in three bytes instead of two', withLength(0xff, 0x82, 0x00, 0xff)],
    ['in four bytes instead of three', withLength(0x100, 0x83, 0x00, 0x01, 0x00)],
    ['that is indefinite', bytes(0x24, 0x80, withLength(1, 0x01), 0x00, 0x00)],
    ['in five bytes', withLength(1 << 24, 0x84, 0x01, 0x00, 0x00, 0x00)],
    ['in more bytes than a number has', withLength(1, 0xfe, ...Array.from({ length: 126 }, () => 0xff))],
    ['that is reserved', bytes(0x04, 0xff, 0x00)],
  ])('a length %s is refused', (_, der) => {
    expect(() => derElements(der)).toThrow(RangeError);
  });

  it.each([
    ['the content is shorter than its length', bytes(0x04, 0x02, 0x00)],
    ['the length is missing', bytes(0x04)],
    ['the length is cut', bytes(0x04, 0x82, 0x01)],
    ['a second one is cut', bytes(0x04, 0x00, 0x04)],
    ['the tag has several bytes', bytes(0x1f, 0x81, 0x01, 0x00)],
    ['the tag of something constructed has several bytes', bytes(0x3f, 0x01, 0x00)],
  ])('are refused where %s', (_, der) => {
    expect(() => derElements(der)).toThrow(RangeError);
  });

  it('stand in a row, and inside of a sequence', () => {
    const two = bytes(withLength(1, 0x01), 0x05, 0x00);
    expect(derElements(two).map(({ tag }) => tag)).toEqual([0x04, 0x05]);
    expect(derInside({ tag: 0x30, content: two })).toHaveLength(2);
    expect(derElements(new Uint8Array())).toEqual([]);
  });

  it('of another tag than expected, or none, are refused', () => {
    expect(() => derInside({ tag: 0x31, content: new Uint8Array() })).toThrow(RangeError);
    expect(() => derContent(undefined, 0x04)).toThrow(RangeError);
    expect(() => derContent({ tag: 0x05, content: new Uint8Array() }, 0x04)).toThrow(RangeError);
  });
});
