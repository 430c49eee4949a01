import type { RetentionPolicy } from '@x/retention';
import type { SnapshotCheck, SnapshotFacts } from '../snapshots/facts.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { SnapshotFilter } from './run-contract.ts';

/** What snapshots of a tenant can be ranked among themselves by. */
export type GroupField = 'host' | 'paths' | 'tags' | 'kind';

/** What of a snapshot retention looks at. */
export interface RankedSnapshot {
  readonly record: Pick<
    SnapshotRecord,
    'id' | 'host' | 'tags' | 'kind' | 'startedAt' | 'tenant' | 'bytes' | 'status'
  > & {
    readonly sources: readonly { readonly root: string }[];
  };
  /** Milliseconds since 1970, as in `Repository.timeline`. */
  readonly madeMs: number;
}

/** Policies of `@x/retention` for all tenants, or for the one of a name; of several, each adds to what the others keep. */
export type RetentionPolicies = readonly RetentionPolicy[] | ((tenant: string) => readonly RetentionPolicy[]);

/** What the catalog's dates of retention go by. Without any, by the policy that is stored with each tenant. */
export interface RetentionOptions {
  /** In place of those that are stored with tenants. */
  readonly policies?: RetentionPolicies | undefined;
  /** For tenants that have none of their own. */
  readonly defaults?: RetentionPolicies | undefined;
  /** Whose days and weeks count, as `Europe/Lisbon`. Default: that of this machine. */
  readonly timeZone?: string | undefined;
  /** Default `['host', 'paths']`. */
  readonly groupBy?: readonly GroupField[] | undefined;
  /** Decides exactly as this tool would. */
  readonly compat?: 'restic' | 'borg' | undefined;
}

/** Until when a snapshot is kept, and why. */
export interface SnapshotRetention {
  /** Whether it stays if its tenant's snapshots are forgotten by the policy now. */
  readonly keep: boolean;
  /**
   * ISO 8601: when time alone may change that; of a forgotten one, when it was forgotten. Absent where only something else can: a newer
   * snapshot that takes its place, or somebody.
   */
  readonly until?: string | undefined;
  /**
   * What says so: policies that were `asked` about, the one of the `tenant`, the `default` ones, a legal `hold`, `nothing` (then it stays until
   * somebody forgets it), or that it was `forgotten`.
   */
  readonly by: 'asked' | 'tenant' | 'default' | 'hold' | 'nothing' | 'forgotten';
  /** A sentence about "It". */
  readonly reason: string;
}

/** Options of `Repository.catalog`. */
export interface CatalogFilter extends SnapshotFilter {
  /** Only those with a module, or a source, of this name (of a source its root, too), or whose name this glob matches. */
  readonly module?: string | undefined;
  /** Also snapshots that were forgotten, as far as they are remembered. Default `true`. */
  readonly forgotten?: boolean | undefined;
  /** What dates of retention go by. Default: the policy that is stored with each tenant. */
  readonly retention?: RetentionOptions | undefined;
}

/** One snapshot as the catalog of backups has it. It has the modules and their digests; sources that belong to none have `treeSha256`. */
export interface CatalogEntry extends SnapshotFacts {
  /** How this machine has last checked it, at most once for each level, the newest first. Of a forgotten one: how whoever forgot it had. */
  readonly checks: readonly SnapshotCheck[];
  /** Until when it is kept, and why. All of a tenant's snapshots are ranked, whatever the filter lets through. */
  readonly retention: SnapshotRetention;
  /** ISO 8601: when it was forgotten. Absent while it is there. */
  readonly forgottenAt?: string | undefined;
}
