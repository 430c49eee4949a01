// Sizes and indexes go up to 2^53 - 1. JavaScript's bit operators see only 32 bits, so halves and powers are computed.
import { IntegrityError } from '../errors.ts';

/** Whether a value is a number of leaves. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A right shift by one. */
export function half(value: number): number {
  return Math.floor(value / 2);
}

/** Whether the lowest bit is set. */
export function isOdd(value: number): boolean {
  return value % 2 === 1;
}

/** How many bits are set, which is how many complete subtrees a tree of that size has. */
export function bitsOf(value: number): number {
  let bits = 0;
  for (let rest = value; rest > 0; rest = half(rest)) if (isOdd(rest)) bits++;
  return bits;
}

/** The largest power of two that is smaller than `value`, which is 2 or more. */
export function powerBelow(value: number): number {
  let power = 1;
  while (power * 2 < value) power *= 2;
  return power;
}

/**
 * Makes sure that `low <= value <= high`, all whole numbers.
 *
 * @throws {IntegrityError} `INVALID_TREE_POSITION`.
 */
export function checkPosition(name: string, value: number, [low, high]: readonly [number, number]): number {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
  throw new IntegrityError(
    'INVALID_TREE_POSITION',
    `Expected ${name} to be a whole number from ${low} to ${high}, got ${String(value)}.`,
  );
}
