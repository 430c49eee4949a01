import { bucketOf, BUCKETS, saltOf } from './bucket.ts';
import { growthbookStep, type GrowthbookHashVersion } from './growthbook.ts';
import { launchdarklyBucket } from './launchdarkly.ts';
import { unleashBuckets, unleashVariantBuckets } from './unleash.ts';

/**
 * Whose buckets a rollout uses, so that units keep what they had in another system:
 *
 * - `holdfast` and `flagd` are one and the same, in steps of 0.0001 %.
 * - `unleash`: percentages in steps of 1 %, of which the salt is the `groupId`; ranges as those of variants, in steps of 0.1 %.
 * - `growthbook`: steps of 0.1 % in hash version 1, of 0.01 % in version 2; the salt is the `seed`. As there, a percentage takes in the step
 *   that it ends with: 50 % in version 1 are 501 of 1000. Ranges end before it.
 * - `launchdarkly`: steps of 0.0001 %, where there they are 0.001 %; the salt is `flag.salt`, name and salt of the flag, or the seed.
 *
 * What there gets a random bucket or the first one, a context without the unit, is not in.
 */
export type Bucketing = 'holdfast' | 'flagd' | 'unleash' | 'growthbook' | 'launchdarkly';

/** All there are, for checks. */
export const BUCKETINGS: readonly Bucketing[] = ['holdfast', 'flagd', 'unleash', 'growthbook', 'launchdarkly'];

/** Whether flagd has other buckets. */
export function isForeign(bucketing: Bucketing | undefined): boolean {
  return bucketing !== undefined && bucketing !== 'holdfast' && bucketing !== 'flagd';
}

/** Gives units their places. */
export interface Bucketer {
  /** A whole number from 0 to 999,999, the same always. */
  bucketOf(this: void, unit: string): number;
  /** Whether a percentage takes in the bucket that it ends with. */
  readonly includesEnd: boolean;
}

/** How a rollout hashes. */
export interface Hashing {
  readonly bucketing?: Bucketing | undefined;
  readonly hashVersion?: GrowthbookHashVersion | undefined;
  readonly salt: string;
  /** Whether ranges are looked up, and not a percentage. */
  readonly isRanges: boolean;
}

/** The buckets of a rollout, each as the place of its system among 1,000,000. */
export function bucketerOf({ bucketing, hashVersion = 1, salt, isRanges }: Hashing): Bucketer {
  switch (bucketing) {
    case 'unleash': {
      // Unleash counts from 1 and takes in the end: its bucket 30 is the last one of 30 %, and the last of 1,000,000 in it stands for it.
      const [bucketsOf, width] = isRanges ? [unleashVariantBuckets(salt), 1000] : [unleashBuckets(salt), 10_000];
      return { bucketOf: (unit) => bucketsOf(unit) * width - 1, includesEnd: false };
    }
    case 'growthbook': {
      const width = hashVersion === 1 ? 1000 : 100;
      return { bucketOf: (unit) => growthbookStep(salt, unit, hashVersion) * width, includesEnd: !isRanges };
    }
    case 'launchdarkly':
      return { bucketOf: (unit) => wholeOf(launchdarklyBucket(salt, unit)), includesEnd: false };
    default: {
      const prefix = saltOf(salt);
      return { bucketOf: (unit) => bucketOf(prefix, unit), includesEnd: false };
    }
  }
}

/** The last of the 1,000,000 that does not begin after a fraction. Multiplying rounds, so its neighbours are looked at, too. */
function wholeOf(fraction: number): number {
  let whole = Math.min(Math.floor(fraction * BUCKETS), BUCKETS - 1);
  while ((whole + 1) / BUCKETS <= fraction && whole + 1 < BUCKETS) whole++;
  while (whole / BUCKETS > fraction) whole--;
  return whole;
}
