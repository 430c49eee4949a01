import { type UrlForm, urlParts, withFields } from '../databases/connection-url.ts';

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
const URL_FORM: UrlForm = {
  schemes: ['postgres', 'postgresql'],
  example: 'postgres://user@host:5432/database',
  parameters: {
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
  },
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
export function connectionEnvironment({ url, ...fields }: PostgresConnection): ConnectionEnvironment {
  const said = url === undefined ? DEFAULTS : { ...DEFAULTS, ...variablesOf(url) };
  const { PGPASSWORD, ...env } = withFields<Record<string, string>>(said, variables(fields));
  return { env, secrets: PGPASSWORD === undefined ? {} : { PGPASSWORD } };
}

function variables(fields: Omit<PostgresConnection, 'url'>): Record<string, string | undefined> {
  const { host, port, user, password, passwordFile, database } = fields;
  return {
    PGHOST: host,
    PGPORT: port === undefined ? undefined : String(port),
    PGUSER: user,
    PGPASSFILE: passwordFile,
    PGDATABASE: database,
    PGPASSWORD: password,
  };
}

function variablesOf(url: string): Record<string, string> {
  const { path, fields, ...parts } = urlParts(url, URL_FORM);
  return { ...withFields({}, variables({ ...parts, database: path })), ...fields };
}
