/** One number and what it is of. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  /** Never NaN. */
  readonly value: number;
}

/** Numbers that mean the same thing: a gauge, in seconds, bytes, bytes a second, or a count. */
export interface MetricFamily {
  /** By the rules of Prometheus, with the unit at its end. */
  readonly name: string;
  readonly help: string;
  readonly unit: 'seconds' | 'bytes' | 'bytes_per_second' | null;
  readonly samples: readonly MetricSample[];
}

type Family = Pick<MetricFamily, 'name' | 'help' | 'unit'>;

const count = (name: string, help: string): Family => ({ name: `holdfast_${name}`, help, unit: null });
const seconds = (name: string, help: string): Family => ({ name: `holdfast_${name}_seconds`, help, unit: 'seconds' });
const bytes = (name: string, help: string): Family => ({ name: `holdfast_${name}_bytes`, help, unit: 'bytes' });

/** What this package calls a gauge. */
export type FamilyName =
  | 'generated'
  | 'backups'
  | 'backupsLastDay'
  | 'backupDuration'
  | 'backupSize'
  | 'backupSuccess'
  | 'backupFailure'
  | 'snapshots'
  | 'restores'
  | 'restoreDuration'
  | 'restoreLast'
  | 'drillLast'
  | 'drillPassed'
  | 'drillRestore'
  | 'objectiveMet'
  | 'objectiveValue'
  | 'objectiveLimit'
  | 'releases'
  | 'releaseActive'
  | 'rollbacks'
  | 'deployLast'
  | 'rollbackLast'
  | 'stored'
  | 'free'
  | 'growth'
  | 'full'
  | 'tenantsLeftOut';

/** All gauges, in the order in which they are written. */
export const FAMILIES: Readonly<Record<FamilyName, Family>> = {
  generated: seconds('metrics_generated_timestamp', 'When these numbers were read, since 1970.'),
  backups: count('backups', 'Backups that are known, by tenant and result.'),
  backupsLastDay: count('backups_last_day', 'Backups of the last 24 hours, those that failed as well.'),
  backupDuration: seconds('backup_average_duration', 'How long a backup takes, on average.'),
  backupSize: bytes('backup_average_size', 'Content of a backup, on average.'),
  backupSuccess: seconds('backup_last_success_timestamp', 'When the latest backup was made, since 1970.'),
  backupFailure: seconds('backup_last_failure_timestamp', 'When the latest backup failed, since 1970.'),
  snapshots: count('snapshots', 'Snapshots by how much of them was proven to come back.'),
  restores: count('restores', 'Restores that are known, by tenant and result, without drills.'),
  restoreDuration: seconds('restore_average_duration', 'How long a restore takes, on average.'),
  restoreLast: seconds('restore_last_timestamp', 'When the latest restore ended, since 1970.'),
  drillLast: seconds('drill_last_timestamp', 'When the latest drill ended, since 1970.'),
  drillPassed: count('drill_passed', 'Whether the latest drill passed: 1, or 0.'),
  drillRestore: seconds('drill_restore_duration', 'Time to restore that the latest drill has measured.'),
  objectiveMet: count('objective_met', 'Whether an objective is met: 1, or 0. Absent when that is not known.'),
  objectiveValue: seconds('objective_value', 'What was measured or estimated for an objective.'),
  objectiveLimit: seconds('objective_limit', 'What an objective allows.'),
  releases: count('releases', 'Releases that there are.'),
  releaseActive: count('release_active', 'The version that runs: always 1.'),
  rollbacks: count('rollbacks', 'Rollbacks, on purpose and by themselves.'),
  deployLast: seconds('deploy_last_timestamp', 'When the latest deploy succeeded, since 1970.'),
  rollbackLast: seconds('rollback_last_timestamp', 'When the latest rollback succeeded, since 1970.'),
  stored: bytes('stored', 'Bytes at a destination.'),
  free: bytes('free', 'Free bytes of the disk of a destination.'),
  growth: {
    name: 'holdfast_stored_growth_bytes_per_second',
    help: 'How fast a destination grows, by the trend of 90 days.',
    unit: 'bytes_per_second',
  },
  full: seconds('disk_full_timestamp', 'When the disk of a destination is full if all goes on as it did, since 1970.'),
  tenantsLeftOut: count('tenants_left_out', 'Tenants that have no labels here, as there are too many.'),
};
