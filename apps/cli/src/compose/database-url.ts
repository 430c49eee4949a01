import type { MysqlSourceOptions } from '@x/backup-store/mysql';
import type { PostgresSourceOptions } from '@x/backup-store/postgres';
import type { RedisSourceOptions, RestoreRedisOptions } from '@x/backup-store/redis';
import { usageError } from '../errors.ts';
import type { Environment } from '../config/locations.ts';
import { hasPassword } from '../config/url-passwords.ts';
import { takeProgramPlace } from './executor-url.ts';
import { decoded } from './local-url.ts';

interface Named<Kind, Options> {
  readonly kind: Kind;
  /** The URL without what is not for its programs, and the password. */
  readonly options: Options & { readonly url: string; readonly password?: string | undefined };
  /** What stands behind the host; absent when nothing does. */
  readonly database?: string | undefined;
  /** For messages: without parameters, which are nobody's business but the server's. */
  readonly shown: string;
}

/** A database as a URL of the command line names it. */
export type NamedDatabase =
  | Named<'postgres', PostgresSourceOptions>
  | Named<'mysql', MysqlSourceOptions>
  | Named<'redis', RedisSourceOptions & Pick<RestoreRedisOptions, 'reachedAt'>>;

export type DatabaseKind = NamedDatabase['kind'];

/** What may be said of a kind in its URL, beside what its programs know. */
interface Scheme {
  readonly kind: DatabaseKind;
  /** Parameters that are ours, and the fields that they fill. */
  readonly lists: Readonly<Record<string, string>>;
  readonly single: Readonly<Record<string, Readonly<Record<string, string | boolean>>>>;
  /** The variable with its password. */
  readonly variable: string;
  readonly passwordHint: string;
  /** Its programs look for a password by themselves. */
  readonly findsPassword?: true | undefined;
}

const POSTGRES: Scheme = {
  kind: 'postgres',
  lists: {
    database: 'databases',
    schema: 'schemas',
    table: 'tables',
    'exclude-table': 'excludeTables',
    option: 'options',
  },
  single: {
    format: { plain: 'plain', custom: 'custom' },
    globals: { yes: true, no: false, 'without-passwords': 'without-passwords' },
  },
  variable: 'PGPASSWORD',
  passwordHint: 'Put it into PGPASSWORD or ~/.pgpass, or name a password file: ?passfile=/etc/holdfast/pgpass.',
  findsPassword: true,
};
const MYSQL: Scheme = {
  kind: 'mysql',
  lists: { database: 'databases', table: 'tables', 'exclude-table': 'excludeTables', option: 'options' },
  single: {},
  variable: 'MYSQL_PWD',
  passwordHint: 'Put it into MYSQL_PWD or ~/.my.cnf, or name an option file: ?option-file=/etc/holdfast/my.cnf.',
};
const REDIS: Scheme = {
  kind: 'redis',
  lists: {},
  single: {},
  variable: 'REDISCLI_AUTH',
  passwordHint: 'Put it into REDISCLI_AUTH.',
};

const SCHEMES: Readonly<Record<string, Scheme>> = {
  'postgres:': POSTGRES,
  'postgresql:': POSTGRES,
  'mysql:': MYSQL,
  'mariadb:': MYSQL,
  'redis:': REDIS,
  'rediss:': REDIS,
};

/** Names a variable that the password is in, where several servers have different ones. */
const PASSWORD_ENV = 'password-env';

/**
 * Reads the URL of a database. Its password is in the environment, or where its programs look for one.
 *
 * @throws {CliError} `USAGE`.
 */
export function parseDatabase(text: string, env: Environment): NamedDatabase {
  const url = URL.parse(text);
  const scheme = url === null ? undefined : SCHEMES[url.protocol];
  const database = decoded(url?.pathname.slice(1) ?? '');
  if (url === null || scheme === undefined || database === undefined) {
    throw usageError(
      'Expected a database like postgres://user@host/database, mysql://..., redis://... or sqlite:/path, got something else',
      'Files and folders are arguments.',
    );
  }
  if (hasPassword(url)) {
    throw usageError(
      'Expected a database without a password in its URL, as everybody on the machine can see it there',
      `${scheme.passwordHint} ?${PASSWORD_ENV}=NAME names another variable.`,
    );
  }
  const options: Record<string, unknown> = {};
  for (const [parameter, field] of Object.entries(scheme.lists)) {
    const values = url.searchParams.getAll(parameter);
    if (values.length > 0) options[field] = field === 'databases' && values.includes('all') ? 'all' : values;
    url.searchParams.delete(parameter);
  }
  for (const [parameter, known] of Object.entries(scheme.single)) {
    const value = url.searchParams.get(parameter);
    if (value !== null) options[parameter] = meant(parameter, value, known);
    url.searchParams.delete(parameter);
  }
  const reachedAt = scheme.kind === 'redis' ? takeReachedAt(url.searchParams) : undefined;
  const place = takeProgramPlace(url.searchParams);
  const password = passwordOf(
    scheme,
    { variable: url.searchParams.get(PASSWORD_ENV), isElsewhere: place.executor !== undefined },
    env,
  );
  url.searchParams.delete(PASSWORD_ENV);
  return {
    kind: scheme.kind,
    options: { ...options, ...place, ...(reachedAt === undefined ? {} : { reachedAt }), password, url: url.href },
    database: database === '' ? undefined : database,
    shown: shownUrl(url),
  };
}

/** `reached-at=HOST:PORT`: where a server of Redis finds this process. @throws {CliError} `USAGE`. */
function takeReachedAt(parameters: URLSearchParams): RestoreRedisOptions['reachedAt'] {
  const text = parameters.get('reached-at');
  if (text === null) return undefined;
  parameters.delete('reached-at');
  const at = URL.parse(`tcp://${text}`);
  if (at !== null && at.hostname !== '' && at.host === text)
    return { host: at.hostname.replace(/^\[(.*)\]$/, '$1'), ...(at.port === '' ? {} : { port: Number(at.port) }) };
  throw usageError(
    `Expected reached-at to be HOST or HOST:PORT, got ${JSON.stringify(text)}`,
    'It is the address that the server finds this machine by.',
  );
}

function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.search = '';
  return shown.href;
}

/** The same, for one database of PostgreSQL. @throws {CliError} `USAGE`. */
export function parsePostgres(text: string, env: Environment): Extract<NamedDatabase, { readonly kind: 'postgres' }> {
  const named = parseDatabase(text, env);
  if (named.kind === 'postgres') return named;
  throw usageError(`Expected a database like postgres://user@host/database, got ${named.kind}`, 'Name another one.');
}

function passwordOf(
  scheme: Scheme,
  { variable, isElsewhere }: { readonly variable: string | null; readonly isElsewhere: boolean },
  env: Environment,
): string | undefined {
  // Programs that run elsewhere do not see what is in the environment here.
  if (variable === null) return scheme.findsPassword === true && !isElsewhere ? undefined : env[scheme.variable];
  const password = env[variable];
  if (password !== undefined) return password;
  throw usageError(`Expected a password in the environment variable ${JSON.stringify(variable)}, got none`);
}

function meant(parameter: string, value: string, known: Readonly<Record<string, string | boolean>>): string | boolean {
  const found = known[value];
  if (found !== undefined) return found;
  throw usageError(
    `Expected ${parameter} to be ${Object.keys(known).join(' or ')}, got ${JSON.stringify(value)}`,
    'Correct the source.',
  );
}
