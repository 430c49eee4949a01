import { zOf } from './normal.ts';

/** Where a figure is, given that the samples were chance. Both ends are included. */
export type Interval = readonly [low: number, high: number];

/** A share of samples. */
export interface Share {
  /** 0 to 1. */
  readonly rate: number;
  readonly samples: number;
}

/**
 * Wilson's score interval of a share (Wilson 1927): it holds for few samples and for shares near 0 and 1, where the usual one does not.
 *
 * @param confidence Such as 0.95.
 *
 * @example
 * ```ts
 * import { wilsonInterval } from '@x/ml-model-registry';
 *
 * console.log(wilsonInterval({ rate: 0, samples: 20 }, 0.95)); // [0, 0.161…]: not "it never happens"
 * ```
 */
export function wilsonInterval({ rate, samples }: Share, confidence: number): Interval {
  const z = zOf(confidence);
  const z2 = z * z;
  const middle = rate + z2 / (2 * samples);
  const half = z * Math.sqrt((rate * (1 - rate)) / samples + z2 / (4 * samples * samples));
  const whole = 1 + z2 / samples;
  // Rounding must not put the share itself outside.
  return [
    rate === 0 ? 0 : Math.max(0, Math.min(rate, (middle - half) / whole)),
    rate === 1 ? 1 : Math.min(1, Math.max(rate, (middle + half) / whole)),
  ];
}

/** Where the difference of two independent shares is: Newcombe's hybrid score interval (1998, method 10), made of two of Wilson's. */
export function differenceOfShares(before: Share, after: Share, confidence: number): Interval {
  const [low1, high1] = wilsonInterval(after, confidence);
  const [low2, high2] = wilsonInterval(before, confidence);
  const difference = after.rate - before.rate;
  return [
    difference - Math.hypot(after.rate - low1, high2 - before.rate),
    difference + Math.hypot(high1 - after.rate, before.rate - low2),
  ];
}

/** Samples of which two versions said different things, of all. */
export interface Discordant {
  /** Right only before. */
  readonly lost: number;
  /** Right only after. */
  readonly won: number;
  readonly pairs: number;
}

/** Where the difference of two shares of the same samples is: Wald's interval with two pairs added (Bonett and Price 2012). */
export function differenceOfPairs({ lost, won, pairs }: Discordant, confidence: number): Interval {
  const n = pairs + 2;
  const up = (won + 1) / n;
  const down = (lost + 1) / n;
  const half = zOf(confidence) * Math.sqrt((up + down - (up - down) ** 2) / n);
  return [Math.max(-1, up - down - half), Math.min(1, up - down + half)];
}

/** McNemar's exact test: how likely so uneven a split of the samples that differ is, if both versions were as good. Two-sided. */
export function exactMcNemar({ lost, won }: Discordant): number {
  const n = lost + won;
  let chance = Math.exp(-n * Math.LN2);
  // Far beyond what doubles have: the normal approximation, with continuity correction.
  if (chance === 0) return twoSidedNormal(Math.max(0, Math.abs(won - lost) - 1) / Math.sqrt(n));
  let sum = 0;
  for (let k = 0; k <= Math.min(lost, won); k += 1) {
    sum += chance;
    chance *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * sum);
}

/** Abramowitz and Stegun 7.1.26, off by 1.5e-7 at most. */
function twoSidedNormal(z: number): number {
  const t = 1 / (1 + (0.327_591_1 * z) / Math.SQRT2);
  const p = ((((1.061_405_429 * t - 1.453_152_027) * t + 1.421_413_741) * t - 0.284_496_736) * t + 0.254_829_592) * t;
  return p * Math.exp((-z * z) / 2);
}
