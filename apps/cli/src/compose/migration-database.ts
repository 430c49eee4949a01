import type { Dialect, MigrationDriver } from '@x/versioning/migrate';
import { dirname } from 'node:path';
import { type Environment, resolvePath } from '../config/locations.ts';
import type { Effective } from '../config/merge.ts';
import { hasPassword } from '../config/url-passwords.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { readSecretFile } from './secret-file.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

const VARIABLE = /^(?:\$\{(?<braced>\w+)\}|(?<plain>[A-Za-z_]\w*))$/;
const DIALECTS: Readonly<Record<string, Dialect>> = {
  'sqlite:': 'sqlite',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
};
/** Names a variable that the password is in. */
const PASSWORD_ENV = 'password-env';

/** A database that migrations are run on, as somebody named it. */
export interface Named {
  readonly url: string;
  /** Whether the URL comes out of a variable: it may have a password, then. */
  readonly isHidden: boolean;
}

/** The URL that a text is, or that the variable of this name has. @throws {CliError} `USAGE`. */
export function namedDatabase(text: string, env: Environment): Named {
  const { braced, plain = braced } = VARIABLE.exec(text)?.groups ?? {};
  if (plain === undefined) return { url: text, isHidden: false };
  const url = env[plain];
  if (url !== undefined && url !== '') return { url, isHidden: true };
  throw usageError(
    `Expected the URL of a database in the environment variable ${plain}, got none`,
    'Set it, or name the database itself: sqlite:app.db, postgres://user@host/database, mysql://user@host/database.',
  );
}

/** The kind of a URL. @throws {CliError} `USAGE`; the text is not repeated, as it may have a password. */
function dialectOf(url: string): Dialect {
  const dialect = DIALECTS[/^[a-z]+:/.exec(url)?.[0] ?? ''];
  if (dialect !== undefined) return dialect;
  throw usageError(
    'Expected a database like sqlite:app.db, postgres://user@host/database or mysql://user@host/database, got something else',
    'The name of an environment variable that has such a URL does, too.',
  );
}

/** @throws {CliError} `USAGE`. */
function setting({ settings }: Effective): string {
  const text = settings['migrate.database'];
  if (text !== undefined) return text;
  throw usageError(
    'Expected a database, got none',
    'Name it with --database, or "migrate": {"database": …} in holdfast.config.json.',
  );
}

/** The dialect of the configured database, without opening it. @throws {CliError} `USAGE`. */
export async function migrationDialect(context: Context): Promise<Dialect> {
  return dialectOf(namedDatabase(setting(await context.effective()), context.env).url);
}

/** The driver of the configured database. @throws {CliError} `USAGE`, `SECRET_UNREADABLE`. */
export async function migrationDriver(context: Context): Promise<MigrationDriver> {
  const effective = await context.effective();
  const { url, isHidden } = namedDatabase(setting(effective), context.env);
  const dialect = dialectOf(url);
  const { mysqlDriver, postgresDriver, sqliteDriver } = await context.timed(
    'load migrations',
    () => import('@x/versioning/migrate'),
  );
  if (isSqliteUrl(url)) {
    const { file, origins } = effective;
    const isInFile = origins['migrate.database'].kind === 'file' && !isHidden && file !== undefined;
    return sqliteDriver(parseSqliteUrl(url, isInFile ? dirname(file) : context.workingDirectory).path);
  }
  const server = serverOf(url, isHidden, context.env);
  const passwordFile = effective.settings['migrate.passwordFile'];
  const fromFile =
    passwordFile === undefined ? undefined : await readSecretFile(context, passwordFile, 'Password of the database');
  const password = fromFile ?? server.password ?? (dialect === 'mysql' ? context.env['MYSQL_PWD'] : undefined);
  return dialect === 'mysql' ? mysqlDriver(server.url, { password }) : postgresDriver(server.url, { password });
}

interface Server {
  readonly url: string;
  readonly password: string | undefined;
}

/** @throws {CliError} `USAGE` for a password where everybody can see it. */
function serverOf(text: string, isHidden: boolean, env: Environment): Server {
  const url = URL.parse(text);
  if (url === null)
    throw usageError('Expected the URL of a database, got a text that is none', 'Write signs such as @ as %40.');
  if (!isHidden && hasPassword(url)) {
    throw usageError(
      'Expected a database without a password in its URL, as everybody on the machine can see it there',
      `Name a variable that has the whole URL, --password-file, or ?${PASSWORD_ENV}=NAME; PGPASSWORD, ~/.pgpass and MYSQL_PWD are known.`,
    );
  }
  const variable = url.searchParams.get(PASSWORD_ENV);
  url.searchParams.delete(PASSWORD_ENV);
  const password = variable === null ? undefined : env[variable];
  if (variable === null || password !== undefined) return { url: url.href, password };
  throw usageError(`Expected a password in the environment variable ${JSON.stringify(variable)}, got none`);
}

/** The folder of migrations. @throws {CliError} `USAGE`. */
export function migrationsFolder({ settings, origins }: Effective): string {
  // The option is that of releases, too, and is resolved there.
  const asked = origins['release.migrations'].kind === 'flag' ? settings['release.migrations'] : undefined;
  const folder = asked ?? settings['migrate.migrations'] ?? settings['release.migrations'];
  if (folder !== undefined) return resolvePath(folder, '.');
  throw usageError(
    'Expected a folder of migrations, got none',
    'Name it with --migrations, or "migrate": {"migrations": …} in holdfast.config.json.',
  );
}
