import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createChain, formatSegmentHeader, parseSegmentHeader } from '../../src/index.ts';
import { origin } from './chains.ts';

const line = formatSegmentHeader(createChain(origin).header());
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('the header of a segment', () => {
  it('reads back', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.maxSafeNat(), hash, (first, previous) => {
        expect(parseSegmentHeader(formatSegmentHeader({ origin, first, previous }))).toEqual({
          origin,
          first,
          previous,
        });
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a log line', '{"event":"login"}'],
    ['null', 'null'],
    ['a space', line.replace(':', ': ')],
    ['a line end', `${line}\n`],
    ['a later version', line.replace('v1', 'v2')],
    ['a further member', line.replace('}', ',"more":1}')],
    ['a member twice', line.replace('"first":0', '"first":1,"first":0')],
    ['a negative number', line.replace('"first":0', '"first":-1')],
    ['an upper-case hash', line.replace(/[0-9a-f]{64}/, (hash) => hash.toUpperCase())],
    ['a short hash', line.replace(/[0-9a-f]{64}/, (hash) => hash.slice(2))],
    ['a long origin', line.replace(origin, 'x'.repeat(2000))],
  ])('is not %s', (_, text) => {
    expect(() => parseSegmentHeader(text)).toThrow(code('INVALID_SEGMENT_HEADER'));
  });

  it('reads back with the longest origin, and is not parsed where it is longer than any', () => {
    const header = { ...createChain(origin).header(), origin: '"'.repeat(1024) };
    expect(parseSegmentHeader(formatSegmentHeader(header))).toEqual(header);
    const parse = vi.spyOn(JSON, 'parse');
    expect(() => parseSegmentHeader('['.repeat(10_000_000))).toThrow(code('INVALID_SEGMENT_HEADER'));
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  it('can not be written without an origin, a number and a hash', () => {
    const previous = new Uint8Array(32);
    expect(() => formatSegmentHeader({ origin: '', first: 0, previous })).toThrow(code('INVALID_ORIGIN'));
    expect(() => formatSegmentHeader({ origin, first: -1, previous })).toThrow(code('INVALID_TREE_POSITION'));
    expect(() => formatSegmentHeader({ origin, first: 0, previous: new Uint8Array(3) })).toThrow(code('INVALID_HASH'));
  });
});
