import type { FlagdFlag, ShortFlag } from '../definition/model.ts';
import type { FlagStore } from './store.ts';

/** A change of one flag: from now on it is this one, whether there was one before or not. */
export interface FlagEdit {
  readonly kind: 'set';
  readonly key: string;
  readonly definition: FlagdFlag | ShortFlag;
}

/** A store whose flags can be changed. */
export interface ChangeableFlags extends FlagStore {
  /**
   * Changes flags, all of them or none.
   *
   * @param about Who changes them, and why.
   * @throws {FlagError} `INVALID_FLAGS` if the flags would be wrong then; they stay as they were.
   */
  change(edits: readonly FlagEdit[], about: { readonly by: string; readonly why: string }): Promise<unknown>;
}

/** Whether the flags of a store can be changed. */
export function isChangeable(store: FlagStore): store is ChangeableFlags {
  return 'change' in store && typeof store.change === 'function';
}
