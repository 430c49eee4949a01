import type { FlagContext } from '../definition/model.ts';

/** For whom nothing is known. */
const NOBODY: FlagContext = Object.freeze({});

/** A context, whatever was passed for one. */
export function contextOf(value: unknown): FlagContext {
  return typeof value === 'object' && value !== null ? (value as FlagContext) : NOBODY;
}
