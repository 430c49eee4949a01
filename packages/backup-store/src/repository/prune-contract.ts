import type { SnapshotRecord } from '../snapshots/record.ts';
import type { RunOptions, RunStatus, SnapshotFilter } from './run-contract.ts';

/** Options of `Repository.forget`. */
export interface ForgetOptions {
  /** Ids or beginnings of ids, names, or `latest`. A snapshot that was taken away is given by its whole id. */
  readonly snapshots: readonly string[];
  readonly filter?: SnapshotFilter | undefined;
  /** Looks them up, and forgets nothing. */
  readonly dryRun?: boolean | undefined;
  /**
   * What happens when an unfinished restore, or one of another process, needs one of them to go back to. `refuse` (default): none is forgotten.
   * `keep`: that one stays, and the others are forgotten.
   */
  readonly whenNeeded?: 'refuse' | 'keep' | undefined;
}

/** A snapshot that stays, as a restore needs it to go back to. */
export interface NeededSnapshot {
  readonly id: string;
  /** Id of the restore. */
  readonly restore: string;
}

/** What `Repository.forget` did. */
export interface ForgetResult {
  /** Records of the snapshots that were forgotten; those of which only the id is left have none. */
  readonly forgotten: readonly SnapshotRecord[];
  /** Ids of snapshots that had been taken away, and are not missed from now on. */
  readonly givenUp: readonly string[];
  /** With `whenNeeded: 'keep'`: those that stay. */
  readonly kept: readonly NeededSnapshot[];
}

/** Options of `Repository.planPrune` and `Repository.prune`. */
export interface PruneOptions extends RunOptions {
  /** Only this tenant. Default: all. */
  readonly tenant?: string | undefined;
  /** Percent of stored bytes that may stay unused in packs that are needed in part. Default 5. */
  readonly maxUnusedPercent?: number | undefined;
  /**
   * How long to wait for backups that began before this round, in milliseconds. Default 10 minutes. The round goes on with
   * the next prune.
   */
  readonly waitMs?: number | undefined;
  /** A backup that has shown no sign of life for this long is ended, in milliseconds. Default 1 hour. */
  readonly fenceAfterMs?: number | undefined;
  /** Told before it waits for backups, once for each tenant: a wait may take minutes, in which nothing else happens. */
  readonly onWait?: ((waiting: PruneWait) => void) | undefined;
}

/** What a prune waits for. */
export interface PruneWait {
  readonly tenant: string;
  /** Backups that began before the round. */
  readonly backups: readonly OpenBackup[];
  /** It waits for them so long at most, in milliseconds. */
  readonly waitMs: number;
  /** It ends one that has shown no sign of life for this long, in milliseconds. */
  readonly fenceAfterMs: number;
}

/** A pack in a plan. */
export interface PrunedPack {
  /** The stored object. */
  readonly object: string;
  /** Stored bytes. */
  readonly bytes: number;
  /** Bytes of it that snapshots need, about. */
  readonly liveBytes: number;
}

/** A backup that has begun and not ended. */
export interface OpenBackup {
  readonly session: string;
  /** When it last showed that it lives: ISO 8601, by the store's clock. */
  readonly lastSeenAt: string;
}

/** What a prune would do with one tenant. Serialisable. */
export interface TenantPrunePlan {
  readonly tenant: string;
  /** Number of the round. */
  readonly epoch: number;
  /** Whether there is anything to do. */
  readonly worthwhile: boolean;
  /** Packs that no snapshot needs. */
  readonly delete: readonly PrunedPack[];
  /** Packs of which the needed part is written to new packs first. */
  readonly repack: readonly PrunedPack[];
  /** Backups that are waited for. */
  readonly waitsFor: readonly OpenBackup[];
  /** Bytes that the tenant's packs will take less, about. */
  readonly bytesFreed: number;
  /** Bytes that stay unused in packs that are needed in part. */
  readonly bytesUnused: number;
  /** What it costs: bytes to and from the store, and requests, about. */
  readonly costs: {
    readonly bytesRead: number;
    readonly bytesWritten: number;
    readonly requests: {
      readonly list: number;
      readonly get: number;
      readonly create: number;
      readonly delete: number;
    };
  };
}

/** What `Repository.prune` would do with the same options. */
export interface PrunePlan {
  readonly tenants: readonly TenantPrunePlan[];
  /** Names of tenants that are under a legal hold: nothing of them goes. */
  readonly held: readonly string[];
}

/** What `Repository.prune` did with one tenant. */
export interface TenantPruneResult {
  readonly tenant: string;
  /** The newest round. */
  readonly epoch: number;
  readonly packsDeleted: number;
  /** Bytes of deleted packs. */
  readonly bytesFreed: number;
  /** Bytes written to new packs. */
  readonly bytesWritten: number;
  /** Backups that were ended because they showed no sign of life. */
  readonly sessionsFenced: number;
  /** Backups that go on: the round waits for them, and the next prune goes on with it. */
  readonly waitsFor: readonly OpenBackup[];
}

/** What `Repository.prune` did. */
export interface PruneResult {
  /** `partial`: a round waits for backups that go on. */
  readonly status: RunStatus;
  readonly tenants: readonly TenantPruneResult[];
  /** Names of tenants that are under a legal hold: nothing of them has gone. */
  readonly held: readonly string[];
  readonly durationMs: number;
}
