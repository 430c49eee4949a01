import { BackupError } from '../errors.ts';
import { connectionParts } from './connection.ts';
import { findProgram, type FoundProgram, literal, type MysqlPrograms, query } from './programs.ts';
import { type MysqlVersion, serverVersionOf } from './version.ts';

/** What every server has for itself. */
const SYSTEM: readonly string[] = ['information_schema', 'performance_schema', 'mysql', 'sys'];

/** A server as it was when it was asked. */
export interface MysqlServer extends MysqlVersion {
  readonly client: FoundProgram;
  /** The database that was connected to. */
  readonly current: string | undefined;
  /** Without those of the server itself. */
  readonly databases: readonly string[];
}

/** Asks a server what it is. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function askServer(programs: MysqlPrograms, signal: AbortSignal | undefined): Promise<MysqlServer> {
  const client = await findProgram(programs, 'client', { signal });
  const sql = "SELECT VERSION(); SHOW SESSION STATUS LIKE 'Ssl_cipher'; SHOW DATABASES";
  const [[version = ''] = [], [, cipher = ''] = [], ...databases] = await query(programs, client, { sql, signal });
  refuseOpen(programs, cipher);
  const names = databases.flatMap(([name]) => (name === undefined || SYSTEM.includes(name) ? [] : [name]));
  return { ...serverVersionOf(version), client, current: connectionParts(programs).database, databases: names };
}

/** Programs of MariaDB go on without encryption when the server has none, unless they are to check its certificate. */
function refuseOpen(programs: MysqlPrograms, cipher: string): void {
  const { tls = 'disabled' } = connectionParts(programs);
  if (tls === 'disabled' || cipher !== '') return;
  throw new BackupError('DATABASE_REFUSED', `Expected an encrypted connection (${tls}), got one that is not`, {
    hint: 'Set up certificates on the server, or connect without ssl-mode.',
  });
}

/**
 * The dump program for a server: of its own family, if there is one.
 *
 * @throws {BackupError} `VERSION_MISMATCH` when it is of an older major version, which does not know all that the server has.
 */
export async function dumpProgram(
  programs: MysqlPrograms,
  server: MysqlServer,
  signal: AbortSignal | undefined,
): Promise<FoundProgram> {
  const dump = await findProgram(programs, 'dump', { family: server.family, signal });
  if (dump.family === server.family && dump.major < server.major) {
    throw new BackupError(
      'VERSION_MISMATCH',
      `Expected ${dump.program} of version ${server.major} or later for a server of version ${server.version}, got ${dump.version}`,
      { hint: `Install client programs of version ${server.major}, or name their folder as binDirectory.` },
    );
  }
  return dump;
}

/** A table, view or sequence. */
export interface MysqlTable {
  readonly name: string;
  /** Such as `BASE TABLE`, `VIEW`, `SEQUENCE`. */
  readonly type: string;
  readonly engine: string;
  /** Whether its engine has states that a dump can hold on to. */
  readonly isTransactional: boolean;
}

/** A database as it was when it was asked. */
export interface MysqlDatabase {
  readonly characterSet: string;
  readonly collation: string;
  readonly tables: readonly MysqlTable[];
}

/** What a database is like. @throws {BackupError} `DATABASE_NOT_FOUND`; `DATABASE_...`, `COMMAND_...`. */
export async function askDatabase(
  programs: MysqlPrograms,
  server: MysqlServer,
  at: { readonly database: string; readonly signal: AbortSignal | undefined },
): Promise<MysqlDatabase> {
  const name = literal(at.database);
  const sql = `
    SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${name};
    SELECT TABLE_NAME, TABLE_TYPE, COALESCE(t.ENGINE, ''), COALESCE(e.TRANSACTIONS, '') FROM information_schema.TABLES t
    LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE WHERE TABLE_SCHEMA = ${name} ORDER BY TABLE_NAME`;
  const [schema, ...rows] = await query(programs, server.client, { sql, signal: at.signal });
  if (schema === undefined) {
    throw new BackupError(
      'DATABASE_NOT_FOUND',
      `Expected a database ${at.database}, got none of ${server.databases.length}`,
      { details: server.databases, hint: 'Check the name, and that the user may see the database.' },
    );
  }
  const [characterSet = '', collation = ''] = schema;
  const tables = rows.map(([table = '', type = '', engine = '', transactions]) => {
    // Views, and sequences, which never go back.
    const isTransactional = transactions === 'YES' || type === 'VIEW' || type === 'SEQUENCE';
    return { name: table, type, engine, isTransactional };
  });
  return { characterSet, collation, tables };
}
