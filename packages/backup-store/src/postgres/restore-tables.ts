import { successOf } from '../command/command-end.ts';
import { Program } from '../command/program.ts';
import { runCommand } from '../command/run-command.ts';
import { checkTables, chooseTables, refuseThere, tableName } from '../databases/table-choice.ts';
import type { Repository, TenantHandle } from '../repository/contract.ts';
import { postgresFailure } from './failure.ts';
import { postgresCommand, type PostgresPrograms, PSQL, queryJson } from './programs.ts';
import { restorePostgres } from './restore-postgres.ts';
import { lockNames } from './locked-names.ts';
import { dropDatabase } from './scratch-database.ts';
import { askServer } from './server.ts';
import { countRows, demandRows } from './row-counts.ts';
import { literal, quoted } from './sql-text.ts';
import { tablesIn, withPartitions } from './tables-in.ts';
import { planExchange, type SchemaTable, type TableExchange, type TableSituation } from './table-exchange.ts';

/** Options of {@link restorePostgresTables}. */
export interface RestorePostgresTablesOptions extends PostgresPrograms {
  /** The repository, or one tenant of it, whose snapshots alone are found then. */
  readonly repository: Pick<Repository | TenantHandle, 'read'>;
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** Path of the dump in the snapshot, such as `postgres/shop.sql`. */
  readonly path: string;
  /** The database to restore to. It has to be there. */
  readonly database: string;
  /** Names, or patterns with `*` and `?`, with or without a schema: `bookings`, `sales.orders`, `ml_*`. Of a partitioned table, its partitions come, too. */
  readonly tables: readonly string[];
  /** Replaces those that are there. Default: they are refused. */
  readonly clean?: boolean | undefined;
  /** Told the names of all tables, with their schemas, right before the transaction that puts them. */
  readonly onPut?: ((tables: readonly string[]) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was restored. */
export interface RestorePostgresTablesResult {
  readonly database: string;
  /** With their schemas. */
  readonly tables: readonly string[];
  /** Those of them that were there before. */
  readonly replaced: readonly string[];
  /** Of the whole dump. */
  readonly bytes: number;
}

/**
 * Restores single tables of a dump, in plain SQL or the custom format, with rows, indexes, constraints, triggers, sequences and rights. The dump is loaded into a
 * database of its own beside the other first (`holdfast_restore_...`, dropped in the end); from there the tables go to their place in one transaction,
 * in which their rows are counted: when anything fails, the database is as it was. Foreign keys of other tables to those that are replaced are taken off and put on again, so rows that
 * lose what they refer to make the restore fail.
 *
 * The user needs the right to make databases, and the server room for the data twice.
 *
 * @throws {BackupError} `DATABASE_NOT_FOUND` when the dump has no such table, or the server no such database; `ALREADY_EXISTS`, without `clean`; `TABLE_IN_USE` when views use
 * what would be replaced; `INVALID_OPTION`; `PATH_NOT_FOUND`; `VERSION_MISMATCH`, `DATABASE_...`, `COMMAND_...`; `BLOB_...` and `OBJECT_...` for what can't be read from the repository.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { restorePostgresTables } from '@x/backup-store/postgres';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const server = { url: 'postgres://admin@db.example', password: process.env['ADMIN_DB_PASSWORD'] };
 * const dump = { repository, snapshot: 'latest', path: 'postgres/shop.sql' };
 * await restorePostgresTables({ ...server, ...dump, database: 'shop', tables: ['bookings', 'ml_*'], clean: true });
 * ```
 */
export async function restorePostgresTables(
  options: RestorePostgresTablesOptions,
): Promise<RestorePostgresTablesResult> {
  return await exchangeTables(options, []);
}

/** The same, and drops tables, in one transaction. @throws {BackupError} as {@link restorePostgresTables} does; `TABLE_IN_USE` when something else needs these. */
export async function exchangeTables(
  options: RestorePostgresTablesOptions,
  drops: readonly SchemaTable[],
): Promise<RestorePostgresTablesResult> {
  const { database, tables: patterns, clean = false, signal } = options;
  checkTables(patterns);
  await demandDump(options);
  // Before a long load: whether there is a database to go to, and a program that can take the tables there.
  await demandTarget(options);
  await using names = await lockNames(options, 'restore', signal);
  const scratch = names.next();
  try {
    const { bytes } = await restorePostgres({ ...options, database: scratch, create: true, clean: false });
    const all = await tablesIn(options, { database: scratch, signal });
    const chosen = withPartitions(chooseTables(patterns, all), all);
    const exchange = planExchange(chosen, await situationOf(options, [...chosen, ...drops]), drops);
    refuseThere(exchange.replaced, { database, clean });
    signal?.throwIfAborted();
    const rows = await countRows(options, chosen.map(nameInSql), { database: scratch, signal });
    options.onPut?.(chosen.map(tableName));
    await apply(options, { scratch, rows }, exchange);
    return { database, tables: chosen.map(tableName), replaced: exchange.replaced.map(tableName), bytes };
  } catch (error) {
    signal?.throwIfAborted();
    throw postgresFailure(error);
  } finally {
    // What could not be reached before can't be now; the error before says more.
    await dropDatabase(options, scratch).catch(() => undefined);
  }
}

/** Drops tables in one transaction, and nothing else. @throws {BackupError} `TABLE_IN_USE` when something else needs them; `DATABASE_...`, `COMMAND_...`. */
export async function dropTables(
  options: PostgresPrograms & { readonly database: string },
  drops: readonly SchemaTable[],
): Promise<void> {
  if (drops.length === 0) return;
  const { before } = planExchange([], await situationOf(options, drops), drops);
  const load = postgresCommand(options, 'psql', [...PSQL, '--output=/dev/null'], options.database);
  await runCommand({ ...load, stdin: `BEGIN;\n${before.join('\n')}\nCOMMIT;\n` });
}

/** Before anything is asked of the server: whether there is such a dump, for whoever asks. */
async function demandDump({ repository, snapshot, path, signal }: RestorePostgresTablesOptions): Promise<void> {
  const content = repository.read(snapshot, { path, signal })[Symbol.asyncIterator]();
  await content.next();
  await content.return?.();
}

async function demandTarget(options: RestorePostgresTablesOptions): Promise<void> {
  const { database, signal = new AbortController().signal } = options;
  try {
    await queryJson(options, "SELECT json_build_object('ok', true)", { database, signal });
    await askServer(options, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw postgresFailure(error);
  }
}

/** How the database is that the tables go to. Names in it are written in full. */
async function situationOf(
  options: PostgresPrograms & Pick<RestorePostgresTablesOptions, 'database' | 'signal'>,
  chosen: readonly SchemaTable[],
): Promise<TableSituation> {
  const wanted = chosen.map(({ schema, name }) => `(${literal(schema)}, ${literal(name)})`).join(', ');
  const sql = `SET search_path = ''; WITH wanted AS (
      SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE (n.nspname, c.relname) IN (${wanted})
    ) SELECT json_build_object(
      'schemas', (SELECT json_agg(nspname) FROM pg_catalog.pg_namespace),
      'there', (SELECT coalesce(json_agg(json_build_object('schema', nspname, 'name', relname)), '[]') FROM wanted),
      'keys', (SELECT coalesce(json_agg(json_build_object(
          'table', format('%I.%I', n.nspname, c.relname), 'name', quote_ident(f.conname), 'definition', pg_get_constraintdef(f.oid),
          'parent', pn.nspname || '.' || p.relname)), '[]')
        FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_class p ON p.oid = f.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE f.contype = 'f' AND f.conparentid = 0 AND f.confrelid IN (SELECT oid FROM wanted) AND f.conrelid NOT IN (SELECT oid FROM wanted)),
      'users', (SELECT coalesce(json_agg(DISTINCT format('%I.%I', n.nspname, c.relname)), '[]')
        FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid IN (SELECT oid FROM wanted) AND c.oid NOT IN (SELECT oid FROM wanted)))`;
  const { database, signal } = options;
  return (await queryJson(options, sql, { database, signal })) as unknown as TableSituation;
}

const nameInSql = ({ schema, name }: SchemaTable): string => `${quoted(schema)}.${quoted(name)}`;

/** One transaction. Its commit is sent when all that `pg_dump` has of the tables was, and all rows are found to have come. */
async function apply(
  options: RestorePostgresTablesOptions,
  { scratch, rows }: { readonly scratch: string; readonly rows: ReadonlyMap<string, number | undefined> },
  { tables, before, after }: TableExchange,
): Promise<void> {
  const { database, signal } = options;
  const names = tables.map((table) => `--table=${nameInSql(table)}`);
  const print = postgresCommand(options, 'pg_dump', ['--no-password', ...names], scratch);
  const script = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`BEGIN;\n${before.join('\n')}\n`);
    await using program = new Program(print, signal);
    yield* program.stdout as AsyncIterable<Buffer>;
    await successOf(program, print);
    yield Buffer.from(`\n${[...after, demandRows(rows, scratch)].join('\n')}\nCOMMIT;\n`);
  };
  const load = postgresCommand(options, 'psql', [...PSQL, '--output=/dev/null'], database);
  await runCommand({ ...load, stdin: script, signal });
}
