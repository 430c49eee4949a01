import { createHash } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { VersioningError } from '../../errors.ts';
import type {
  DatabaseConnection,
  DatabaseRow,
  DatabaseValue,
  Hold,
  MigrationDriver,
  RepeatedFailure,
  ScratchDatabase,
} from '../driver.ts';
import { driverMissing, refused, unreachable } from './database-failure.ts';
import { loadPeer, type NamedServer, parseServer, withDatabase, withPassword } from './database-url.ts';
import { describeMysql } from './mysql-schema.ts';
import { makeScratch } from './scratch-database.ts';

/** Options of {@link mysqlDriver}. */
export interface MysqlDriverOptions {
  /** Default: that of the URL, or none. */
  readonly password?: string | undefined;
  /** How long the server may take to let us in, in milliseconds. Default: 30,000. */
  readonly connectTimeoutMs?: number | undefined;
}

const CONNECT_TIMEOUT_MS = 30_000;
/** A week, in seconds: a server lets go of those who say nothing for longer. */
const IDLE_S = 604_800;

/**
 * A driver for a database of MariaDB or MySQL. Needs the optional peer `mysql2`: `npm install mysql2`.
 *
 * @param address `mysql://user@host:3306/database`, with what `mysql2` understands behind it; `mariadb:` is the same.
 * @throws {VersioningError} `INVALID_OPTION`.
 * @example
 * ```ts
 * import { createMigrator, mysqlDriver } from '@x/versioning/migrate';
 *
 * const driver = mysqlDriver('mysql://app@db.example/shop', { password: process.env['DB_PASSWORD'] });
 * const migrator = createMigrator({ driver, migrations: 'migrations' });
 * console.log(await migrator.status());
 * await migrator.close();
 * ```
 */
export function mysqlDriver(address: string, options: MysqlDriverOptions = {}): MigrationDriver {
  const server = parseServer(address, ['mysql:', 'mariadb:']);
  const database = decodeURIComponent(server.url.pathname.slice(1));
  if (database === '') {
    throw new VersioningError('INVALID_OPTION', `Expected the name of a database behind ${server.place}, got none`, {
      hint: 'Write mysql://user@host/database.',
    });
  }
  const connect = async (): Promise<DatabaseConnection> => connectionOf(await connected(server, options), database);
  return {
    dialect: 'mysql',
    place: server.place,
    connect,
    settle: async (_connection, failure) => settled(failure),
    scratch: () => scratch(server, options, connect),
    describe: describeMysql,
  };
}

/** Numbers of errors of those who may not in: no rights to the database, wrong user or password, no such database, host blocked. */
const REFUSALS: ReadonlySet<number> = new Set([1044, 1045, 1049, 1129, 1130, 1698]);

async function connected({ url, place }: NamedServer, options: MysqlDriverOptions): Promise<Connection> {
  const { password, connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  // It is CommonJS, of which a bundle has no names but this one.
  const { default: mysql2 } = await loadPeer(
    () => import('mysql2/promise'),
    (cause) => driverMissing('mysql2', cause),
  );
  try {
    const connection = await mysql2.createConnection({
      uri: password === undefined ? url.href : withPassword(url, password),
      charset: 'utf8mb4',
      connectTimeout: connectTimeoutMs,
      supportBigNumbers: true,
    });
    connection.on('error', () => undefined);
    // The one with the lock says nothing for as long as a migration takes.
    await connection.query(`SET SESSION wait_timeout = ${IDLE_S}`).catch(() => undefined);
    return connection;
  } catch (cause) {
    const { errno = 0 } = cause as { readonly errno?: number };
    if (REFUSALS.has(errno)) throw refused({ place, cause }, 'Check user, password, database and rights.');
    throw unreachable({ place, cause }, 'Check host and port, and that the server runs.');
  }
}

function connectionOf(client: Connection, database: string): DatabaseConnection {
  const query = async (sql: string, values: readonly DatabaseValue[] = []): Promise<readonly DatabaseRow[]> => {
    // With values, the server itself puts them in their place.
    const [result] = values.length === 0 ? await client.query(sql) : await client.execute(sql, bound(values));
    return Array.isArray(result) ? (result as readonly unknown[]).filter(isRow) : [];
  };
  const held: string[] = [];
  return {
    dialect: 'mysql',
    query,
    tryHold: async (what) => {
      const name = lockName(database, what);
      const [row] = await query('SELECT get_lock(?, 0) AS held', [name]);
      if (Number(row?.['held']) !== 1) return false;
      held.push(name);
      return true;
    },
    begin: async () => void (await client.query('START TRANSACTION')),
    commit: async () => void (await client.query('COMMIT')),
    rollback: async () => void (await client.query('ROLLBACK')),
    close: async () => {
      // A server takes a moment to see that a client has gone.
      for (const name of held) await query('DO release_lock(?)', [name]).catch(() => undefined);
      await client.end().catch(() => client.destroy());
    },
  };
}

const bound = (values: readonly DatabaseValue[]): (string | number | bigint | boolean | null | Buffer)[] =>
  values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));

/** Procedures give several results, of which each is a list. */
const isRow = (row: unknown): row is DatabaseRow => typeof row === 'object' && row !== null && !Array.isArray(row);

/** Locks are those of the server, with names of up to 64 characters. */
function lockName(database: string, what: Hold): string {
  return `holdfast:${what}:${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
}

/**
 * Numbers of errors which say that something is there, or gone, already: database, table, column, key, trigger, routine, event, partition, foreign key.
 */
const DONE: ReadonlySet<number> = new Set([
  1007, 1008, 1050, 1051, 1060, 1061, 1091, 1304, 1305, 1359, 1360, 1396, 1537, 1539, 1826,
]);

/** A server goes on with a statement whose client is gone; when it failed to end in time, that it is there already says that it did. */
function settled({ error, wasInterrupted }: RepeatedFailure): 'done' | undefined {
  const { errno = 0 } = error as { readonly errno?: number };
  return wasInterrupted && DONE.has(errno) ? 'done' : undefined;
}

async function scratch(
  { url, place }: NamedServer,
  options: MysqlDriverOptions,
  connect: () => Promise<DatabaseConnection>,
): Promise<ScratchDatabase> {
  const right = 'all rights on `holdfast\\_verify\\_%`.*';
  const { name, once } = await makeScratch({ place, right, connect });
  return { driver: mysqlDriver(withDatabase(url, name), options), drop: () => once(`DROP DATABASE IF EXISTS ${name}`) };
}
