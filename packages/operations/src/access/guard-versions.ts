import type { ReleaseManager } from '@x/versioning';
import type { DatabaseMigrator } from '@x/versioning/migrate';
import type { Resource } from './actions.ts';
import { askFor, guarded, type GuardOptions, type GuardRules } from './guard.ts';

const version = (_target: unknown, name: string): Resource => ({ name });

/** All calls of a release manager. */
export const releaseRules: GuardRules<ReleaseManager> = {
  planRelease: { action: 'release.read' },
  createRelease: { action: 'release.create' },
  runs: { action: 'release.read' },
  resumeRelease: { action: 'release.create' },
  undoRelease: { action: 'release.create' },
  listReleases: { action: 'release.read' },
  history: { action: 'release.read' },
  getActiveRelease: { action: 'release.read' },
  activeReleases: { action: 'release.read' },
  getRelease: { action: 'release.read', on: version },
  changelog: { action: 'release.read' },
  verifyRelease: { action: 'release.verify', on: version },
  diffReleases: { action: 'release.read', on: version },
  yankRelease: { action: 'release.yank', on: version },
  unyankRelease: { action: 'release.yank', on: version },
  getVersionInfo: { action: 'release.read' },
  metrics: { action: 'release.read' },
  exportRelease: { action: 'release.export', on: version },
  contents: { action: 'release.read', on: version },
  getManifest: { action: 'release.read', on: version },
};

/** Releases of which each call asks first. */
export function guardReleases(manager: ReleaseManager, options: GuardOptions): ReleaseManager {
  return guarded(manager, releaseRules, askFor(options));
}

/** All calls of a migrator. */
export const migratorRules: GuardRules<DatabaseMigrator> = {
  dialect: 'free',
  plan: { action: 'migrate.read' },
  apply: { action: ({ direction }) => (direction === 'up' ? 'migrate.up' : 'migrate.down') },
  status: { action: 'migrate.read' },
  applied: { action: 'migrate.read' },
  lint: { action: 'migrate.read' },
  // It makes a database of its own.
  verify: { action: 'migrate.up' },
  repair: { action: 'migrate.repair', on: version },
  close: 'free',
};

/** A migrator of which each call asks first. */
export function guardMigrator(migrator: DatabaseMigrator, options: GuardOptions): DatabaseMigrator {
  return guarded(migrator, migratorRules, askFor(options));
}
