import fc from 'fast-check';
import { expect, it } from 'vitest';
import { componentsOf, isCircle } from '../../src/definition/components.ts';

it('those that lead to each other are together, and what they lead to comes before them', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const edges = fc.tuple(...names.map(() => fc.subarray(names)));
  fc.assert(
    fc.property(edges, fc.shuffledSubarray(names), (lists, starts) => {
      const next = (name: string): readonly string[] => lists[names.indexOf(name)] ?? [];
      const reached = (name: string): ReadonlySet<string> => {
        const found = new Set(next(name));
        // A set that grows while it is gone through is gone through to its end.
        for (const each of found) for (const further of next(each)) found.add(further);
        return found;
      };
      const components = componentsOf(starts, next);
      const place = new Map(components.flatMap((all, index) => all.map((name) => [name, index] as const)));
      expect(new Set(place.keys())).toEqual(new Set(starts.flatMap((name) => [name, ...reached(name)])));
      expect(components.flat()).toHaveLength(place.size);
      for (const [name, index] of place) {
        expect(isCircle(components[index] ?? [], next)).toBe(reached(name).has(name));
        for (const other of place.keys()) {
          const areTogether = name === other || (reached(name).has(other) && reached(other).has(name));
          expect(place.get(other) === index).toBe(areTogether);
          if (reached(name).has(other)) expect(place.get(other)).toBeLessThanOrEqual(index);
        }
      }
    }),
  );
});
