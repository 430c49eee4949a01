import type { Draw, Game } from './game.ts';

/** For each draw, the numbers that were drawn most often before it; none for the first. What a draw itself has does not count: nobody knows it before. */
export function frequentBefore(
  draws: readonly Draw[],
  { pool, frequent }: Pick<Game, 'pool' | 'frequent'>,
): ReadonlyMap<string | number, ReadonlySet<number>> {
  const found = new Map<string | number, ReadonlySet<number>>();
  const counts = Array.from({ length: pool }, () => 0);
  for (const [at, { id, numbers }] of draws.entries()) {
    const order = counts
      .map((count, index) => ({ count, number: index + 1 }))
      .toSorted((a, b) => b.count - a.count || a.number - b.number);
    found.set(id, new Set(at === 0 ? [] : order.slice(0, frequent).map(({ number }) => number)));
    for (const number of numbers) counts[number - 1] = (counts[number - 1] ?? 0) + 1;
  }
  return found;
}
