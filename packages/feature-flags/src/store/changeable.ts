import type { ChangeNote, FlagEdits } from './editable.ts';
import type { FlagStore } from './store.ts';

/** A store whose flags can be changed. */
export interface ChangeableFlags extends FlagStore {
  /**
   * Changes flags, all of them or none. Edits as a function are made of the newest flags, again where somebody else was faster.
   *
   * @param note Who changes them, and why.
   * @throws {FlagError} `INVALID_FLAGS` if what is edited would be wrong then, or anything else that is good now; they stay as they were.
   */
  change(edits: FlagEdits, note: ChangeNote): Promise<unknown>;
}

/** Whether the flags of a store can be changed. */
export function isChangeable(store: FlagStore): store is ChangeableFlags {
  return 'change' in store && typeof store.change === 'function';
}
