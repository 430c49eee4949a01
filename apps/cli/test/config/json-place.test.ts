import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeInJson, type TextPlace } from '../../src/config/json-place.ts';

/** Paths of all members, with what a text has where they begin: their key, or the value in a list. */
function members(value: unknown, path: readonly PropertyKey[] = []): [readonly PropertyKey[], string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]): [readonly PropertyKey[], string][] => {
    const inside = [...path, Array.isArray(value) ? Number(key) : key];
    const begin = Array.isArray(value) ? (JSON.stringify(member)[0] ?? '') : JSON.stringify(key);
    return [[inside, begin], ...members(member, inside)];
  });
}

const textFrom = (text: string, { line, column }: TextPlace): string =>
  (text.split('\n')[line - 1] ?? '').slice(column - 1);

test('each member of any JSON stands where it is said to stand, however it is written', () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: 'medium' }), fc.integer({ min: 0, max: 3 }), (value, indent) => {
      // Other keys than those that objects take apart.
      const content = JSON.parse(JSON.stringify(value)) as unknown;
      const text = JSON.stringify(content, undefined, indent);
      for (const [path, begin] of members(content))
        expect(textFrom(text, placeInJson(text, path)).slice(0, begin.length)).toBe(begin);
    }),
  );
});

test('what is not there stands where its parent does, and a key that is there twice where it stands last', () => {
  const text = '{\n  "a": { "b": 1 },\n  "a": { "b": 2 }\n}';
  expect(placeInJson(text, ['a', 'c', 'd'])).toEqual({ line: 3, column: 3 });
  expect(placeInJson(text, ['a', 'b'])).toEqual({ line: 3, column: 10 });
  expect(placeInJson(text, ['c'])).toEqual({ line: 1, column: 1 });
  expect(placeInJson(text, [])).toEqual({ line: 1, column: 1 });
});
