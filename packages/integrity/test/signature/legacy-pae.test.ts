import { describe, expect, it } from 'vitest';
import { legacyEncoding } from '../../src/signature/legacy-pae.ts';

describe('the encoding of model signing 0.2', () => {
  // What Python 3 prints for these bytes.
  it.each([
    ['plain', 'plain', `b'plain'`],
    ['an apostrophe', `it's`, `b"it's"`],
    ['a quote', 'a"b', `b'a"b'`],
    ['both', `it's "b"`, String.raw`b'it\'s "b"'`],
    ['signs of control', '\t\n\r\0\x7f', String.raw`b'\t\n\r\x00\x7f'`],
    ['a backslash', '\\', String.raw`b'\\'`],
    ['beyond ASCII', 'ä', String.raw`b'\xc3\xa4'`],
    ['nothing', '', `b''`],
  ])('%s: as Python prints it', (_, text, printed) => {
    const payload = new TextEncoder().encode(text);
    const encoded = new TextDecoder().decode(legacyEncoding('type', payload));
    expect(encoded).toBe(`DSSEV1 4 type ${payload.length} ${printed}`);
  });
});
