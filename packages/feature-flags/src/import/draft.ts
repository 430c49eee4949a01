import type { FlagDefinitions, FlagdFlag, ShortFlag } from '../definition/model.ts';

/** A flag that an importer has yet to look at. */
export interface Draft {
  readonly key: string;
  /** @throws Inexpressible */
  readonly make: (note: (message: string) => void) => FlagdFlag | ShortFlag;
}

/** What an importer finds in a document. */
export interface Found {
  readonly drafts: readonly Draft[];
  readonly rest?: Omit<FlagDefinitions, 'flags'>;
}
