import type { AlertRule } from './rule.ts';

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;
const MARGIN = 1.1;

/** When a disk is low: less than a share of it, or less than a number of bytes. */
export interface DiskThresholds {
  /** Percent that are free. Default 10, and 5 for `critical`. */
  readonly percent?: number | undefined;
  /** Bytes that are free. Default 1 GiB, and 512 MiB for `critical`. */
  readonly bytes?: number | undefined;
}

/** The two rules of disks: each says so again only when there was clearly more in between. */
export function diskRules(warning: DiskThresholds = {}, critical: DiskThresholds = {}): readonly AlertRule[] {
  const rule = (name: string, severity: AlertRule['severity'], percent: number, bytes: number): AlertRule => ({
    name,
    severity,
    title: 'Low disk: {details.freePercent} % and {details.free} free at {details.destination} of {host}',
    when: [
      { event: 'disk.measured', details: { freePercent: { below: percent } } },
      { event: 'disk.measured', details: { freeBytes: { below: bytes } } },
    ],
    until: {
      event: 'disk.measured',
      details: { freePercent: { above: percent * MARGIN }, freeBytes: { above: bytes * MARGIN } },
    },
    by: ['host', 'details.destination'],
    remindMs: DAY_MS,
  });
  return [
    rule('disk-low', 'warning', warning.percent ?? 10, warning.bytes ?? GIB),
    rule('disk-critical', 'critical', critical.percent ?? 5, critical.bytes ?? GIB / 2),
  ];
}

/** The rules that are there without a word of configuration. */
export const DEFAULT_RULES: readonly AlertRule[] = [
  {
    name: 'backup-failed',
    severity: 'critical',
    title: 'Backup of {tenant} failed on {host}',
    when: { event: 'backup.failed' },
    until: { event: 'backup.created' },
    by: ['tenant', 'host'],
    remindMs: DAY_MS,
  },
  {
    name: 'restore-failed',
    severity: 'critical',
    title: 'Restore of {tenant} failed on {host}',
    when: { event: ['restore.failed', 'restore.rolledBack'] },
    until: { event: 'restore.finished' },
    by: ['tenant', 'host'],
  },
  {
    name: 'schedule-missed',
    severity: 'warning',
    title: 'The job {details.job} was not run when it was due',
    when: { event: 'run.missed' },
    until: { event: 'run.finished' },
    by: ['details.job'],
  },
  {
    name: 'schedule-failed',
    severity: 'critical',
    title: 'The job {details.job} failed',
    when: { event: ['run.failed', 'run.givenUp', 'schedule.failed'] },
    until: { event: 'run.finished' },
    by: ['details.job'],
    remindMs: DAY_MS,
  },
  {
    name: 'drill-failed',
    severity: 'critical',
    title: 'The restore drill of {tenant} failed: backups may not come back',
    when: { event: 'drill.failed' },
    until: { event: 'drill.finished' },
    by: ['tenant', 'details.kind'],
    remindMs: DAY_MS,
  },
  {
    name: 'health-failed',
    severity: 'critical',
    title: 'The check {details.check} fails: {details.message}',
    when: { event: 'health.failed' },
    until: { event: 'health.recovered' },
    by: ['details.check'],
    remindMs: DAY_MS,
  },
  {
    name: 'deploy-failed',
    severity: 'warning',
    title: 'A deploy on {host} failed or was taken back',
    when: { event: ['deploy.failed', 'deploy.rolledBack', 'deploy.undone', 'rollback.failed'] },
    until: { event: ['deploy.succeeded', 'rollback.succeeded'] },
    by: ['host'],
  },
  {
    name: 'log-damaged',
    severity: 'critical',
    title: 'The audit log on {host} is not what was written: {details.first}',
    when: { event: 'log.damaged' },
    by: ['host'],
    remindMs: DAY_MS,
  },
  {
    name: 'ransomware-suspected',
    severity: 'critical',
    title: 'Ransomware suspected at {tenant}: nothing of it is forgotten until somebody releases it',
    when: { event: 'ransomware.suspected' },
    until: { event: 'ransomware.released' },
    by: ['tenant'],
    remindMs: DAY_MS / 4,
  },
  {
    name: 'repository-unreachable',
    severity: 'critical',
    title: 'The repository can not be opened on {host}: {details.error.code}',
    when: { event: 'repository.unreachable' },
    until: { event: 'repository.reached' },
    by: ['host'],
    remindMs: DAY_MS,
  },
  {
    name: 'disk-unknown',
    severity: 'warning',
    title: 'Nobody can tell how much room is left at {details.destination} of {host}: {details.error.code}',
    when: { event: 'disk.failed' },
    until: { event: 'disk.measured' },
    by: ['host', 'details.destination'],
  },
  ...diskRules(),
];
