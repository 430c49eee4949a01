import type { Columns } from './columns.ts';

const RADIX = 65_536;

/**
 * Positions of items, the newest first, and equal times by id from the greatest down. So the order does not depend on that
 * of the input.
 */
export function newestFirst({ items, time }: Columns): Uint32Array {
  const order = sortDescending(time);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && time[order[end] ?? 0] === time[order[start] ?? 0]) end++;
    if (end - start > 1) {
      const idOf = (position: number): string => items[position]?.id ?? '';
      order.subarray(start, end).sort((a, b) => (idOf(a) > idOf(b) ? -1 : 1));
    }
    start = end;
  }
  return order;
}

/**
 * Radix sort from the least significant digit on: each round distributes the positions by 16 bits of how far the time is
 * from the newest. Times
 * less than 2^48 ms (9000 years) apart take three rounds, those within 50 days two.
 */
function sortDescending(time: Float64Array): Uint32Array {
  let [low, high, sorted] = [Infinity, -Infinity, true];
  for (let index = 0; index < time.length; index++) {
    const value = time[index] ?? 0;
    if (index > 0 && value > (time[index - 1] ?? 0)) sorted = false;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  let order = new Uint32Array(time.length);
  for (let index = 0; index < order.length; index++) order[index] = index;
  if (sorted) return order;
  let next = new Uint32Array(time.length);
  for (let divisor = 1; divisor <= high - low; divisor *= RADIX) {
    distribute(order, next, (position) => Math.floor((high - (time[position] ?? 0)) / divisor) % RADIX);
    [order, next] = [next, order];
  }
  return order;
}

/** One round: counts the digits, then puts each position behind those with smaller digits and earlier ones with the same. */
function distribute(from: Uint32Array, to: Uint32Array, digitOf: (position: number) => number): void {
  const starts = new Uint32Array(RADIX + 1);
  for (const position of from) {
    const digit = digitOf(position) + 1;
    starts[digit] = (starts[digit] ?? 0) + 1;
  }
  for (let digit = 1; digit <= RADIX; digit++) starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0);
  for (const position of from) {
    const digit = digitOf(position);
    const place = starts[digit] ?? 0;
    to[place] = position;
    starts[digit] = place + 1;
  }
}
