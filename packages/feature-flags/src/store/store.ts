import type { FlagDefinitions } from '../definition/model.ts';

/** Flags as a store has them. */
export interface StoredFlags {
  readonly definitions: FlagDefinitions;
  /** Another one with each change. */
  readonly version: string;
}

/** A place that flags are read from, again and again. */
export interface FlagStore {
  /**
   * Reads the flags; `undefined` if their version is still the one that is known, which should cost little. They need not be checked: whoever reads them refuses the flags that
   * have a mistake, or all when strict. Those that `parseFlags` gives have places for their mistakes.
   *
   * @throws {FlagError} `INVALID_FLAGS`, `FLAGS_TOO_LARGE`, `UNREADABLE_FLAGS`.
   */
  load(known: string | undefined): Promise<StoredFlags | undefined>;
  /** Calls back when there may be something new, until what it returns is called. */
  watch?(onChange: () => void): () => void;
}
