import { asNumber, asText, isBelow, isEqual, isNothing, isTrue, LOGIC_FAILED } from './value.ts';

type Test = (a: unknown, b: unknown) => boolean;
type Two = (a: unknown, b: unknown) => unknown;
type All = (values: readonly unknown[]) => unknown;

/** Comparisons, which hold if they hold from each operand to the next. */
export const CHAINS: Readonly<Record<string, Test | undefined>> = {
  '==': isEqual,
  '===': (a, b) => (a ?? null) === (b ?? null),
  '>': (a, b) => isBelow(b, a, false),
  '>=': (a, b) => isBelow(b, a, true),
  '<': (a, b) => isBelow(a, b, false),
  '<=': (a, b) => isBelow(a, b, true),
};

/** What works on two values, or on one. */
export const PAIRS: Readonly<Record<string, Two | undefined>> = {
  '!=': (a, b) => !isEqual(a, b),
  '!==': (a, b) => (a ?? null) !== (b ?? null),
  '!': (a) => !isTrue(a),
  '!!': (a) => isTrue(a),
  starts_with: (a, b) => (typeof a === 'string' && typeof b === 'string' ? a.startsWith(b) : null),
  ends_with: (a, b) => (typeof a === 'string' && typeof b === 'string' ? a.endsWith(b) : null),
};

/** What works on all values. */
export const LISTS: Readonly<Record<string, All | undefined>> = {
  max: (values) => Math.max(...values.map(onlyNumber)),
  min: (values) => Math.min(...values.map(onlyNumber)),
  '+': (values) => values.reduce((sum: number, each) => sum + asNumber(each), 0),
  '*': (values) => values.reduce((product: number, each) => product * asNumber(each), 1),
  '-': (values) => (values.length === 1 ? -asNumber(values[0]) : values.map(asNumber).reduce((a, b) => a - b)),
  '/': (values) => values.map(asNumber).reduce((a, b) => definite(a / b)),
  '%': (values) => values.map(asNumber).reduce((a, b) => definite(a % b)),
  cat: (values) => values.map((each) => (isNothing(each) ? '' : asText(each))).join(''),
  substr: ([text, start, length]) => substring(text, asNumber(start), length),
  merge: (values) => values.flat(),
};

function onlyNumber(value: unknown): number {
  if (typeof value !== 'number') throw LOGIC_FAILED;
  return value;
}

function definite(value: number): number {
  if (!Number.isFinite(value)) throw LOGIC_FAILED;
  return value;
}

function substring(text: unknown, start: number, length: unknown): string {
  if (typeof text !== 'string') throw LOGIC_FAILED;
  const from = start < 0 ? Math.max(text.length + start, 0) : start;
  if (length === undefined) return text.slice(from);
  const count = asNumber(length);
  return count < 0 ? text.slice(from, Math.max(text.length + count, from)) : text.slice(from, from + count);
}
