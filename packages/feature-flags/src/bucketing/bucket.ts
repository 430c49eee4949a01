import { type HashState, hashAfter, hashPrefix } from './murmur3.ts';

/** Into so many parts the units of a rollout fall: each is 0.0001 %. */
export const BUCKETS = 1_000_000;

const HASHES = 2 ** 32;

/** What the hash of a rollout begins with, so that flags choose independently of each other. */
export function saltOf(salt: string): HashState {
  return hashPrefix(salt);
}

/**
 * The bucket of a unit, from 0 to 999,999: the same on every machine and in every release.
 *
 * It is `floor(hash * 1,000,000 / 2³²)` of the MurmurHash3 (x86_32, seed 0) of salt and unit in UTF-8. The product is below 2⁵³, so plain
 * numbers are exact.
 */
export function bucketOf(salt: HashState, unit: string): number {
  return Math.floor(((hashAfter(salt, unit) >>> 0) * BUCKETS) / HASHES);
}

/** Buckets of a percentage with at most four decimals; `undefined` for any other number. */
export function bucketsOf(percentage: number): number | undefined {
  const buckets = Math.round(percentage * 10_000);
  const isExact = Math.abs(buckets - percentage * 10_000) < 1e-6;
  return isExact && buckets >= 0 && buckets <= BUCKETS ? buckets : undefined;
}
