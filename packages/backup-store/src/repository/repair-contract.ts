import type { OpenBackup } from './prune-contract.ts';
import type { RunOptions, RunStatus } from './run-contract.ts';

/** Options of `Repository.repair`. */
export interface RepairOptions extends RunOptions {
  /** Reads the contents of all packs to find what is damaged. Default: only lists, directories and catalogs. */
  readonly readData?: boolean | undefined;
  /** Says what is damaged and what would be given up, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** How long to wait for backups that began before, in milliseconds. Default 10 minutes. */
  readonly waitMs?: number | undefined;
  /** A backup that has shown no sign of life for this long is ended, in milliseconds. Default 1 hour. */
  readonly fenceAfterMs?: number | undefined;
}

/** A snapshot that lacks something. */
export interface IncompleteSnapshot {
  readonly snapshot: string;
  readonly name?: string | undefined;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Some of the paths concerned, as far as they are known (at most 20). */
  readonly paths: readonly string[];
}

/** What `Repository.repair` did (or, with `dryRun`, would do). */
export interface RepairResult {
  /** `ok`: nothing is lost; `partial`: some snapshots lack something, were given up, or a round waits for backups. */
  readonly status: RunStatus;
  /** Second copies of marker, configuration and keyring that were missing or damaged, and are there again. */
  readonly copiesRestored: readonly string[];
  /** Index segments that were written anew. */
  readonly segmentsRebuilt: readonly string[];
  /** Damaged packs that were taken out of use. */
  readonly packsDropped: readonly string[];
  /** Ids of snapshots whose commits can't be read: they are forgotten. */
  readonly givenUp: readonly string[];
  readonly incomplete: readonly IncompleteSnapshot[];
  /** Names of tenants under a legal hold, of which something is damaged: what was damaged stays as it is. */
  readonly held: readonly string[];
  /** Backups that go on: the repair is finished by the next one. */
  readonly waitsFor: readonly OpenBackup[];
  readonly durationMs: number;
}
