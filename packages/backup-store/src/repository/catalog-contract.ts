import type { SnapshotCheck, SnapshotFacts } from '../snapshots/facts.ts';
import type { SnapshotFilter } from './run-contract.ts';

/** Options of `Repository.catalog`. */
export interface CatalogFilter extends SnapshotFilter {
  /** Only those with a source (module) of this name or root, or whose name this glob matches. */
  readonly module?: string | undefined;
  /** Also snapshots that were forgotten, as far as they are remembered. Default `true`. */
  readonly forgotten?: boolean | undefined;
}

/** One snapshot as the catalog of backups has it. Its modules are its `sources`, their checksums are `treeSha256`. */
export interface CatalogEntry extends SnapshotFacts {
  /** How this machine has last checked it, at most once for each level, the newest first. Of a forgotten one: how whoever forgot it had. */
  readonly checks: readonly SnapshotCheck[];
  /** ISO 8601: when it was forgotten. Absent while it is there. */
  readonly forgottenAt?: string | undefined;
}
