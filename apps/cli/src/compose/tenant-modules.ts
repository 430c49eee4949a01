import { dirname } from 'node:path';
import type { BackupModule, BackupSource } from '@x/backup-store';
import { resolvePath } from '../config/locations.ts';
import type { Effective } from '../config/merge.ts';
import type { TenantConfig } from '../config/tenants.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { hooked } from './hooks.ts';
import { streamSources } from './streams.ts';

/** What the configuration says of the tenant that is worked with. */
export function tenantConfig({ settings }: Effective): TenantConfig {
  const { tenant, tenants } = settings;
  return Object.hasOwn(tenants, tenant) ? (tenants[tenant] ?? {}) : {};
}

/** The folder of the configuration: what it names is relative to it. */
export const configFolder = (context: Context, { file }: Effective): string =>
  file === undefined ? context.workingDirectory : dirname(file);

/** Databases of the configuration as sources. @throws {CliError} `USAGE`. */
export async function configuredStreams(
  context: Context,
  effective: Effective,
  urls: readonly string[],
): Promise<readonly BackupSource[]> {
  return await streamSources(
    { source: urls },
    { env: context.env, workingDirectory: configFolder(context, effective) },
  );
}

/**
 * The configured modules of the tenant, or some of them; `undefined` when it has none.
 *
 * @throws {CliError} `USAGE` for one that is not configured.
 */
export async function configuredModules(
  context: Context,
  effective: Effective,
  only: readonly string[] = [],
): Promise<Readonly<Record<string, BackupModule>> | undefined> {
  const all = tenantConfig(effective).modules ?? {};
  const names = Object.keys(all);
  const unknown = only.find((name) => !Object.hasOwn(all, name));
  if (unknown !== undefined) {
    throw usageError(
      `Expected a configured module of tenant ${JSON.stringify(effective.settings.tenant)}, got ${JSON.stringify(unknown)}`,
      names.length === 0
        ? 'It has none: list them in "tenants" of holdfast.config.json.'
        : `It has ${names.join(', ')}.`,
    );
  }
  if (names.length === 0) return undefined;
  const base = configFolder(context, effective);
  const modules: Record<string, BackupModule> = {};
  for (const [name, { paths = [], exclude, sources = [], ...lines }] of Object.entries(all)) {
    if (only.length > 0 && !only.includes(name)) continue;
    modules[name] = {
      paths: paths.map((path) => resolvePath(path, base)),
      exclude,
      sources: await hooked(await configuredStreams(context, effective, sources), lines, {
        what: `module ${name}`,
        folder: base,
      }),
    };
  }
  return modules;
}
