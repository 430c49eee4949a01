import type { PeriodKind } from './period.ts';

/** How a sentence or a mark is meant. */
export type Tone = 'good' | 'warn' | 'bad' | 'soft';

/** What became of a backup that was due, or made. `unknown`: nothing that was given tells. */
export type BackupOutcome = 'made' | 'partial' | 'failed' | 'missed' | 'unknown';

/** Backups of a time or a tenant. `due` is the sum of the five after it. */
export interface BackupCounts {
  readonly due: number;
  readonly made: number;
  readonly partial: number;
  readonly failed: number;
  readonly missed: number;
  readonly unknown: number;
  /** Made beside those that were due. */
  readonly extra: number;
  /** Content of all that were made, in bytes. */
  readonly bytes: number;
  /** What was written for them, in bytes. */
  readonly bytesStored: number;
}

/** One backup: due, or made beside those that were. */
export interface ReportedBackup {
  readonly tenant: string;
  /** ISO 8601: when it was due; of one that was not, when it began. */
  readonly at: string;
  /** The day in the zone of the report. */
  readonly date: string;
  readonly outcome: BackupOutcome;
  /** Whether it was due: of tenants without a schedule each counts as due. */
  readonly due: boolean;
  readonly snapshot: string | null;
  readonly durationMs: number | null;
  readonly bytes: number | null;
  readonly bytesStored: number | null;
  readonly error: { readonly code: string | null; readonly message: string } | null;
}

/** What was done for a tenant. */
export interface TenantBackups extends BackupCounts {
  readonly tenant: string;
  /** Whether it is known when backups were due. */
  readonly scheduled: boolean;
  /** ISO 8601: the latest good backup up to the end of the period. */
  readonly lastAt: string | null;
  /** The longest time without a new good backup, in milliseconds. */
  readonly longestGapMs: number | null;
  readonly medianMs: number | null;
  readonly longestMs: number | null;
  /** Days on which backups were due and none was made, as far as that is known. */
  readonly daysWithout: readonly string[];
}

/** Something that somebody should look at. */
export interface ReportProblem {
  /** What kind it is: `backups-missed`, `backups-failed`, … */
  readonly code: string;
  readonly tone: 'bad' | 'warn';
  /** Whose it is; none when it is everybody's. */
  readonly tenants: readonly string[];
  readonly text: string;
  /** What to do. */
  readonly todo: string;
}

/** A moment of the story. */
export interface StoryMoment {
  /** ISO 8601. */
  readonly at: string;
  readonly kind: 'backup' | 'restore' | 'drill' | 'release' | 'health' | 'other';
  readonly tone: Tone;
  readonly tenant: string | null;
  readonly text: string;
}

/** A restore that somebody has asked for. */
export interface ReportedRestore {
  readonly at: string;
  readonly tenant: string | null;
  readonly outcome: 'ok' | 'partial' | 'failed';
  readonly durationMs: number | null;
  readonly bytes: number | null;
  readonly by: string | null;
  readonly code: string | null;
}

/** A restore that was tried. */
export interface DrillLine {
  readonly at: string;
  readonly tenant: string;
  readonly kind: string;
  readonly status: 'passed' | 'failed' | 'notTried';
  readonly restoreMs: number | null;
  readonly durationMs: number;
  /** The share of the data that was proven, from 0 to 1. */
  readonly share: number | null;
  readonly error: string | null;
}

/** A deploy or rollback. */
export interface ReleaseLine {
  readonly at: string;
  readonly kind: string;
  readonly version: string;
  readonly from: string | null;
  readonly channel: string;
  readonly outcome: string;
  readonly by: string;
  readonly durationMs: number | null;
  readonly wayBackMs: number | null;
  readonly error: string | null;
}

/** A time in which a check was unhealthy. */
export interface Outage {
  readonly from: string;
  /** ISO 8601; `null`: it was not over. */
  readonly to: string | null;
  readonly durationMs: number;
  readonly message: string | null;
}

/** What is known of a check. The times add up to what of the period is over. */
export interface CheckLine {
  readonly check: string;
  readonly kind: string;
  readonly upMs: number;
  readonly degradedMs: number;
  readonly downMs: number;
  readonly unknownMs: number;
  readonly percent: number | null;
  readonly knownPercent: number;
  readonly outages: readonly Outage[];
  readonly spans: readonly { readonly from: string; readonly to: string; readonly state: string }[];
}

/** A snapshot and how long it stays. */
export interface RetentionLine {
  readonly id: string;
  readonly tenant: string;
  readonly at: string;
  readonly bytes: number;
  /** `goes`: the next cleaning takes it. */
  readonly fate: 'stays' | 'goes' | 'forgotten';
  readonly until: string | null;
  readonly reason: string | null;
  readonly forgottenAt: string | null;
}

/** An objective beside what was reached. */
export interface ObjectiveLine {
  readonly tenant: string;
  readonly kind: 'rpo' | 'rto';
  readonly objectiveMs: number;
  /** `null`: nothing that was given tells. */
  readonly reachedMs: number | null;
  readonly met: boolean | null;
}

/** A kind of event that is told nowhere else, and how often. */
export interface OtherEvents {
  readonly name: string;
  readonly level: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly message: string | null;
}

/** A report as data: what `report.json` has. A part that is `null` was not given, and is unknown. */
export interface ReportData {
  readonly schema: 'holdfast.report/1';
  readonly title: string;
  readonly tenant: string | null;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly period: {
    readonly kind: PeriodKind;
    readonly name: string;
    readonly label: string;
    readonly timeZone: string;
    readonly from: string;
    readonly to: string;
    /** Whether it was over when the report was made. */
    readonly isOver: boolean;
  };
  readonly summary: readonly { readonly text: string; readonly tone: Tone }[];
  readonly problems: readonly ReportProblem[];
  readonly backups: {
    readonly total: BackupCounts;
    readonly days: readonly (BackupCounts & {
      readonly date: string;
      readonly hours: number;
      readonly longestMs: number | null;
    })[];
    readonly tenants: readonly TenantBackups[];
    /** Those that were not simply made. */
    readonly exceptions: readonly ReportedBackup[];
    readonly exceptionsLeftOut: number;
  } | null;
  readonly restores: readonly ReportedRestore[] | null;
  readonly drills: readonly DrillLine[] | null;
  readonly releases: readonly ReleaseLine[] | null;
  readonly health: readonly CheckLine[] | null;
  readonly storage: {
    readonly samples: readonly {
      readonly at: string;
      readonly bytesStored: number;
      readonly bytesFree: number | null;
    }[];
    readonly forecastFullAt: string | null;
    readonly bytesPerDay: number | null;
  } | null;
  readonly retention: {
    readonly stays: number;
    readonly goes: number;
    readonly forgottenInPeriod: number;
    readonly bytesKept: number;
    readonly snapshots: readonly RetentionLine[];
    readonly leftOut: number;
  } | null;
  readonly objectives: readonly ObjectiveLine[];
  readonly story: readonly StoryMoment[];
  readonly storyLeftOut: number;
  readonly others: readonly OtherEvents[];
  /** What is not known, in sentences. */
  readonly unknown: readonly string[];
}
