import type { SnapshotKind } from '@x/backup-store';

/** A backup that was made, as the dashboard counts it. */
export interface BackupFact {
  /** Id of the snapshot. */
  readonly id: string;
  readonly tenant: string;
  /** A `checkpoint` has no content, and is not counted. */
  readonly kind: SnapshotKind;
  /** Milliseconds since 1970. */
  readonly madeMs: number;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Content, in bytes. */
  readonly bytes: number;
}

/** A release, as the dashboard counts it. */
export interface ReleaseFact {
  readonly version: string;
}

/** How much was stored at a destination at a time. */
export interface StorageSample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Bytes. */
  readonly storedBytes: number;
  /** Free bytes of its disk, for those who are not root; `null` where there is no such thing, as in a bucket. */
  readonly freeBytes: number | null;
}

/** A destination and how much was stored there. */
export interface StorageFacts {
  /** For people and labels: a URL or folder without secrets. */
  readonly destination: string;
  /** In any order. */
  readonly samples: readonly StorageSample[];
}

/** Backups in numbers. Moments are ISO 8601; `null` where nothing is known. */
export interface BackupFigures {
  /** Those that were made and those that failed. */
  readonly total_count: number;
  /** Of these, those of the last 24 hours. */
  readonly last_24h: number;
  readonly failed_count: number;
  /** Of those that were made, milliseconds. */
  readonly avg_duration_ms: number | null;
  /** Content of one, in bytes. */
  readonly avg_size_bytes: number | null;
  readonly last_success: string | null;
  readonly last_failure: string | null;
}

/** Restores in numbers, without those of drills. One that lacks something has failed. */
export interface RestoreFigures {
  readonly total_count: number;
  readonly success_count: number;
  readonly failed_count: number;
  /** 0 to 1. */
  readonly success_rate: number | null;
  /** Time to restore of those that succeeded, milliseconds. */
  readonly avg_ttr_ms: number | null;
  readonly last_restore: string | null;
}

/** Releases and deploys in numbers. */
export interface ReleaseFigures {
  readonly total_count: number;
  /** What the latest deploy or rollback that succeeded has left. */
  readonly active_version: string | null;
  /** On purpose, and deploys that went back by themselves. */
  readonly rollback_count: number;
  /** Of those that succeeded. */
  readonly last_deploy: string | null;
  readonly last_rollback: string | null;
}

/** When a disk is full, if all goes on as it did. */
export interface FullForecast {
  /** `never`: not in a hundred years. `unknown`: too little is known, `reason` says what. */
  readonly status: 'at' | 'never' | 'unknown';
  /** ISO 8601. */
  readonly at: string | null;
  /** The same by the ends of the interval; `latest` is `null` when that is never. */
  readonly earliest: string | null;
  readonly latest: string | null;
  /** In one sentence. */
  readonly reason: string;
}

/** What is stored at a destination, and how that grows. */
export interface DestinationFigures {
  readonly destination: string;
  readonly stored_bytes: number | null;
  readonly free_bytes: number | null;
  readonly samples: number;
  /** Bytes a day, with an interval of 95 %; `null` with too few samples. */
  readonly growth_bytes_per_day: number | null;
  readonly growth_low: number | null;
  readonly growth_high: number | null;
  readonly full: FullForecast;
}

/** Storage in numbers. */
export interface StorageFigures {
  /** Of all destinations together, bytes. */
  readonly total_bytes: number | null;
  readonly destinations: readonly DestinationFigures[];
}

/** Backups and restores of one tenant. */
export interface TenantFigures {
  readonly tenant: string;
  readonly tenant_backups: BackupFigures;
  readonly restores: RestoreFigures;
}

/** What happened, in numbers, as JSON. Its names are held by a test: dashboards of others are built on them. */
export interface Dashboard {
  /** ISO 8601. */
  readonly generated_at: string;
  readonly tenant_backups: BackupFigures;
  readonly restores: RestoreFigures;
  readonly releases: ReleaseFigures;
  readonly storage: StorageFigures;
  /** By name. What can not be told whose it was is in none. */
  readonly tenants: readonly TenantFigures[];
}
