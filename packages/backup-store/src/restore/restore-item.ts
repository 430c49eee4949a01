import type { Entry } from '../catalog/entry.ts';
import type { FoundEntry } from '../sink/contract.ts';

/** What a restore does with one entry. */
export interface RestoreItem {
  readonly action: 'create' | 'overwrite' | 'keep' | 'metadata' | 'delete' | 'note';
  /** Number of the tree it goes to. */
  readonly tree: number;
  /** Path in that tree; empty for the tree itself. */
  readonly path: Buffer;
  readonly entry: Entry;
  /** What is there now. */
  readonly found?: FoundEntry | undefined;
  /** Why, for `keep` and `note`. */
  readonly reason?: string | undefined;
}

/** A tree that a restore writes to, and what goes there. */
export interface RestoreTree {
  /** Absolute. */
  readonly root: Buffer;
}

/** Everything a restore will do, in order. */
export interface InternalPlan {
  readonly trees: readonly RestoreTree[];
  readonly items: readonly RestoreItem[];
}
