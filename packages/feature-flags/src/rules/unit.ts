import type { FlagContext } from '../definition/model.ts';
import { ownValue } from '../logic/value.ts';

/**
 * The field of a context that a rollout goes by, as text; `undefined` where it is missing. Numbers and truth values count by their text.
 */
export function unitOf(context: FlagContext, field: string): string | undefined {
  const value = ownValue(context, field);
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
