import { joined } from './bytes.ts';

/** A number in groups of seven bits, the lowest first. */
export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** A field: a number, or text or bytes with their length. */
export function field(number: number, value: number | bigint | string | Uint8Array): Uint8Array {
  if (typeof value === 'number' || typeof value === 'bigint') return joined(varint(number << 3), varint(value));
  const bytes = joined(value);
  return joined(varint((number << 3) | 2), varint(bytes.length), bytes);
}
