import { BackupError } from '../errors.ts';

/** How to reach a PostgreSQL server. What is not given is what libpq takes by itself: environment, `.pgpass`, its defaults. */
export interface PostgresConnection {
  /** `postgres://user:password@host:port/database?sslmode=verify-full`. Fields beside it count more. */
  readonly url?: string | undefined;
  /** Name, address, or folder of a socket, as seen from where the programs run. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** Reaches the programs by their environment, never as an argument. */
  readonly password?: string | undefined;
  /** Path of a password file (mode 0600) where the programs run. */
  readonly passwordFile?: string | undefined;
  /** To connect to; and to dump or restore, if nothing else is said. */
  readonly database?: string | undefined;
}

/** Environment variables of libpq for a connection. */
export interface ConnectionEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Parameters of URLs and their variables (PostgreSQL manual, "Environment Variables" of libpq). */
const PARAMETERS: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  dbname: 'PGDATABASE',
  passfile: 'PGPASSFILE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslcrl: 'PGSSLCRL',
  channel_binding: 'PGCHANNELBINDING',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  options: 'PGOPTIONS',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
};

const DEFAULTS = {
  PGAPPNAME: 'holdfast',
  // Seconds.
  PGCONNECT_TIMEOUT: '30',
  PGCLIENTENCODING: 'UTF8',
  // Messages are told apart by their words.
  LC_ALL: 'C',
};

/** @throws {BackupError} `INVALID_OPTION` for what is no URL of PostgreSQL, and for parameters that have no variable. */
export function connectionEnvironment(connection: PostgresConnection): ConnectionEnvironment {
  const { host, port, user, password, passwordFile, database } = connection;
  const given = {
    PGHOST: host,
    PGPORT: port === undefined ? undefined : String(port),
    PGUSER: user,
    PGPASSFILE: passwordFile,
    PGDATABASE: database,
    PGPASSWORD: password,
  };
  const all = { ...DEFAULTS, ...(connection.url === undefined ? {} : urlVariables(connection.url)) };
  const set = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const { PGPASSWORD, ...env }: Record<string, string> = { ...all, ...Object.fromEntries(set) };
  return { env, secrets: PGPASSWORD === undefined ? {} : { PGPASSWORD } };
}

function urlVariables(text: string): Record<string, string> {
  const url = URL.parse(text);
  // The URL itself may have a password: it is not shown.
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) {
    throw new BackupError('INVALID_OPTION', 'Expected a URL like postgres://user@host:5432/database, got another one', {
      hint: 'Characters like @, / and # in a password are written as %40, %2F and %23.',
    });
  }
  const host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
  const parts = {
    PGHOST: host,
    PGPORT: url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: decodeURIComponent(url.pathname.slice(1)),
  };
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(parts)) if (value !== '') variables[name] = value;
  for (const [name, value] of url.searchParams) {
    const variable = name === 'password' ? 'PGPASSWORD' : PARAMETERS[name];
    if (variable === undefined) {
      throw new BackupError('INVALID_OPTION', `Expected a parameter that libpq knows a variable for, got ${name}`, {
        hint: `Known ones are ${Object.keys(PARAMETERS).join(', ')}.`,
      });
    }
    variables[variable] = value;
  }
  return variables;
}
