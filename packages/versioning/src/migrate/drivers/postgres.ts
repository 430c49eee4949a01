import type { Client } from 'pg';
import type {
  DatabaseConnection,
  DatabaseRow,
  Hold,
  MigrationDriver,
  RepeatedFailure,
  ScratchDatabase,
} from '../driver.ts';
import { readStatements } from '../sql/statements.ts';
import { driverMissing, refused, unreachable } from './database-failure.ts';
import { loadPeer, type NamedServer, parseServer, withDatabase, withPassword } from './database-url.ts';
import { describePostgres } from './postgres-schema.ts';
import { makeScratch } from './scratch-database.ts';

/** Options of {@link postgresDriver}. */
export interface PostgresDriverOptions {
  /** Default: that of the URL, or what libpq would find: `PGPASSWORD`, `~/.pgpass`. */
  readonly password?: string | undefined;
  /** How long the server may take to let us in, in milliseconds. Default: 30,000. */
  readonly connectTimeoutMs?: number | undefined;
}

const CONNECT_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 30_000;
/** The two numbers of an advisory lock: one for this project, one for what is held. */
const NAMESPACE = 0x68_6f_6c_64;
const HOLDS: Readonly<Record<Hold, number>> = { run: 1, work: 2 };

/**
 * A driver for a database of PostgreSQL. Needs the optional peer `pg`: `npm install pg`. A pooler between has to give each client a session of its own
 * (`pool_mode=session` in PgBouncer), or the lock is nobody's.
 *
 * @param address `postgres://user@host:5432/database`, with what `pg` understands behind it.
 * @throws {VersioningError} `INVALID_OPTION`.
 * @example
 * ```ts
 * import { createMigrator, postgresDriver } from '@x/versioning/migrate';
 *
 * const driver = postgresDriver('postgres://app@db.example/shop', { password: process.env['DB_PASSWORD'] });
 * const migrator = createMigrator({ driver, migrations: 'migrations' });
 * await migrator.apply(await migrator.plan('up', { phases: ['expand'] }));
 * await migrator.close();
 * ```
 */
export function postgresDriver(address: string, options: PostgresDriverOptions = {}): MigrationDriver {
  const server = parseServer(address, ['postgres:', 'postgresql:']);
  const connect = async (): Promise<DatabaseConnection> => connectionOf(await connected(server, options));
  return {
    dialect: 'postgres',
    place: server.place,
    connect,
    clear,
    settle,
    scratch: () => scratch(server, options, connect),
    describe: describePostgres,
  };
}

async function connected({ url, place }: NamedServer, options: PostgresDriverOptions): Promise<Client> {
  const { password, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const { Client } = await loadPeer(
    () => import('pg'),
    (cause) => driverMissing('pg', cause),
  );
  const client = new Client({
    // `pg` takes the password of the URL alone, even where there is none.
    connectionString: password === undefined ? url.href : withPassword(url, password),
    application_name: 'holdfast migrate',
    connectionTimeoutMillis: connectTimeoutMs,
    // The one with the lock says nothing for as long as a migration takes.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  // A connection that breaks ends the statement that is under way, which says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    await client.end().catch(() => undefined);
    const { code = '', message = '' } = cause as { readonly code?: string; readonly message?: string };
    // SQLSTATE: authorization, no such database, no rights; and no password where one is asked for, which the client says by itself.
    if (/^(?:28...|3D000|42501)$/.test(code) || message.startsWith('SASL:')) {
      throw refused({ place, cause }, 'Check user, password, database and rights.');
    }
    throw unreachable({ place, cause }, 'Check host and port, and that the server runs.');
  }
  // A server that does not look whether its client is still there goes on for as long as it takes. Older ones can't look.
  await client.query("SET client_connection_check_interval = '2s'").catch(() => undefined);
  await client.query('SET idle_session_timeout = 0').catch(() => undefined);
  return client;
}

/** What `pg` knows, and its types do not. */
const EXTENDED: object = { queryMode: 'extended' };

function connectionOf(client: Client): DatabaseConnection {
  const query: DatabaseConnection['query'] = async (text, values = []) => {
    // The extended protocol takes one statement, and so never runs what was not split.
    const { rows } = await client.query<DatabaseRow>({ ...EXTENDED, text, values: [...values] });
    return rows;
  };
  let holds = false;
  return {
    dialect: 'postgres',
    query,
    tryHold: async (what) => {
      holds = true;
      const [row] = await query('SELECT pg_try_advisory_lock($1, $2) AS held', [NAMESPACE, HOLDS[what]]);
      return row?.['held'] === true;
    },
    begin: async () => void (await client.query('BEGIN')),
    commit: async () => void (await client.query('COMMIT')),
    rollback: async () => void (await client.query('ROLLBACK')),
    close: async () => {
      // A server takes a moment to see that a client has gone.
      if (holds) await client.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
      await client.end().catch(() => undefined);
    },
  };
}

/** With `IF NOT EXISTS`, an index that was not finished would count as one that is there. */
async function clear(connection: DatabaseConnection, sql: string): Promise<void> {
  if (/^CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF\b/.test(firstWords(sql, 5))) await dropUnfinished(connection, sql);
}

const firstWords = (sql: string, count: number): string =>
  (readStatements(sql, 'postgres')[0]?.words ?? [])
    .slice(0, count)
    .map(({ text }) => text)
    .join(' ');

/** An index that was not finished keeps its name, is not valid, and of no use to anybody. @returns Whether there was one. */
async function dropUnfinished(connection: DatabaseConnection, sql: string): Promise<boolean> {
  const name = indexName(sql);
  if (name === undefined) return false;
  const [row] = await connection.query(
    'SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_catalog.pg_index WHERE indexrelid = to_regclass($1)',
    [name],
  );
  if (row === undefined || row['valid'] === true) return false;
  await connection.query(`DROP INDEX CONCURRENTLY ${String(row['name'])}`);
  return true;
}

async function settle(
  connection: DatabaseConnection,
  { sql, error, wasInterrupted }: RepeatedFailure,
): Promise<'done' | 'again' | undefined> {
  const { code } = error as { readonly code?: string };
  const whenInterrupted = wasInterrupted ? 'done' : undefined;
  // Undefined object: that of a CREATE may be a type or a class of operators. Duplicate database.
  if ((code === '42704' && firstWords(sql, 1) === 'DROP') || code === '42P04') return whenInterrupted;
  if (code !== '42P07' || indexName(sql) === undefined) return undefined;
  return (await dropUnfinished(connection, sql)) ? 'again' : whenInterrupted;
}

/** The name that `CREATE INDEX CONCURRENTLY` gives, with the schema of its table: that is where indexes are made. */
function indexName(sql: string): string | undefined {
  const words = readStatements(sql, 'postgres')[0]?.words ?? [];
  const on = words.findIndex(({ kind, text }) => kind === 'word' && text === 'ON');
  const raw = (index: number): string => sql.slice(words[index]?.start, words[index + 1]?.start).trim();
  if (on < 1 || words[on - 1]?.text === 'CONCURRENTLY') return undefined;
  const table = words[on + 1]?.text === 'ONLY' ? on + 2 : on + 1;
  const schema = words[table + 1]?.text === '.' ? `${raw(table)}.` : '';
  return schema + raw(on - 1);
}

async function scratch(
  { url, place }: NamedServer,
  options: PostgresDriverOptions,
  connect: () => Promise<DatabaseConnection>,
): Promise<ScratchDatabase> {
  const { name, once } = await makeScratch({ place, right: 'the right CREATEDB', connect });
  return {
    driver: postgresDriver(withDatabase(url, name), options),
    // A server may still see a session that has just ended; before PostgreSQL 13 there is no way to say that it does not matter.
    drop: () =>
      once(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch(async (error: unknown) => {
        if ((error as { readonly code?: string }).code !== '42601') throw error;
        await once(`DROP DATABASE IF EXISTS ${name}`);
      }),
  };
}
