import { hashAfter, hashBytes, type HashState } from './murmur3.ts';

/** What Unleash seeds the hash for variants with; that for rollouts is 0. */
const VARIANT_SEED = 86_028_157;

/**
 * Where Unleash puts a unit in a gradual rollout: from 1 to 100. It is in if that is at most the percentage.
 *
 * It is `hash % 100 + 1` of the MurmurHash3 (x86_32, seed 0) of `groupId:unit`. Of each UTF-16 code unit only the low byte is hashed, as
 * its client for Node does; its clients in other languages hash UTF-8, so for units that are not ASCII they disagree with it.
 */
export function unleashBucket(groupId: string, unit: string): number {
  return unleashHash(groupId)(unit, 100);
}

/** Where Unleash puts a unit among variants: from 1 to the sum of their weights, which normally is 1000. */
export function unleashVariantBucket(groupId: string, unit: string, total: number): number {
  return unleashHash(groupId, VARIANT_SEED)(unit, total);
}

/** The same for many units: the group is hashed once. */
export function unleashBuckets(groupId: string): (unit: string) => number {
  const bucketOf = unleashHash(groupId);
  return (unit) => bucketOf(unit, 100);
}

/** The same for variants of many units, whose weights are 1000 together. */
export function unleashVariantBuckets(groupId: string): (unit: string) => number {
  const bucketOf = unleashHash(groupId, VARIANT_SEED);
  return (unit) => bucketOf(unit, 1000);
}

function unleashHash(groupId: string, seed: number = 0): (unit: string, total: number) => number {
  const prefix = `${groupId}:`;
  const state = hashBytes(lowBytes(prefix), seed);
  return (unit, total) => {
    const after: HashState = isAscii(unit) ? state : hashBytes(lowBytes(prefix + unit), seed);
    return ((hashAfter(after, after === state ? unit : '') >>> 0) % total) + 1;
  };
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function lowBytes(text: string): Uint8Array {
  // An array of bytes keeps the low eight bits of what is put into it.
  return Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}
