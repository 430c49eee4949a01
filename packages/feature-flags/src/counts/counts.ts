/** How often a flag was asked for, and what it said. */
export interface FlagCount {
  /** Evaluations by the variant that the flag chose. */
  readonly variants: Readonly<Record<string, number>>;
  /** Evaluations in which it chose none, so that the fallback of the code applied. */
  readonly fallbacks: number;
  /** When it was evaluated last, in milliseconds since 1970. */
  readonly lastAtMs: number;
}

/** Evaluations that were counted. Plain JSON, so that processes can send theirs to one place. */
export interface FlagCounts {
  /** Since when, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Until when. */
  readonly untilMs: number;
  /** Flags that were evaluated at all, by their names. */
  readonly flags: Readonly<Record<string, FlagCount>>;
}

/**
 * Adds up what several processes counted, or one process in turn. In whichever order they are added, the sum is the same. It reaches from the earliest
 * `sinceMs` to the latest `untilMs`.
 *
 * @example
 * ```ts
 * import { createFlags, mergeCounts } from '@x/feature-flags';
 *
 * const [a, b] = [1, 2].map(() => createFlags({ definition: { flags: { new_ui: {} } }, counts: true }));
 * const [ofA, ofB] = [a?.takeCounts(), b?.takeCounts()];
 * if (ofA && ofB) console.log(mergeCounts(ofA, ofB).flags['new_ui']?.variants['on'] ?? 0);
 * ```
 */
export function mergeCounts(first: FlagCounts, ...others: readonly FlagCounts[]): FlagCounts {
  const flags = new Map<string, FlagCount>();
  for (const each of [first, ...others]) {
    for (const [key, count] of Object.entries(each.flags)) {
      const before = flags.get(key);
      flags.set(key, before === undefined ? count : sumOf(before, count));
    }
  }
  return {
    sinceMs: others.reduce((least, { sinceMs }) => Math.min(least, sinceMs), first.sinceMs),
    untilMs: others.reduce((most, { untilMs }) => Math.max(most, untilMs), first.untilMs),
    flags: Object.fromEntries(flags),
  };
}

function sumOf(a: FlagCount, b: FlagCount): FlagCount {
  const variants = new Map(Object.entries(a.variants));
  for (const [name, evaluations] of Object.entries(b.variants))
    variants.set(name, (variants.get(name) ?? 0) + evaluations);
  return {
    variants: Object.fromEntries(variants),
    fallbacks: a.fallbacks + b.fallbacks,
    lastAtMs: Math.max(a.lastAtMs, b.lastAtMs),
  };
}
