import { existsSync } from 'node:fs';
import type { Repository, SnapshotRecord } from '@x/backup-store';
import type { SafetyBackup } from '@x/versioning/deploy';
import type { Effective } from '../config/merge.ts';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';
import { openConfigured } from './compose.ts';
import { deploySources, isDatabaseMissing, migratedFile, type TenantSources } from './deploy-sources.ts';
import { isIn, moveAside, restoreTenant, shownDatabase } from './deploy-restore.ts';
import { userName } from './user.ts';

/** The tag by which the snapshots of one safety backup are found again. */
const tagOf = (id: string): string => `deploy=${id}`;

/** Says that there was no database yet: one that is there when such a backup is restored was made since. */
const WITHOUT_DATABASE = 'without-database';

/** Makes safety backups in the configured repository: a snapshot of every tenant, and a version of the shared structure. */
export function repositoryBackup(context: Context): SafetyBackup {
  return {
    create: async ({ version, kind, deployment, signal }) => {
      const id = `${kind === 'pre-deploy' ? 'deploy' : 'rollback'}-${deployment}`;
      const effective = await context.effective();
      const tags = [
        tagOf(id),
        ...(kind === 'pre-rollback' ? [kind] : []),
        ...(isDatabaseMissing(context, effective) ? [WITHOUT_DATABASE] : []),
      ];
      const note = kind === 'pre-deploy' ? `before ${version}` : `before the rollback to ${version}`;
      const tenants = await tenantsToSave(context);
      // Nothing that could be brought back: none is offered then.
      if (tenants.length === 0) return { detail: 'there is no data yet' };
      await using repository = await openConfigured(context);
      for (const tenant of tenants) await save(repository, tenant, { tags, note, signal });
      const structure = await saveStructure(context, repository, signal);
      const names = tenants.map(({ tenant }) => displayText(tenant)).join(', ');
      return { id, detail: `${formatNumberOf(tenants.length, 'tenant')} (${names})${structure}` };
    },
    preview: async (id) => {
      await using repository = await openConfigured(context);
      const saved = await snapshotsOf(repository, id);
      const effective = await context.effective();
      const tenants = await deploySources(context, effective);
      const made = madeSince(context, effective, saved);
      return [...saved.flatMap((record) => dropsOf(record, tenants)), ...(made === undefined ? [] : [goesAside(made)])];
    },
    restore: async (id, { signal } = {}) => {
      await using repository = await openConfigured(context);
      const effective = await context.effective();
      const tenants = await deploySources(context, effective);
      const saved = await snapshotsOf(repository, id);
      const partial: string[] = [];
      for (const record of saved) {
        const tenant = tenants.find((each) => each.tenant === record.tenant.name);
        if (tenant === undefined) partial.push(notConfigured(record));
        else partial.push(...(await restoreTenant(context, repository, { record, tenant, signal })));
      }
      const made = madeSince(context, effective, saved);
      return { partial, notes: made === undefined ? [] : [await moveAside(made)] };
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
  readonly tags: readonly string[];
  readonly note: string;
  readonly signal: AbortSignal | undefined;
}

/** Half of a tenant is nothing to go back to. */
async function save(repository: Repository, parts: TenantSources, { tags, note, signal }: Saving): Promise<void> {
  const { databases: _databases, ...what } = parts;
  await repository.backup({
    ...what,
    // Of rollbacks, too: policies keep what is from before something that may go wrong. The tag says which of both.
    kind: 'pre-deploy',
    atomic: true,
    tags,
    note,
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

const notConfigured = ({ id, tenant }: SnapshotRecord): string =>
  `${displayText(tenant.name)} is not configured any more, so snapshot ${shortId(id)} of it was not restored`;

/** The database that was made after a backup, and so has no place in what comes back: its file. */
function madeSince(context: Context, effective: Effective, saved: readonly SnapshotRecord[]): string | undefined {
  const path = migratedFile(context, effective);
  const wasMissing = saved.some(({ tags }) => tags.includes(WITHOUT_DATABASE));
  return wasMissing && path !== undefined && existsSync(path) ? path : undefined;
}

const goesAside = (path: string): string =>
  `the database ${displayText(path)}, which was not there yet (it is moved aside)`;

/** What a restore drops, in words. */
function dropsOf(record: SnapshotRecord, tenants: readonly TenantSources[]): readonly string[] {
  const known = tenants.find(({ tenant }) => tenant === record.tenant.name);
  if (known === undefined) return [`nothing of ${displayText(record.tenant.name)}, which is not configured any more`];
  const { paths, modules = {} } = known;
  const urls = known.databases.filter((each) => isIn(record, each)).map(({ url }) => url);
  const since = formatTime(record.startedAt);
  const folders = [...paths, ...Object.values(modules).flatMap((module) => module.paths ?? [])];
  const places = [...urls.map(shownDatabase), ...folders];
  return places.map(
    (place) => `all that was written to ${displayText(place)} since ${since} (snapshot ${shortId(record.id)})`,
  );
}
