/** A logistic regression: the logarithm of the odds is `intercept` plus the weighted, standardised features. */
export interface LogisticModel {
  readonly intercept: number;
  readonly weights: readonly number[];
  readonly means: readonly number[];
  /** Standard deviations; 1 for a feature that never varies. */
  readonly scales: readonly number[];
}

/** Half of the penalty on each squared weight, on standardised features. Given before, not tuned: tuning on so few data makes it worse. */
const PENALTY = 1;
/** Newton's method on a convex function: mostly six or seven are needed. */
const ITERATIONS = 25;
/** A step that gains less than this is the last one. */
const SMALLEST_GAIN = 1e-12;
const HALVINGS = 20;
/** Nothing is further from the mean than this, in standard deviations: one odd deploy must not decide. */
const FURTHEST = 4;

/**
 * Fits a logistic regression with a ridge penalty (le Cessie and van Houwelingen 1992) by Newton's method with step halving. The penalty keeps weights finite where
 * features tell the outcomes apart without error. Deterministic: the same rows in the same order give the same bits.
 *
 * @returns Nothing where the numbers do not come to a model.
 */
export function fitLogistic(
  rows: readonly (readonly number[])[],
  labels: readonly boolean[],
): LogisticModel | undefined {
  const { means, scales } = spread(rows);
  const shape = { means, scales };
  const data = rows.map((row) => [1, ...standardised(row, shape)]);
  const targets = labels.map(Number);
  let weights = [logit(targets.reduce((sum, each) => sum + each, 0) / targets.length), ...means.map(() => 0)];
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const next = improved(weights, data, targets);
    if (next === undefined) break;
    weights = next;
  }
  const [intercept = Number.NaN, ...rest] = weights;
  return weights.every(Number.isFinite) ? { intercept, weights: rest, means, scales } : undefined;
}

/** The probability of a row, strictly between 0 and 1. */
export function predicted(model: LogisticModel, row: readonly number[]): number {
  const logOdds = standardised(row, model).reduce(
    (sum, value, index) => sum + value * (model.weights[index] ?? 0),
    model.intercept,
  );
  return sigmoid(Math.min(30, Math.max(-30, logOdds)));
}

/** One step of Newton's method, made shorter until it makes the model better; nothing where it is as good as it gets. */
function improved(
  weights: readonly number[],
  data: readonly number[][],
  targets: readonly number[],
): number[] | undefined {
  const step = solved(curvature(weights, data), slope(weights, data, targets));
  const before = cost(weights, data, targets);
  for (let halving = 0, length = 1; halving < HALVINGS && step !== undefined; halving++, length /= 2) {
    const next = weights.map((weight, index) => weight - length * (step[index] ?? 0));
    // Not for one that is no number.
    if (cost(next, data, targets) < before - SMALLEST_GAIN) return next;
  }
  return undefined;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** The negative log likelihood with the penalty; the intercept has none. */
function cost(weights: readonly number[], data: readonly number[][], targets: readonly number[]): number {
  const penalty = weights.slice(1).reduce((sum, weight) => sum + (PENALTY / 2) * weight * weight, 0);
  return data.reduce((sum, row, index) => {
    const z = dot(row, weights);
    // log(1 + e^z), without overflow.
    return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - (targets[index] ?? 0) * z;
  }, penalty);
}

function slope(weights: readonly number[], data: readonly number[][], targets: readonly number[]): number[] {
  const sums = weights.map((weight, index) => (index === 0 ? 0 : PENALTY * weight));
  for (const [at, row] of data.entries()) {
    const error = sigmoid(dot(row, weights)) - (targets[at] ?? 0);
    for (const [index, value] of row.entries()) sums[index] = (sums[index] ?? 0) + error * value;
  }
  return sums;
}

/** The second derivatives. A little on the diagonal keeps it positive definite where all predictions are certain. */
function curvature(weights: readonly number[], data: readonly number[][]): number[][] {
  const sums = weights.map((_, i) => weights.map((__, j): number => (i === j ? (i === 0 ? 1e-9 : PENALTY) : 0)));
  for (const row of data) {
    const p = sigmoid(dot(row, weights));
    for (const [i, a] of row.entries()) {
      const line = sums[i];
      if (line !== undefined) for (const [j, b] of row.entries()) line[j] = (line[j] ?? 0) + p * (1 - p) * a * b;
    }
  }
  return sums;
}

/** Solves A x = b for a symmetric positive definite A by Cholesky's decomposition; nothing where it is none. */
export function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | undefined {
  const size = right.length;
  const at = (rows: readonly (readonly number[])[], i: number, j: number): number => rows[i]?.[j] ?? 0;
  const lower: number[][] = [];
  for (let i = 0; i < size; i++) {
    const line: number[] = [];
    lower.push(line);
    for (let j = 0; j <= i; j++) {
      let rest = at(matrix, i, j);
      for (let k = 0; k < j; k++) rest -= at(lower, i, k) * at(lower, j, k);
      if (i === j && !(rest > 0)) return undefined;
      line.push(i === j ? Math.sqrt(rest) : rest / at(lower, j, j));
    }
  }
  const middle: number[] = [];
  for (let i = 0; i < size; i++) {
    let rest = right[i] ?? 0;
    for (let k = 0; k < i; k++) rest -= at(lower, i, k) * (middle[k] ?? 0);
    middle.push(rest / at(lower, i, i));
  }
  const x = middle.map(() => 0);
  for (let i = size - 1; i >= 0; i--) {
    let rest = middle[i] ?? 0;
    for (let k = i + 1; k < size; k++) rest -= at(lower, k, i) * (x[k] ?? 0);
    x[i] = rest / at(lower, i, i);
  }
  return x;
}

function spread(rows: readonly (readonly number[])[]): { readonly means: number[]; readonly scales: number[] } {
  const width = rows[0]?.length ?? 0;
  const means = Array.from(
    { length: width },
    (_, j) => rows.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rows.length,
  );
  const scales = means.map((mean, j) => {
    const variance = rows.reduce((sum, row) => sum + ((row[j] ?? 0) - mean) ** 2, 0) / rows.length;
    return variance > 1e-12 ? Math.sqrt(variance) : 1;
  });
  return { means, scales };
}

function standardised(row: readonly number[], { means, scales }: Pick<LogisticModel, 'means' | 'scales'>): number[] {
  return means.map((mean, j) => {
    const value = ((row[j] ?? 0) - mean) / (scales[j] ?? 1);
    return Number.isNaN(value) ? 0 : Math.min(FURTHEST, Math.max(-FURTHEST, value));
  });
}

const sigmoid = (z: number): number => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

const logit = (p: number): number => {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(inside / (1 - inside));
};
