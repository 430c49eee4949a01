/** What an action does: reading alone, or changing something. */
export type ActionKind = 'read' | 'change';

/** Every action, by its name `noun.verb`, with what it does. A closed list: what is not in it is nobody's to do. */
export const ACTIONS = {
  'access.read': 'read',
  'access.change': 'change',
  'alerts.read': 'read',
  'alerts.send': 'change',
  'alerts.acknowledge': 'change',
  'alerts.release': 'change',
  'backup.list': 'read',
  'backup.read': 'read',
  'backup.verify': 'read',
  'backup.create': 'change',
  'backup.import': 'change',
  'backup.restore': 'change',
  'backup.repair': 'change',
  'backup.forget': 'change',
  'backup.prune': 'change',
  'config.read': 'read',
  'config.change': 'change',
  'deploy.read': 'read',
  'deploy.init': 'change',
  'deploy.run': 'change',
  'deploy.rollback': 'change',
  'deploy.service': 'change',
  'deploy.clean': 'change',
  'drills.read': 'read',
  'drills.run': 'change',
  'flags.read': 'read',
  'flags.change': 'change',
  'health.read': 'read',
  'integrity.verify': 'read',
  'integrity.sign': 'change',
  'keys.list': 'read',
  'keys.change': 'change',
  'logs.read': 'read',
  'logs.verify': 'read',
  'logs.write': 'change',
  'logs.prune': 'change',
  'metrics.read': 'read',
  'migrate.read': 'read',
  'migrate.up': 'change',
  'migrate.down': 'change',
  'migrate.repair': 'change',
  'models.read': 'read',
  'models.verify': 'read',
  'models.add': 'change',
  'models.restore': 'change',
  'models.sign': 'change',
  'models.approve': 'change',
  'models.promote': 'change',
  'models.override': 'change',
  'models.delete': 'change',
  'records.read': 'read',
  'records.erase': 'change',
  'release.read': 'read',
  'release.verify': 'read',
  'release.export': 'change',
  'release.create': 'change',
  'release.yank': 'change',
  'report.read': 'read',
  'repository.create': 'change',
  'retention.read': 'read',
  'schedule.read': 'read',
  'schedule.run': 'change',
  'structure.read': 'read',
  'structure.create': 'change',
  'structure.restore': 'change',
  'structure.forget': 'change',
  'tenant.read': 'read',
  'tenant.change': 'change',
  'tenant.hold': 'change',
  'tenant.release': 'change',
  'tenant.erase': 'change',
} as const;

/** Something that somebody may or may not do. */
export type Action = keyof typeof ACTIONS;

/** Whether a text names an action. */
export function isAction(name: string): name is Action {
  return Object.hasOwn(ACTIONS, name);
}

/** What of something is asked for; nothing for all there is. */
export interface Resource {
  /** Whose it is. Left out: everybody's, which takes a permission for all tenants. */
  readonly tenant?: string | undefined;
  /** Which one: a release, a flag, a model, a snapshot. For the record; permissions do not go by it. */
  readonly name?: string | undefined;
}
