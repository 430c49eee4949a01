import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/stale/nearest.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_'), minLength: 3, maxLength: 12 });

describe('the nearest name', () => {
  it('is the word itself where that is one, whatever the capitals', () => {
    fc.assert(
      fc.property(word, fc.array(word), (name, others) => {
        expect(nearestName(name.toUpperCase(), [...others, name])?.toLowerCase()).toBe(name);
      }),
    );
  });

  it('is found behind one letter too many, too few or another', () => {
    fc.assert(
      fc.property(word, fc.nat(11), (name, index) => {
        const at = index % name.length;
        const [before, after] = [name.slice(0, at), name.slice(at + 1)];
        for (const misspelt of [`${before}x${name.slice(at)}`, `${before}x${after}`])
          expect(nearestName(misspelt, ['yyyyyyyyyyyyyyyyyyyyyy', name])).toBe(name);
        if (name.length > 3) expect(nearestName(before + after, [name])).toBe(name);
      }),
    );
  });

  it('is as near in whatever order the names come', () => {
    const lengthen = (name: string): string => `${name}xx`;
    fc.assert(
      fc.property(word, (name) => {
        const names = [lengthen(name), `${name}x`, lengthen(lengthen(name))];
        expect([nearestName(name, names), nearestName(name, names.toReversed())]).toEqual([`${name}x`, `${name}x`]);
      }),
    );
  });
});
