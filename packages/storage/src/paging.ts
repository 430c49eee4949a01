import type { ListOptions } from './contract.ts';
import { shown, StorageError } from './errors.ts';
import { checkPrefix } from './key.ts';

const DEFAULT_LIMIT = 1000;
/** The most objects one page of a listing may hold. */
export const MAX_LIMIT = 10_000;

/** A listing with nothing left to default. */
export interface Paging {
  readonly prefix: string;
  /** Only keys greater than this one; `""` lets all pass. */
  readonly after: string;
  readonly limit: number;
}

/**
 * Checks the arguments of `list` and fills in the defaults.
 *
 * @throws {StorageError} `INVALID_KEY` for a prefix or `after`, `INVALID_ARGUMENT` for a limit, that can't be.
 */
export function checkPaging(prefix: string, options: ListOptions = {}): Paging {
  const { after = '', limit = DEFAULT_LIMIT } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new StorageError('INVALID_ARGUMENT', `Expected a limit from 1 to ${MAX_LIMIT}, got ${shown(limit)}`);
  }
  return { prefix: checkPrefix(prefix), after: checkPrefix(after), limit };
}
