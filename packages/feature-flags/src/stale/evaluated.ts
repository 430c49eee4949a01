import type { FlagCounts } from '../counts/counts.ts';
import { type FlagDefinitions, isFlagdFlag } from '../definition/model.ts';

/** Flags that a flag requires. */
export function requiredBy({ flags }: FlagDefinitions, key: string): readonly string[] {
  const flag = flags[key];
  return flag === undefined || isFlagdFlag(flag) ? [] : (flag.requires ?? []);
}

/** When flags were evaluated last, in milliseconds since 1970: asked for, or looked at for a flag that requires them. */
export function lastEvaluations(definitions: FlagDefinitions, { flags }: FlagCounts): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  // Latest first: what reaches a flag first is its last evaluation.
  const asked = Object.entries(flags).toSorted(([, a], [, b]) => b.lastAtMs - a.lastAtMs);
  for (const [start, { lastAtMs }] of asked) {
    const open = [start];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      if (known.has(key)) continue;
      known.set(key, lastAtMs);
      open.push(...requiredBy(definitions, key));
    }
  }
  return known;
}
