import type { FlagContext } from '../definition/model.ts';

/**
 * The field of a context that a rollout goes by, as text; `undefined` where it is missing. Numbers and truth values count by their text.
 */
export function unitOf(context: FlagContext, field: string): string | undefined {
  const value = Object.hasOwn(context, field) ? context[field] : undefined;
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
