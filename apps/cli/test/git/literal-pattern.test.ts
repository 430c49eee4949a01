import { expect, test } from 'vitest';
import { literalPattern } from '../../src/git/literal-pattern.ts';

test.each([
  [Buffer.from('node_modules/'), '/node_modules/'],
  [Buffer.from('a*b?[c]\\d'), String.raw`/a\*b\?\[c\]\\d`],
  [Buffer.from('grün/日本'), '/grün/日本'],
  [Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x62]), '/a???b'],
  [Buffer.from('\u{fffd}'), '/\u{fffd}'],
])('%s', (path, pattern) => {
  expect(literalPattern(path)).toBe(pattern);
});
