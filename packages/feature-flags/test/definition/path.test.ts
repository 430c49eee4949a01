import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inside, type Path, pathOf, pointerOf } from '../../src/definition/path.ts';

// Section 5 of RFC 6901.
test.each<[readonly (string | number)[], string]>([
  [[], ''],
  [['foo', 0], '/foo/0'],
  [[''], '/'],
  [['a/b'], '/a~1b'],
  [['m~n'], '/m~0n'],
  [['~1'], '/~01'],
])('%j is written as %j', (path, pointer) => {
  expect(pointerOf(path)).toBe(pointer);
  expect(pathOf(pointer)).toEqual(path.map(String));
});

test('any place can be read back from its pointer, however it was put together', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('/', '~', '0', '1', 'a') })), (parts) => {
      const place = parts.reduce<Path>(inside, []);
      expect([...place]).toEqual(parts);
      expect(pathOf(pointerOf(place))).toEqual(parts);
    }),
  );
});
