import { expect, test } from 'vitest';
import { fullJitter } from '../src/backoff.ts';
import { randomName, seededRandom } from '../src/random.ts';

test('a seed gives the same numbers each time, another seed others', () => {
  const take = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 100 }, () => random());
  };
  expect(take(7)).toEqual(take(7));
  expect(take(7)).not.toEqual(take(8));
  expect(take(7).every((value) => value >= 0 && value < 1)).toBe(true);
  expect(new Set(take(7)).size).toBe(100);
});

test('names do not repeat', () => {
  expect(new Set(Array.from({ length: 1000 }, () => randomName())).size).toBe(1000);
});

test('waits double up to their cap, and jitter spreads them over all of it', () => {
  const waits = (random: number): number[] =>
    [0, 1, 2, 3, 4].map((attempt) => fullJitter(attempt, { baseMs: 100, capMs: 500, random: () => random }));
  expect(waits(1)).toEqual([100, 200, 400, 500, 500]);
  expect(waits(0)).toEqual([0, 0, 0, 0, 0]);
  expect(waits(0.5)).toEqual([50, 100, 200, 250, 250]);
});
