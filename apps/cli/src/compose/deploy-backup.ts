import type { Repository, SnapshotRecord } from '@x/backup-store';
import type { SafetyBackup } from '@x/versioning/deploy';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { openConfigured } from './compose.ts';
import { deploySources, type TenantSources } from './deploy-sources.ts';
import { restoreTenant, shownDatabase } from './deploy-restore.ts';
import { userName } from './user.ts';

/** The tag by which the snapshots of one safety backup are found again. */
const tagOf = (id: string): string => `deploy=${id}`;

/** Makes safety backups in the configured repository: a snapshot of every tenant, and a version of the shared structure. */
export function repositoryBackup(context: Context): SafetyBackup {
  return {
    create: async ({ version, kind, deployment, signal }) => {
      const id = `${kind === 'pre-deploy' ? 'deploy' : 'rollback'}-${deployment}`;
      const tenants = await tenantsToSave(context);
      // Nothing that could be brought back: none is offered then.
      if (tenants.length === 0) return { detail: 'there is no data yet' };
      await using repository = await openConfigured(context);
      for (const tenant of tenants) await save(repository, tenant, { id, version, signal });
      const structure = await saveStructure(context, repository, signal);
      const names = tenants.map(({ tenant }) => displayText(tenant)).join(', ');
      return { id, detail: `${formatNumberOf(tenants.length, 'tenant')} (${names})${structure}` };
    },
    preview: async (id) => {
      await using repository = await openConfigured(context);
      const saved = await snapshotsOf(repository, id);
      const tenants = await deploySources(context, await context.effective());
      return saved.flatMap((record) => dropsOf(record, tenants));
    },
    restore: async (id, { signal } = {}) => {
      await using repository = await openConfigured(context);
      const tenants = await deploySources(context, await context.effective());
      for (const record of await snapshotsOf(repository, id)) {
        const tenant = tenants.find((each) => each.tenant === record.tenant.name);
        if (tenant !== undefined) await restoreTenant(context, repository, { record, tenant, signal });
      }
    },
  };
}

/** @throws {CliError} `NOTHING_TO_BACK_UP` where nothing is configured. */
async function tenantsToSave(context: Context): Promise<readonly TenantSources[]> {
  const effective = await context.effective();
  const tenants = await deploySources(context, effective);
  if (tenants.length > 0 || effective.settings['migrate.database'] !== undefined) return tenants;
  throw new CliError('NOTHING_TO_BACK_UP', 'Expected something to back up before a deploy, got nothing', {
    hint: 'Name it as sources, as modules of tenants or as migrate.database; or say "backup": "none" in "deploy".',
  });
}

interface Saving {
  readonly id: string;
  readonly version: string;
  readonly signal: AbortSignal | undefined;
}

/** Half of a tenant is nothing to go back to. */
async function save(repository: Repository, parts: TenantSources, { id, version, signal }: Saving): Promise<void> {
  const { urls: _urls, ...what } = parts;
  await repository.backup({
    ...what,
    kind: 'pre-deploy',
    atomic: true,
    tags: [tagOf(id)],
    note: `before ${version}`,
    createdBy: userName(),
    signal,
  });
}

async function saveStructure(context: Context, repository: Repository, signal?: AbortSignal): Promise<string> {
  const { settings } = await context.effective();
  const parts = ['components', 'styles', 'i18n', 'migrations'] as const;
  if (parts.every((part) => (settings[`structure.${part}`] ?? []).length === 0)) return '';
  const [{ openStructure }, { structurePlace }] = await Promise.all([
    import('@x/backup-store/structure'),
    import('./structure.ts'),
  ]);
  const { version } = await openStructure(repository).backup({ ...(await structurePlace(context, {})), signal });
  return `, structure ${version}`;
}

/** The newest of each tenant: a backup that was cut short was made again. @throws {CliError} `SNAPSHOT_NOT_FOUND`. */
async function snapshotsOf(repository: Repository, id: string): Promise<readonly SnapshotRecord[]> {
  const byTenant = new Map<string, SnapshotRecord>();
  for (const record of await repository.snapshots({ tags: [tagOf(id)] })) byTenant.set(record.tenant.name, record);
  if (byTenant.size > 0) return [...byTenant.values()];
  throw new CliError('SNAPSHOT_NOT_FOUND', `Expected the safety backup ${JSON.stringify(id)}, got none`, {
    hint: 'Those of deploys are told by `holdfast deploy history --json`.',
  });
}

/** What a restore drops, in words. */
function dropsOf(record: SnapshotRecord, tenants: readonly TenantSources[]): readonly string[] {
  const { urls = [], paths = [], modules = {} } = tenants.find(({ tenant }) => tenant === record.tenant.name) ?? {};
  const since = formatTime(record.startedAt);
  const folders = [...paths, ...Object.values(modules).flatMap((module) => module.paths ?? [])];
  const places = [...urls.map(shownDatabase), ...folders];
  return places.map(
    (place) => `all that was written to ${displayText(place)} since ${since} (snapshot ${shortId(record.id)})`,
  );
}
