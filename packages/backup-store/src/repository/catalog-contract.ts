import type { SnapshotCheck, SnapshotFacts } from '../snapshots/facts.ts';
import type { SnapshotFilter } from './run-contract.ts';

/** Options of `Repository.catalog`. */
export interface CatalogFilter extends SnapshotFilter {
  /** Only those with a module, or a source, of this name (of a source its root, too), or whose name this glob matches. */
  readonly module?: string | undefined;
  /** Also snapshots that were forgotten, as far as they are remembered. Default `true`. */
  readonly forgotten?: boolean | undefined;
}

/** One snapshot as the catalog of backups has it. It has the modules and their digests; sources that belong to none have `treeSha256`. */
export interface CatalogEntry extends SnapshotFacts {
  /** How this machine has last checked it, at most once for each level, the newest first. Of a forgotten one: how whoever forgot it had. */
  readonly checks: readonly SnapshotCheck[];
  /** ISO 8601: when it was forgotten. Absent while it is there. */
  readonly forgottenAt?: string | undefined;
}
