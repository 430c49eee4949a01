import type { Permission, Roles } from './contract.ts';

const READING: readonly Permission[] = [
  'access.read',
  'alerts.read',
  'backup.list',
  'backup.verify',
  'config.read',
  'deploy.read',
  'drills.read',
  'flags.read',
  'health.read',
  'integrity.verify',
  'keys.list',
  'logs.read',
  'logs.verify',
  'metrics.read',
  'migrate.read',
  'models.read',
  'models.verify',
  'records.read',
  'release.read',
  'release.verify',
  'report.read',
  'retention.read',
  'schedule.read',
  'structure.read',
  'tenant.read',
];

/**
 * The roles that are always there. `auditor` lists, shows, verifies and reads logs and reports; contents of backups are not for auditors.
 * `operator` does everything but erase, change keys or access, lift holds, and prune logs.
 */
export const BUILT_IN: Roles = {
  master: ['*'],
  operator: [
    '*',
    '!access.change',
    '!alerts.release',
    '!keys.change',
    '!logs.prune',
    '!models.override',
    '!records.erase',
    '!tenant.erase',
    '!tenant.release',
  ],
  auditor: READING,
};
