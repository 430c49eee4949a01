import { randomInt } from 'node:crypto';

/** The items in random order (Fisher-Yates, as in Knuth, TAOCP 2, algorithm 3.4.2 P). */
export function shuffled<T>(items: readonly T[]): T[] {
  const mixed = items.slice();
  for (let left = mixed.length; left > 1; left--) {
    const at = randomInt(left);
    [mixed[left - 1], mixed[at]] = [mixed[at] as T, mixed[left - 1] as T];
  }
  return mixed;
}

/** A whole number from 0 to `most`. */
export const upTo = (most: number): number => randomInt(most + 1);
