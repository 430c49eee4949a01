import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePaths } from '../../src/artifact/path-order.ts';

test('paths are in the order of their bytes in UTF-8', () => {
  const unit = fc.constantFrom('a', '/', '\u007f', '\u07ff', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}');
  const path = fc.array(unit, { maxLength: 5 }).map((units) => units.join(''));
  fc.assert(
    fc.property(path, path, (a, b) => {
      expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 1000 },
  );
});
