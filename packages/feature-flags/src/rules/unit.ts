import type { FlagContext } from '../definition/model.ts';

/**
 * The field of a context that a rollout goes by, as text; `undefined` where it is missing. Numbers and truth values count by their text.
 */
export function unitOf(context: FlagContext, field: string): string | undefined {
  // Also what a class gives its objects: whoever has no such field has no text or number of that name either.
  const value = context[field];
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
