import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayPath, joinPath } from '../../src/run/display-path.ts';

test('text that is UTF-8 stands for itself; any other bytes come beside it in base64', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(bytes, (path) => {
      const { path: text, pathBase64 } = displayPath(path);
      const said = pathBase64 === undefined ? Buffer.from(text, 'utf8') : Buffer.from(pathBase64, 'base64');
      expect(said.equals(path)).toBe(true);
      const isText = Buffer.from(Buffer.from(path).toString('utf8'), 'utf8').equals(path);
      expect(pathBase64 === undefined).toBe(isText);
    }),
  );
});

test.each<[string, Uint8Array, ReturnType<typeof displayPath>]>([
  ['a replacement character that is in the name', Buffer.from('a\ufffd'), { path: 'a\ufffd' }],
  ['a byte that is no UTF-8', Buffer.from([0x61, 0xff]), { path: 'a\ufffd', pathBase64: 'Yf8=' }],
  ['a byte order mark', Buffer.from('\ufeffa'), { path: '\ufeffa' }],
])('%s', (_, path, expected) => {
  expect(displayPath(path)).toEqual(expected);
});

test.each([
  ['', '', ''],
  ['', 'a', 'a'],
  ['a', '', 'a'],
  ['a', 'b/c', 'a/b/c'],
  ['/', 'a', '/a'],
  ['a/', 'b', 'a/b'],
])('%j and %j are joined to %j', (folder, name, joined) => {
  expect(joinPath(Buffer.from(folder), Buffer.from(name)).toString()).toBe(joined);
});
