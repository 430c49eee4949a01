import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitLogistic, predicted, solved } from '../../../src/deploy/advice/logistic.ts';

/** Rows and labels from a small generator of its own, the same each time. */
function drawn(count: number, chance: (x: number, y: number) => number): { rows: number[][]; labels: boolean[] } {
  let state = 12_345;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const rows = Array.from({ length: count }, () => [next() * 4 - 2, next() * 4 - 2]);
  return { rows, labels: rows.map(([x = 0, y = 0]) => next() < chance(x, y)) };
}

test('it finds the odds that data were drawn with, near enough', () => {
  const chance = (x: number, y: number): number => 1 / (1 + Math.exp(-(0.5 + 1.5 * x - y)));
  const { rows, labels } = drawn(2000, chance);
  const model = fitLogistic(rows, labels);
  if (model === undefined) throw new Error('no model');
  for (const [x, y] of [
    [0, 0],
    [1, 1],
    [-1, 0.5],
    [1.5, -1.5],
  ] as const) {
    expect(predicted(model, [x, y])).toBeCloseTo(chance(x, y), 1);
  }
});

test('the slope of what it makes least is zero there', () => {
  const { rows, labels } = drawn(60, (x) => (x > 0 ? 0.7 : 0.2));
  const model = fitLogistic(rows, labels);
  if (model === undefined) throw new Error('no model');
  const errors = rows.map((row, n) => predicted(model, row) - Number(labels[n]));
  expect(errors.reduce((sum, each) => sum + each, 0)).toBeCloseTo(0, 6);
  for (const [j, weight] of model.weights.entries()) {
    const scaled = (row: readonly number[]): number => ((row[j] ?? 0) - (model.means[j] ?? 0)) / (model.scales[j] ?? 1);
    const slope = rows.reduce((sum, row, n) => sum + (errors[n] ?? 0) * scaled(row), weight);
    expect(slope).toBeCloseTo(0, 6);
  }
});

test('where features tell the outcomes apart without error, weights stay finite', () => {
  const rows = Array.from({ length: 50 }, (_, n) => [n, n < 25 ? 0 : 1]);
  const model = fitLogistic(
    rows,
    rows.map(([n = 0]) => n >= 25),
  );
  if (model === undefined) throw new Error('no model');
  expect(predicted(model, [0, 0])).toBeLessThan(0.1);
  expect(predicted(model, [49, 1])).toBeGreaterThan(0.9);
  expect(model.weights.every((weight) => Math.abs(weight) < 10)).toBe(true);
});

test('whatever the numbers, there is no model or one with probabilities; the same rows give the same bits', () => {
  const row = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, 1, 1e300, -1e300, Number.NaN, Infinity)), {
    minLength: 3,
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(row, fc.boolean()), { minLength: 1, maxLength: 30 }), row, (data, asked) => {
      const fit = (): ReturnType<typeof fitLogistic> =>
        fitLogistic(
          data.map(([each]) => each),
          data.map(([, label]) => label),
        );
      const model = fit();
      expect(fit()).toEqual(model);
      if (model === undefined) return;
      const p = predicted(model, asked);
      expect(p > 0 && p < 1).toBe(true);
    }),
  );
});

test('a matrix that is not positive definite has no solution, others have theirs', () => {
  expect(
    solved(
      [
        [4, 2],
        [2, 3],
      ],
      [2, 1],
    ),
  ).toEqual([0.5, 0]);
  expect(
    solved(
      [
        [1, 2],
        [2, 1],
      ],
      [1, 1],
    ),
  ).toBeUndefined();
  expect(solved([[Number.NaN]], [1])).toBeUndefined();
});
