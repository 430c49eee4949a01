// The files that browsers get instead, here on Node beside those that they stand for.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as browserFace from '../../src/browser.ts';
import * as browserEncoding from '../../src/encoding.browser.ts';
import * as nodeEncoding from '../../src/encoding.ts';
import * as browserEngines from '../../src/engine/open-engine.browser.ts';
import * as nodeEngines from '../../src/engine/open-engine.ts';
import * as browserSha256 from '../../src/engine/sha256.browser.ts';
import * as nodeSha256 from '../../src/engine/sha256.ts';
import * as browserEqual from '../../src/equal-bytes.browser.ts';
import * as nodeEqual from '../../src/equal-bytes.ts';
import * as nodeFace from '../../src/index.ts';

/** Checked by the compiler: the one can stand for the other. */
const pairs: readonly (readonly [string, object, object])[] = [
  ['encoding', browserEncoding satisfies typeof nodeEncoding, nodeEncoding satisfies typeof browserEncoding],
  ['engine/open-engine', browserEngines satisfies typeof nodeEngines, nodeEngines satisfies typeof browserEngines],
  ['engine/sha256', browserSha256 satisfies typeof nodeSha256, nodeSha256 satisfies typeof browserSha256],
  ['equal-bytes', browserEqual satisfies typeof nodeEqual, nodeEqual satisfies typeof browserEqual],
];

describe('the browser build', () => {
  it('has nothing that the Node build has not', () => {
    for (const [name, value] of Object.entries(browserFace)) expect(nodeFace).toHaveProperty(name, value);
  });

  it.each(pairs)('%s.browser.ts exports what the file without .browser does', (_, browser, node) => {
    expect(Object.keys(browser).toSorted()).toEqual(Object.keys(node).toSorted());
  });
});

describe('SHA-256 of trees and links, with Node and without', () => {
  it.each([0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 8192, 8193, 100_000])(
    'is right for %i bytes',
    (length) => {
      const bytes = Uint8Array.from({ length }, (_, index) => index * 31);
      const expected = createHash('sha256').update(bytes).digest('hex');
      expect(nodeEncoding.toHex(nodeSha256.sha256(bytes))).toBe(expected);
      expect(nodeEncoding.toHex(browserSha256.sha256(bytes))).toBe(expected);
    },
  );

  it('is right for parts of any length', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), (parts) => {
        expect(browserSha256.sha256(...parts)).toEqual(nodeSha256.sha256(...parts));
      }),
    );
  });
});

describe('encodings without Node', () => {
  it('write and read what those of Node do', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const [hex, base64] = [nodeEncoding.toHex(bytes), nodeEncoding.toBase64(bytes)];
        expect([browserEncoding.toHex(bytes), browserEncoding.toBase64(bytes)]).toEqual([hex, base64]);
        expect(browserEncoding.fromHex(hex.toUpperCase())).toEqual(bytes);
        expect(browserEncoding.fromBase64(base64)).toEqual(bytes);
      }),
    );
  });

  it('refuse what those of Node refuse', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0aFgA/+=-_ \n') }));
    fc.assert(
      fc.property(text, (any) => {
        expect(browserEncoding.fromHex(any)).toEqual(nodeEncoding.fromHex(any));
        expect(browserEncoding.fromBase64(any)).toEqual(nodeEncoding.fromBase64(any));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('comparing without Node', () => {
  it('finds every bit that differs', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5 }), fc.uint8Array({ maxLength: 5 }), (a, b) => {
        expect(browserEqual.equalBytes(a, b)).toBe(nodeEqual.equalBytes(a, b));
        expect(browserEqual.equalBytes(a, Uint8Array.from(a))).toBe(true);
      }),
    );
  });
});
