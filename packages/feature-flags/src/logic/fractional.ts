import { hashAfter, hashPrefix } from '../bucketing/murmur3.ts';
import type { Call, Rule } from './call.ts';
import { asText, ownValue } from './value.ts';

/** More than this all weights together can't be: 2³¹ - 1. */
const MOST = 2_147_483_647;

const NOTHING_BEFORE = hashPrefix('');

/**
 * Compiles flagd's `fractional`: chooses a variant by the weight of each, by a key of its own or by the flag's name and the `targetingKey`.
 *
 * The bucket is `floor(hash * total / 2³²)` of the MurmurHash3 (x86_32, seed 0) of the key in UTF-8, as in flagd's second version of
 * it; the first variant whose weights add up to more is chosen. What is no sound distribution chooses nothing.
 */
export function compileFractional(list: readonly unknown[], compile: (each: unknown) => Rule): Rule {
  const rules = list.map(compile);
  return (data, call) => {
    let values: readonly unknown[] = rules.map((rule) => rule(data, call));
    // The whole list may come from the context.
    const [only] = values;
    if (values.length === 1 && Array.isArray(only) && Array.isArray(only[0])) values = only;
    const [first, ...rest] = values;
    if (typeof first === 'string') return chosen(rest, first);
    const key = keyOf(call);
    return key === undefined ? null : chosen(values, key);
  };
}

function keyOf({ flagKey, context }: Call): string | undefined {
  const targetingKey = ownValue(context, 'targetingKey');
  if (targetingKey === undefined || targetingKey === null || targetingKey === '') return undefined;
  return typeof targetingKey === 'object' ? undefined : `${flagKey}${asText(targetingKey)}`;
}

function chosen(shares: readonly unknown[], key: string): unknown {
  let total = 0;
  const sound: { readonly variant: unknown; readonly weight: number }[] = [];
  for (const share of shares) {
    if (!Array.isArray(share) || share.length < 1 || share.length > 2) return null;
    const [variant, weight = 1] = share as unknown[];
    if ((typeof variant === 'object' && variant !== null) || !Number.isInteger(weight)) return null;
    sound.push({ variant, weight: Math.max(weight as number, 0) });
    total += sound.at(-1)?.weight ?? 0;
  }
  if (total === 0 || total > MOST) return null;
  const bucket = scaled(hashAfter(NOTHING_BEFORE, key) >>> 0, total);
  let end = 0;
  return sound.find(({ weight }) => (end += weight) > bucket)?.variant ?? null;
}

/** `floor(hash * total / 2³²)`. The product may have 63 bits, so it is taken in two halves, each of which is exact. */
function scaled(hash: number, total: number): number {
  const [high, low] = [Math.floor(hash / 65_536), hash % 65_536];
  return Math.floor((high * total + Math.floor((low * total) / 65_536)) / 65_536);
}
