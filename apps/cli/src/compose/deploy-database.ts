import type { MigratorFactory } from '@x/versioning/deploy';
import type { Environment } from '../config/locations.ts';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { migrationDriver, namedDatabase } from './migration-database.ts';
import { isSqliteUrl } from './sqlite-url.ts';
import { userName } from './user.ts';

/** A variable that only this process has: a password that stands in a URL is in none. */
const PASSWORD = 'HOLDFAST_DATABASE_PASSWORD';

/** The database that migrations run on, as backups name databases. */
export interface DeployDatabase {
  /** Without a password. */
  readonly url: string;
  /** With the variable that has it. */
  readonly env: Environment;
}

/** Opens what runs migrations on the database of the configuration; `undefined` where there is none. */
export function configuredMigrator(context: Context, { settings }: Effective): MigratorFactory | undefined {
  if (settings['migrate.database'] === undefined) return undefined;
  return async (migrations, { gone }) => {
    const { createMigrator } = await import('@x/versioning/migrate');
    return createMigrator({ driver: await migrationDriver(context), migrations, gone, by: userName() });
  };
}

/** The same database for a backup; `undefined` where there is none. @throws {CliError} `USAGE`. */
export function deployDatabase({ env }: Pick<Context, 'env'>, { settings }: Effective): DeployDatabase | undefined {
  const text = settings['migrate.database'];
  if (text === undefined) return undefined;
  const { url: whole } = namedDatabase(text, env);
  const url = isSqliteUrl(whole) ? null : URL.parse(whole);
  if (url === null || url.password === '') return { url: whole, env };
  const password = decodeURIComponent(url.password);
  url.password = '';
  url.searchParams.set('password-env', PASSWORD);
  return { url: url.href, env: { ...env, [PASSWORD]: password } };
}
