// Written from the text of RFC 9162, section 2.1, and from nothing else: recursive, slow, and shared with no source file.
import { createHash } from 'node:crypto';

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(Buffer.concat(parts)).digest());

function largestPowerBelow(n: number): number {
  return n <= 2 ? 1 : 2 * largestPowerBelow(Math.ceil(n / 2));
}

/** MTH of section 2.1.1. */
export function mth(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return sha256(Uint8Array.of(0), only);
  const k = largestPowerBelow(leaves.length);
  return sha256(Uint8Array.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** PATH of section 2.1.3.1. */
export function path(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = largestPowerBelow(leaves.length);
  if (m < k) return [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))];
  return [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}

/** PROOF and SUBPROOF of section 2.1.4.1. */
export function proof(m: number, leaves: readonly Uint8Array[], complete = true): Uint8Array[] {
  if (m === leaves.length) return complete ? [] : [mth(leaves)];
  const k = largestPowerBelow(leaves.length);
  if (m <= k) return [...proof(m, leaves.slice(0, k), complete), mth(leaves.slice(k))];
  return [...proof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}
