import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, suggestion } from '../../src/config/suggestion.ts';

test.each([
  ['repositry', 'repository'],
  ['Tenant', 'tenant'],
  ['sorces', 'sources'],
  ['keyfile', 'keyFile'],
  ['xyz', undefined],
])('%s was meant to be %s', (word, meant) => {
  expect(suggestion(word, ['repository', 'tenant', 'sources', 'keyFile'])).toBe(meant);
});

test('the distance is a distance: zero for the same word only, and the same both ways', () => {
  const word = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', 'c') });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
