import type { FlagDefinitions, FlagdFlag, ShortFlag } from '../definition/model.ts';
import type { FlagStore } from '../store/store.ts';

/** A flag as it should be. */
export interface GuardEdit {
  readonly kind: 'set';
  readonly key: string;
  readonly definition: FlagdFlag | ShortFlag;
}

/** What a guard needs of a store: to read flags, and to change them on top of what is the newest. */
export interface GuardedStore extends Pick<FlagStore, 'load'> {
  /**
   * Writes edits, all or none. When somebody else was faster, the function is asked again with the newest flags, so that two guards never take
   * one step twice. No edits are no change.
   */
  change(
    edits: (definitions: FlagDefinitions) => readonly GuardEdit[],
    about: { readonly by: string; readonly why: string },
  ): Promise<unknown>;
}
