import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planned } from '../scripts.ts';

const sqlOf = (content: string | Uint8Array): string | undefined => planned({ '1_a.sql': content }).forward[0]?.sql;

test('a checkout of Windows gives the same text, and so does a byte order mark', () => {
  const line = fc.stringMatching(/^[a-zé'; -]{0,10}$/);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.boolean(), (lines, hasMark) => {
      const text = `select 1;\n${lines.join('\n')}`;
      expect(sqlOf(`${hasMark ? '\uFEFF' : ''}${text.replaceAll('\n', '\r\n')}`)).toBe(text);
    }),
  );
});

test('nothing else of a text is touched', () => {
  const text = "\n  select '\t\r\uFEFF✓'; \n\n";
  expect(sqlOf(text)).toBe(text);
});

const invalid = (message: string, line?: number): unknown =>
  expect.objectContaining({
    code: 'INVALID_MIGRATION',
    message,
    place: line === undefined ? { file: '1_a.sql' } : { file: '1_a.sql', line },
  });

test.each([
  ['Latin-1', Buffer.from("select 1;\n\nselect 'é';\nselect 2;", 'latin1'), 'other bytes', 3],
  ['half a character at the end', Buffer.from([0x3b, 0x0a, 0xc3]), 'other bytes', 2],
  ['UTF-16 with a mark', Buffer.from('\uFEFFselect 1;', 'utf16le'), 'other bytes', 1],
  ['UTF-16 without one', Buffer.from('--\nselect 1;', 'utf16le'), 'a NUL', 1],
  ['a NUL', 'select 1;\n\0', 'a NUL', 2],
])('%s is no text in UTF-8', (_, content, got, line) => {
  expect(() => sqlOf(content)).toThrow(invalid(`Expected text in UTF-8 in 1_a.sql:${line}, got ${got}`, line));
});

test('8 MiB are read, a byte more is not', () => {
  const content = Buffer.alloc(8 * 1024 * 1024, 'select 1;\n');
  expect(sqlOf(content)).toHaveLength(content.length);
  const more = Buffer.concat([content, Buffer.from(' ')]);
  expect(() => sqlOf(more)).toThrow(invalid('Expected at most 8388608 bytes in 1_a.sql, got 8388609'));
});
