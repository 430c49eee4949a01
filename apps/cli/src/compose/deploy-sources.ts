import { existsSync } from 'node:fs';
import type { BackupModule, BackupSource } from '@x/backup-store';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { deployDatabase } from './deploy-database.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';
import { configFolder, configuredModules, configuredStreams } from './tenant-modules.ts';

/** What the safety backup of a deploy reads of one tenant. */
export interface TenantSources {
  readonly tenant: string;
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly modules?: Readonly<Record<string, BackupModule>> | undefined;
  readonly sources: readonly BackupSource[];
  /** Its databases, which are restored by their URLs. */
  readonly databases: readonly DatabaseToSave[];
}

/** A database, and by what it is found in a snapshot. */
export interface DatabaseToSave {
  readonly url: string;
  /** `<kind>:<name>`, as sources of snapshots have it. */
  readonly root: string;
}

/** The URL alone, of `[name=]url`. */
const urlOf = (text: string): string => text.replace(/^[^=:?]+=/, '');

/**
 * What a deploy may harm: all that is configured of every tenant, and the database that migrations run on. A checkout that the command
 * happens to stand in is none of it.
 */
export async function deploySources(context: Context, effective: Effective): Promise<readonly TenantSources[]> {
  const { settings } = effective;
  const names = new Set([settings.tenant, ...Object.keys(settings.tenants)]);
  const known = [...names].flatMap((tenant) => databasesOf(effective, tenant)).map(urlOf);
  const database = deployDatabase(context, effective);
  const extra =
    isDatabaseMissing(context, effective) || database === undefined || known.includes(database.url)
      ? []
      : [database.url];
  const reading = { ...context, env: database?.env ?? context.env };
  const found: TenantSources[] = [];
  for (const tenant of names) {
    const databases = tenant === settings.tenant ? extra : [];
    const sources = await sourcesOf(reading, { ...effective, settings: { ...settings, tenant } }, databases);
    if (sources !== undefined) found.push(sources);
  }
  return found;
}

/** Whether the database that migrations run on is a file that is not there yet, as before the first deploy that has some. */
export function isDatabaseMissing(context: Context, effective: Effective): boolean {
  const path = migratedFile(context, effective);
  return path !== undefined && !existsSync(path);
}

/** The file of the database that migrations run on, where it is one of SQLite. */
export function migratedFile(context: Context, effective: Effective): string | undefined {
  const { url = '' } = deployDatabase(context, effective) ?? {};
  return isSqliteUrl(url) ? parseSqliteUrl(url, configFolder(context, effective)).path : undefined;
}

/** Databases of a tenant, as they are configured. */
function databasesOf({ settings }: Effective, tenant: string): readonly string[] {
  const modules = Object.values(settings.tenants[tenant]?.modules ?? {});
  if (modules.length > 0) return modules.flatMap(({ sources = [] }) => sources);
  return tenant === settings.tenant ? settings['sources.databases'] : [];
}

async function sourcesOf(
  context: Context,
  effective: Effective,
  extra: readonly string[],
): Promise<TenantSources | undefined> {
  const { settings } = effective;
  const { tenant } = settings;
  const modules = await configuredModules(context, effective);
  // What is configured for all belongs to the tenant that has nothing of its own.
  const isPlain = modules === undefined && !Object.hasOwn(settings.tenants, tenant);
  const paths = isPlain ? settings['sources.paths'] : [];
  const own = isPlain ? settings['sources.databases'] : [];
  const sources = await configuredStreams(context, effective, [...own, ...extra]);
  if (paths.length + sources.length === 0 && modules === undefined) return undefined;
  const texts = [...databasesOf(effective, tenant), ...extra];
  const named = await configuredStreams(context, effective, texts);
  const databases = named.map(({ kind, name }, index) => ({ url: urlOf(texts[index] ?? ''), root: `${kind}:${name}` }));
  return { tenant, paths, exclude: settings['sources.exclude'], modules, sources, databases };
}
