import type { MigratorFactory } from '@x/versioning/deploy';
import type { MigrationDriver } from '@x/versioning/migrate';
import type { Effective } from '../config/merge.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { parseDatabase } from './database-url.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';
import { configFolder } from './tenant-modules.ts';
import { userName } from './user.ts';

/** Opens what runs migrations on the database of the configuration; `undefined` where there is none. @throws {CliError} `USAGE`. */
export function configuredMigrator(context: Context, effective: Effective): MigratorFactory | undefined {
  const url = effective.settings['deploy.migrations.database'];
  if (url === undefined) return undefined;
  return async (migrations) => {
    const { createMigrator } = await import('@x/versioning/migrate');
    const driver = await driverOf(context, url, configFolder(context, effective));
    return createMigrator({ driver, migrations, by: userName() });
  };
}

async function driverOf(context: Context, url: string, folder: string): Promise<MigrationDriver> {
  const { mysqlDriver, postgresDriver, sqliteDriver } = await import('@x/versioning/migrate');
  if (isSqliteUrl(url)) return sqliteDriver(parseSqliteUrl(url, folder).path);
  const { kind, options } = parseDatabase(url, context.env);
  const { url: address = url, password } = options;
  if (kind === 'postgres') return postgresDriver(address, { password });
  if (kind === 'mysql') return mysqlDriver(address, { password });
  throw usageError(`Expected a database that has tables, got ${kind}`, 'Migrations run on SQLite, PostgreSQL and MySQL.');
}
