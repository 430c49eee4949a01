import type { RetentionItem } from '../items/item.ts';
import type { PlanOptions } from '../plan/options.ts';
import { planRetention } from '../plan/plan-retention.ts';
import type { RetentionPolicy } from '../policy/policy.ts';

/** What two policies do with the same items: ids in the order of the items. */
export interface PolicyComparison {
  readonly both: readonly string[];
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  readonly neither: readonly string[];
  /** Bytes that the second keeps more than the first, of the items that say how many they have; negative for fewer. */
  readonly bytes: number;
}

/**
 * Says which items only one of two policies would keep.
 *
 * @throws RetentionError what `planRetention` throws, for either.
 * @example
 * ```ts
 * import { comparePolicies } from '@x/retention';
 *
 * const items = [{ id: 'a', time: '2026-01-30T02:00:00Z' }, { id: 'b', time: '2026-01-31T02:00:00Z' }];
 * const { onlySecond } = comparePolicies(items, { last: 1 }, { daily: 7 }, { now: Date.now(), timeZone: 'UTC' });
 * ```
 */
export function comparePolicies(
  items: readonly RetentionItem[],
  first: RetentionPolicy | readonly RetentionPolicy[],
  second: RetentionPolicy | readonly RetentionPolicy[],
  options: PlanOptions,
): PolicyComparison {
  const [a, b] = [planRetention(items, first, options), planRetention(items, second, options)];
  const groups = { both: [], onlyFirst: [], onlySecond: [], neither: [] } as Record<
    'both' | 'onlyFirst' | 'onlySecond' | 'neither',
    string[]
  >;
  let bytes = 0;
  for (const [index, { id, keep }] of a.entries()) {
    const other = b[index]?.keep === true;
    groups[keep ? (other ? 'both' : 'onlyFirst') : other ? 'onlySecond' : 'neither'].push(id);
    bytes += (Number(other) - Number(keep)) * (items[index]?.bytes ?? 0);
  }
  return { ...groups, bytes };
}
