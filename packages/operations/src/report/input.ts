import type { OperationEvent } from '../events/contract.ts';
import type { HealthRecord } from '../health/health-history.ts';
import type { StorageSample } from '../metrics/contract.ts';
import type { RunRecord } from '../scheduler/history.ts';
import type { Timing } from '../timing/timing.ts';
import type { ReportPeriod } from './period.ts';

/** A snapshot, as the catalog of `@x/backup-store` has it. */
export interface ReportedSnapshot {
  readonly id: string;
  readonly tenant: { readonly name: string };
  readonly kind: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly status: 'ok' | 'partial';
  readonly bytes: { readonly total: number; readonly new: number; readonly stored: number };
  readonly retention?:
    | { readonly keep: boolean; readonly until?: string | undefined; readonly reason: string }
    | undefined;
  /** ISO 8601: when it was forgotten. */
  readonly forgottenAt?: string | undefined;
}

/** When backups of a tenant are due. */
export interface ExpectedBackups {
  readonly tenant: string;
  readonly timing: Timing;
  /** Since when they are due, as far as that is known (milliseconds since 1970): what was not made before is unknown. Default: always. */
  readonly sinceMs?: number | undefined;
}

/** A run of a job that makes backups. */
export interface BackupRun {
  readonly tenant: string;
  readonly run: Pick<RunRecord, 'job' | 'slotMs' | 'status' | 'startedMs' | 'finishedMs' | 'error' | 'missed'>;
}

/** A run of a job that makes no backups. */
export type OtherRun = Pick<RunRecord, 'job' | 'slotMs' | 'status' | 'finishedMs' | 'error' | 'missed'>;

/** A deploy or rollback, as the history of `@x/versioning/deploy` has it. */
export interface ReportedDeployment {
  readonly id: string;
  readonly kind: string;
  readonly version: string;
  readonly from?: string | undefined;
  readonly channel: string;
  readonly outcome: string;
  readonly by: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly ms?: number | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly wayBack?: { readonly ms: number; readonly objectiveMs: number; readonly isMet: boolean } | undefined;
}

/** A restore that was tried, as `@x/operations/drills` measures it. */
export interface ReportedDrill {
  readonly id: string;
  readonly kind: string;
  readonly tenant: string;
  readonly snapshot: string;
  readonly status: 'passed' | 'failed' | 'notTried';
  /** ISO 8601. */
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly restoreMs: number | null;
  readonly bytes: number;
  readonly proven: { readonly share: number } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What of a dashboard of `@x/operations/metrics` reports look at: how stores grow, and when they are full. */
export interface ReportedDashboard {
  readonly storage: {
    readonly destinations: readonly {
      readonly destination: string;
      readonly growth_bytes_per_day: number | null;
      /** ISO 8601; `null` when it is not in sight, or not known. */
      readonly full: { readonly at: string | null };
    }[];
  };
}

/** What is held against what was reached. */
export interface ReportedObjective {
  readonly tenant: string;
  /** How much work may be lost at most, in milliseconds: the longest time between two backups. */
  readonly rpoMs?: number | undefined;
  /** How long a restore may take at most, in milliseconds. */
  readonly rtoMs?: number | undefined;
}

/**
 * What a report is made of. Everything that it says is derived from this; what is left out is unknown, and the report says so. What is not of the period is passed over, so
 * more may be given.
 */
export interface ReportInput {
  readonly period: ReportPeriod;
  /** When it is made, in milliseconds since 1970: what comes after is not looked at. */
  readonly nowMs: number;
  /** Whose systems these are, for the title. */
  readonly title?: string | undefined;
  /** Only of this tenant. */
  readonly tenant?: string | undefined;
  /** What happened, with the moment from which on everything is told (milliseconds since 1970). */
  readonly events?: { readonly sinceMs: number; readonly list: readonly OperationEvent[] } | undefined;
  /** Snapshots, forgotten ones too, with the moment from which on all are known (milliseconds since 1970). */
  readonly snapshots?: { readonly sinceMs: number; readonly list: readonly ReportedSnapshot[] } | undefined;
  /** Runs of jobs that make backups, with the moment from which on all are known (milliseconds since 1970). */
  readonly runs?: { readonly sinceMs: number; readonly list: readonly BackupRun[] } | undefined;
  /** Runs of other jobs: those that failed or were missed are told. */
  readonly otherRuns?: readonly OtherRun[] | undefined;
  /** When backups are due. Of tenants without it nobody knows how many there should be. */
  readonly expected?: readonly ExpectedBackups[] | undefined;
  readonly deployments?: readonly ReportedDeployment[] | undefined;
  /** Without it those that events tell of. */
  readonly drills?: readonly ReportedDrill[] | undefined;
  readonly health?: HealthRecord | undefined;
  readonly storage?: readonly StorageSample[] | undefined;
  /** When the store will be full, as a forecast says (milliseconds since 1970); `null`: not in sight. */
  readonly forecast?: { readonly fullAtMs: number | null; readonly bytesPerDay?: number | undefined } | undefined;
  /** In the place of a forecast: the destination that is full first counts. */
  readonly dashboard?: ReportedDashboard | undefined;
  readonly objectives?: readonly ReportedObjective[] | undefined;
  /** What could not be read, by its name for people, such as `snapshots`: that it is not there says nothing then. */
  readonly unread?: readonly string[] | undefined;
}
