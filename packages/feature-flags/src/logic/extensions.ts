import { growthbookBucket } from '../bucketing/growthbook.ts';
import { launchdarklyBucket } from '../bucketing/launchdarkly.ts';
import { unleashBucket, unleashVariantBucket } from '../bucketing/unleash.ts';
import type { Rule } from './call.ts';

/**
 * Compiles the operators that neither JsonLogic nor flagd has, for rules that were imported. None of them ever fails: what makes no sense
 * is `null`.
 *
 * - `bucket`: `[system, salt, unit, detail?]`, the bucket of a unit in another system, as that counts: `unleash` from 1 to 100, or with a
 *   detail from 1 to it, as for variants; `growthbook` from 0 to 0.9999, the detail is the hash version; `launchdarkly` from 0 to 1.
 * - `number`: what a value says as a number.
 * - `lower`: a text in small letters.
 * - `time`: of a date, a text in RFC 3339 or a number, milliseconds since 1970; of nothing at all, now.
 */
export function compileExtension(operator: string, rules: readonly Rule[]): Rule | undefined {
  const [first = () => null, salt = first, unit = first, detail = () => undefined] = rules;
  switch (operator) {
    case 'bucket':
      return (data, call) => bucketIn(first(data, call), salt(data, call), [unit(data, call), detail(data, call)]);
    case 'number':
      return (data, call) => numberOf(first(data, call));
    case 'lower':
      return (data, call) => lowerOf(first(data, call));
    case 'time':
      return rules.length === 0 ? (_, { nowMs }) => nowMs : (data, call) => timeOf(first(data, call));
    default:
      return undefined;
  }
}

function bucketIn(system: unknown, salt: unknown, [unit, detail]: readonly [unknown, unknown]): number | null {
  if (typeof salt !== 'string' || !['string', 'number', 'boolean'].includes(typeof unit)) return null;
  const text = String(unit);
  switch (system) {
    case 'unleash':
      if (detail === undefined) return unleashBucket(salt, text);
      return Number.isInteger(detail) && (detail as number) > 0
        ? unleashVariantBucket(salt, text, detail as number)
        : null;
    case 'growthbook':
      return growthbookBucket(salt, text, detail === 2 ? 2 : 1);
    case 'launchdarkly':
      return launchdarklyBucket(salt, text);
    default:
      return null;
  }
}

function numberOf(value: unknown): number | null {
  if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') return null;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

function lowerOf(value: unknown): string | null {
  return typeof value === 'string' ? value.toLowerCase() : null;
}

/** RFC 3339: what else a platform takes for a time differs, and "2" would be one. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

function timeOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN;
  const time = value instanceof Date ? value.getTime() : text;
  return Number.isNaN(time) ? null : time;
}
