import type { Executor } from '@x/backup-store/command';
import type { PsqlClient } from '@x/backup-store/postgres';
import type { PostgresClient } from '@x/backup-store/records';

/** Seconds that a server may take to answer the first time. */
const CONNECT_SECONDS = 30;

/** A connection that is made when it is first needed. */
export interface LazyClient extends PostgresClient, AsyncDisposable {
  /** @throws {BackupError} `DATABASE_UNREACHABLE`, `DATABASE_REFUSED`, `DATABASE_NOT_FOUND`. */
  connect(): Promise<void>;
}

/** How a server is reached: by a connection of this process, or by `psql` where an executor runs it. */
export interface PostgresServer {
  readonly url: string;
  readonly password: string | undefined;
  readonly executor?: Executor | undefined;
  readonly binDirectory?: string | undefined;
}

/** A client of a PostgreSQL server, wherever its programs run. */
export function clientOf(server: PostgresServer): LazyClient {
  return server.executor === undefined ? postgresClient(server.url, server.password) : throughPsql(server);
}

function throughPsql(server: PostgresServer): LazyClient {
  let opened: Promise<PsqlClient> | undefined;
  const ready = async (): Promise<PsqlClient> =>
    await (opened ??= import('@x/backup-store/postgres').then(({ psqlClient }) => psqlClient(server)));
  return {
    connect: async () => void (await (await ready()).query('SELECT 1')),
    query: async (text, values) => await (await ready()).query(text, values),
    [Symbol.asyncDispose]: async () => await (await opened)?.[Symbol.asyncDispose](),
  };
}

/** A client of a PostgreSQL server. What is not in the URL comes from the environment or `~/.pgpass`, as libpq has it. */
function postgresClient(url: string, password: string | undefined): LazyClient {
  let opened: Promise<{ query: PostgresClient['query']; end(): Promise<void> }> | undefined;
  const open = async (): Promise<{ query: PostgresClient['query']; end(): Promise<void> }> => {
    const { Client } = await import('pg');
    const client = new Client({
      connectionString: url,
      password,
      application_name: 'holdfast',
      connectionTimeoutMillis: CONNECT_SECONDS * 1000,
    });
    // A connection that breaks ends the statement that is under way, which says so.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const ready = async (): Promise<Awaited<ReturnType<typeof open>>> => await (opened ??= open());
  return {
    connect: async () => {
      await ready().catch(refuse);
    },
    query: async (text, values) => {
      const client = await ready().catch(refuse);
      // What the server says of a statement is told by whoever gives it.
      return await client.query(text, values);
    },
    [Symbol.asyncDispose]: async () => {
      const client = await opened?.catch(() => undefined);
      await client?.end();
    },
  };
}

/** Says by its SQLSTATE why there is no connection (PostgreSQL manual, "Error Codes"). */
async function refuse(error: unknown): Promise<never> {
  const { BackupError } = await import('@x/backup-store');
  const { code = '', message = String(error) } = error as { readonly code?: string; readonly message?: string };
  if (code === '3D000')
    throw new BackupError('DATABASE_NOT_FOUND', `Expected the database to be there: ${message}`, { cause: error });
  if (code.startsWith('28') || code === '42501')
    throw new BackupError('DATABASE_REFUSED', `Expected the server to let us in: ${message}`, {
      cause: error,
      hint: 'Check user, password and rights; PGPASSWORD, ~/.pgpass or ?password-env=NAME give the password.',
    });
  throw new BackupError('DATABASE_UNREACHABLE', `Expected a PostgreSQL server to answer: ${message}`, {
    cause: error,
    hint: 'Check host and port, and that the server runs.',
  });
}
