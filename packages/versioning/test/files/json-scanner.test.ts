import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonScanner } from '../../src/files/json-scanner.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const isScanned = (text: string): boolean => {
  try {
    new JsonScanner({ path: 'a.json', text }).root();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_VERSION_FILE' });
    return false;
  }
};

test('the scanner takes what JSON.parse takes, and nothing else', () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\\', '0', '-', 'e', ' ', '\u0001', '\u00A0', 'x'))
    .map(([text, at, mark]) => {
      const place = at % (text.length + 1);
      return `${text.slice(0, place)}${mark}${text.slice(mark === '' ? place + 1 : place)}`;
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), damaged), (text) => {
      expect(isScanned(text)).toBe(isJson(text));
    }),
    {
      numRuns: 1000,
      examples: [
        ['{,}'],
        ['[1,]'],
        ['{"a":1,}'],
        ['01'],
        ['1.'],
        ['"\\x"'],
        ['"\\u00"'],
        [''],
        [' \t\r\n1 '],
        ['nulll'],
        ['[}'],
      ],
    },
  );
});

test('members have their keys without escapes, and the places of their values', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2, '\t'), (object, indent) => {
      const text = JSON.stringify(object, null, indent);
      const scanner = new JsonScanner({ path: 'a.json', text });
      const members = scanner.members(scanner.root());
      const read = members.map(({ key, value }) => [key, JSON.parse(text.slice(value.start, value.end))]);
      expect(read).toEqual(Object.entries(JSON.parse(text) as object));
    }),
    { numRuns: 300 },
  );
});

test('no text is too deep', () => {
  expect(isScanned('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toBe(true);
  expect(isScanned('{"a":'.repeat(300_000))).toBe(false);
});
