import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayText, formatMode, shorten } from '../../src/render/text.ts';

test('a file name can not write to the terminal what it wants', () => {
  expect(displayText('a\u001b[2Jb\nc\td\u0007\u202eexe')).toBe(String.raw`a\x1b[2Jb\nc\td\x07\u202eexe`);
  fc.assert(
    // eslint-disable-next-line no-control-regex
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(displayText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }),
  );
});

test('a long path loses its middle', () => {
  expect(shorten('/very/long/path/file.ts', 12)).toBe('/very…ile.ts');
  expect(shorten('short', 12)).toBe('short');
  fc.assert(
    fc.property(fc.string(), fc.nat({ max: 40 }), (text, width) => {
      expect([...shorten(text, width)].length).toBeLessThanOrEqual(Math.max(width, 0));
    }),
  );
});

test.each([
  ['directory', 0o755, 'drwxr-xr-x'],
  ['file', 0o644, '-rw-r--r--'],
  ['file', 0o4755, '-rwsr-xr-x'],
  ['file', 0o2644, '-rw-r-Sr--'],
  ['directory', 0o1777, 'drwxrwxrwt'],
  ['symlink', 0o777, 'lrwxrwxrwx'],
])('%s %o', (kind, mode, text) => {
  expect(formatMode(kind, mode)).toBe(text);
});
