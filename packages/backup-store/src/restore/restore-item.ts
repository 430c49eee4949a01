import type { Entry } from '../catalog/entry.ts';
import { joinPath } from '../run/display-path.ts';
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
  /** Why, for `keep`, `note`, and a file that was left unfinished. */
  readonly reason?: string | undefined;
  /** The directory it goes to is not there yet, and stays private until all in it is there. */
  readonly isFresh?: boolean | undefined;
}

/** An item that makes its path up when asked: a restore has one for each entry, and most are asked once. */
export class PlannedItem implements RestoreItem {
  readonly action: RestoreItem['action'];
  readonly tree: number;
  readonly entry: Entry;
  readonly found: FoundEntry | undefined;
  readonly reason: string | undefined;
  readonly isFresh: boolean;
  readonly #prefix: Buffer;

  /** @param prefix Path of the entry's source in the tree; shared by all its items. */
  constructor(item: Omit<RestoreItem, 'path'>, prefix: Buffer) {
    this.action = item.action;
    this.tree = item.tree;
    this.entry = item.entry;
    this.found = item.found;
    this.reason = item.reason;
    this.isFresh = item.isFresh === true;
    this.#prefix = prefix;
  }

  get path(): Buffer {
    return joinPath(this.#prefix, this.entry.path);
  }
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
