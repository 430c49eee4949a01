import { ModelError } from '../errors.ts';
import { checkAlias } from '../versions/names.ts';
import type { PromotionGates } from './gates.ts';

/**
 * Looks whether gates are some: a misspelled one would let everything pass.
 *
 * @throws {ModelError} `INVALID_INPUT`, `INVALID_NAME`.
 */
export function checkGates(gates: Readonly<Record<string, PromotionGates>>): void {
  for (const [alias, each] of Object.entries(gates)) {
    checkAlias(alias);
    for (const name of Object.keys(each)) {
      if (!known.has(name)) throw wrong(`a gate of ${alias}: ${[...known].join(', ')}`, JSON.stringify(name));
    }
    checkFigures(alias, each);
    const { approvals } = each;
    if (approvals !== undefined && !(Number.isInteger(approvals) && approvals >= 0 && approvals <= 100)) {
      throw wrong(`0 to 100 approvals for ${alias}`, String(approvals));
    }
    if (each.inspection !== undefined && !['clean', 'unknown', 'suspicious'].includes(each.inspection)) {
      throw wrong(`clean, unknown or suspicious as inspection of ${alias}`, each.inspection);
    }
  }
}

function checkFigures(alias: string, { metrics = [], noRegression = [] }: PromotionGates): void {
  for (const { metric, min, max } of metrics) {
    const limits = [min, max].filter((each) => each !== undefined);
    if (limits.length === 0 || !limits.every(Number.isFinite))
      throw wrong(`min or max of ${metric} for ${alias}`, String(min ?? max));
  }
  for (const { metric, better, tolerance = 0 } of noRegression) {
    if (better !== 'higher' && better !== 'lower')
      throw wrong(`higher or lower as better of ${metric}`, String(better));
    if (!(toleranceOf(tolerance, 1) >= 0))
      throw wrong(`a number or percents as tolerance of ${metric}`, String(tolerance));
  }
}

/** How much a figure may be worse than `current`. `NaN` for what is no tolerance. */
export function toleranceOf(tolerance: number | string, current: number): number {
  if (typeof tolerance === 'number') return tolerance;
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(tolerance)?.[1];
  return percent === undefined ? Number.NaN : (Number(percent) / 100) * Math.abs(current);
}

const known: ReadonlySet<string> = new Set<keyof PromotionGates>([
  'metrics',
  'noRegression',
  'inspection',
  'signed',
  'loadTest',
  'approvals',
  'own',
]);

function wrong(expected: string, found: string): ModelError {
  return new ModelError('INVALID_INPUT', `Expected ${expected}, got ${found}`);
}
