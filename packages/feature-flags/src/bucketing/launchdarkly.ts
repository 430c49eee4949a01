import { sha1Start } from './sha1.ts';

/** 2⁶⁰: as a double, the largest number of 15 hexadecimal digits is this. */
const WHOLE = 2 ** 60;

/**
 * Where LaunchDarkly puts a unit: from 0 to 1, of which its weights are hundred-thousandths.
 *
 * It is the first 60 bits of the SHA-1 of `salt.unit` in UTF-8. The salt is `flag.salt` with the name and the salt of a flag, or the seed of
 * the rollout where it has one; in segments, the name and the salt of the segment.
 */
export function launchdarklyBucket(salt: string, unit: string): number {
  const [first, second] = sha1Start(`${salt}.${unit}`);
  // 60 bits are more than a double holds: the sum is rounded to the nearest one, as parsing the digits would do.
  return (first * 2 ** 28 + (second >>> 4)) / WHOLE;
}
