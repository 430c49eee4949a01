import type { Columns } from './columns.ts';

/** Bits of a digit. */
const DIGIT = 16;
const MASK = 2 ** DIGIT - 1;

/**
 * Positions of items, the newest first, and equal times by id from the greatest down. So the order does not depend on that
 * of the input.
 */
export function newestFirst({ items, time }: Columns): Uint32Array {
  const order = sortDescending(time);
  const idOf = (position: number): string => items[position]?.id ?? '';
  for (let start = 0; start < order.length;) {
    const newest = time[order[start] ?? 0];
    let end = start + 1;
    while (end < order.length && time[order[end] ?? 0] === newest) end++;
    if (end - start > 1) order.subarray(start, end).sort((a, b) => (idOf(a) > idOf(b) ? -1 : 1));
    start = end;
  }
  return order;
}

/** What is sorted already, as listings are, from either end, is not sorted again. */
function sortDescending(time: Float64Array): Uint32Array {
  const order = new Uint32Array(time.length);
  let [low, high, isDescending, isAscending] = [Infinity, -Infinity, true, true];
  for (let index = 0, before = 0; index < time.length; index++) {
    const value = time[index] ?? 0;
    order[index] = index;
    if (index > 0 && value > before) isDescending = false;
    if (index > 0 && value < before) isAscending = false;
    if (value < low) low = value;
    if (value > high) high = value;
    before = value;
  }
  if (isDescending) return order;
  return isAscending ? order.toReversed() : sortByDigits(order, time, { low, high });
}

/**
 * Radix sort from the least significant digit on: each round distributes the positions by 16 bits of how far the time is
 * from the newest. Times that are 49 days apart at most take two rounds, 9000 years three.
 */
function sortByDigits(
  order: Uint32Array,
  time: Float64Array,
  { low, high }: { low: number; high: number },
): Uint32Array {
  const lower = new Uint32Array(time.length);
  const upper = new Uint32Array(time.length);
  for (let index = 0; index < time.length; index++) {
    const distance = high - (time[index] ?? 0);
    lower[index] = distance % 2 ** 32;
    upper[index] = distance / 2 ** 32;
  }
  let sorted = order;
  let spare: Uint32Array = new Uint32Array(time.length);
  for (let bits = 0; 2 ** bits <= high - low; bits += DIGIT) {
    distribute(sorted, spare, { digits: bits < 32 ? lower : upper, shift: bits % 32 });
    [sorted, spare] = [spare, sorted];
  }
  return sorted;
}

/** One round: counts the digits, then puts each position behind those with smaller digits and earlier ones with the same. */
function distribute(
  from: Uint32Array,
  to: Uint32Array,
  { digits, shift }: { digits: Uint32Array; shift: number },
): void {
  const starts = new Uint32Array(2 ** DIGIT + 1);
  for (let index = 0; index < digits.length; index++) {
    const digit = (((digits[index] ?? 0) >>> shift) & MASK) + 1;
    starts[digit] = (starts[digit] ?? 0) + 1;
  }
  for (let digit = 1; digit <= MASK; digit++) starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0);
  for (let index = 0; index < from.length; index++) {
    const position = from[index] ?? 0;
    const digit = ((digits[position] ?? 0) >>> shift) & MASK;
    const place = starts[digit] ?? 0;
    to[place] = position;
    starts[digit] = place + 1;
  }
}
