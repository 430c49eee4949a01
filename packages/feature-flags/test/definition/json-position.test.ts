import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonFlaw } from '../../src/definition/json-flaw.ts';
import { locateJson, positionAt, repeatedNames } from '../../src/definition/json-position.ts';
import { pathOf } from '../../src/definition/path.ts';

it.each([
  ['', 1, 1],
  ['{"a": }', 1, 7],
  ['{"a": 1,}', 1, 9],
  ['[1, 2', 1, 6],
  ['[1 2]', 1, 4],
  ['{\n  "a": 01\n}', 2, 8],
  ['{\n  a: 1\n}', 2, 3],
  ['[1],', 1, 4],
  ['{"a" 1}', 1, 6],
  ['"unfinished', 1, 1],
])('%j stops being JSON at line %i, column %i', (text, line, column) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(jsonFlaw(text)).toEqual({ line, column });
});

it('every value of any JSON is found by its pointer', () => {
  const places = (value: unknown, pointer: string): [string, unknown][] => {
    if (typeof value !== 'object' || value === null) return [[pointer, value]];
    const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
    return Object.entries(value).flatMap(([name, each]) => places(each, `${pointer}/${escaped(name)}`));
  };
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const all = places(value, '');
      const locate = locateJson(
        text,
        all.map(([pointer]) => pointer),
      );
      for (const [pointer, scalar] of all) {
        const { line, column } = locate(pointer);
        const rest = text
          .split('\n')
          .slice(line - 1)
          .join('\n')
          .slice(column - 1);
        expect(rest.startsWith(JSON.stringify(scalar)), pointer).toBe(true);
      }
    }),
  );
});

it('an offset has a line and a column from 1 on', () => {
  expect([0, 2, 3].map((offset) => positionAt('ab\ncd', offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
  ]);
});

it.each<[string, string, number, number]>([
  ['{"a": 1, "a": 1}', '/a', 1, 10],
  ['{"a": {"b": 1,\n "b": 2}}', '/a/b', 2, 2],
  ['[{}, {"": 1, "": 2}]', '/1/', 1, 14],
  ['{"a\\"b:": 1, "a\\u0022b:": 2}', '/a"b:', 1, 14],
  ['{"__proto__": 1, "__proto__": 2}', '/__proto__', 1, 18],
])('%s has a name twice', (text, pointer, line, column) => {
  expect(repeatedNames(text, JSON.parse(text))).toEqual([{ pointer, line, column }]);
});

it('no JSON that was written from a value has a name twice, and with one more it has', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
      const text = JSON.stringify(value);
      expect(repeatedNames(text, JSON.parse(text))).toEqual([]);
      const [first = ''] = Object.keys(JSON.parse(text) as object);
      const twice = `${text.slice(0, -1)},${JSON.stringify(first)}:0}`;
      expect(pathOf(repeatedNames(twice, JSON.parse(twice))[0]?.pointer ?? '')).toEqual([first]);
    }),
  );
});

it('texts of millions of characters, and names that stand twice millions of levels deep, are gone through', () => {
  const long = `{"a": "${'\\nx'.repeat(1_500_000)}", "b": 1}`;
  expect(locateJson(long, ['/b'])('/b')).toEqual({ line: 1, column: long.length - 1 });
  expect(jsonFlaw(`${long.slice(0, -1)},}`).column).toBe(long.length + 1);
  const levels = 100_000;
  const deep = `{"flags": {"f": ${'{"a":1,"a":'.repeat(levels)}1${'}'.repeat(levels)}}}`;
  const found = repeatedNames(deep, JSON.parse(deep));
  expect(found).toHaveLength(100);
  expect(found.every(({ pointer }) => pointer.startsWith('/flags/f/a') && pointer.length < 300)).toBe(true);
});
