import { runCommand } from '../command/run-command.ts';
import { checkTables, chooseTables } from '../databases/table-choice.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { Repository, TenantHandle } from '../repository/contract.ts';
import { mysqlFailure } from './failure.ts';
import { loadDump } from './load-dump.ts';
import { lockNames } from './locked-names.ts';
import { type Exchange, type MysqlObject, objectsOf, planExchange } from './objects.ts';
import { type FoundProgram, identifier, mysqlCommand, type MysqlPrograms, query, SCRIPT } from './programs.ts';
import { planReferences, type ReferenceMove, referencesOf } from './references.ts';
import { countRows } from './row-counts.ts';
import { askDatabase, askServer, dumpProgram, type MysqlDatabase, type MysqlServer } from './server.ts';

const NAMES_SAID = 20;

/** Options of {@link restoreMysql}. */
export interface RestoreMysqlOptions extends MysqlPrograms {
  /** The repository, or one tenant of it, whose snapshots alone are found then. */
  readonly repository: Pick<Repository | TenantHandle, 'read'>;
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** Path of the dump in the snapshot, such as `mysql/shop.sql`. */
  readonly path: string;
  /** The database to restore to; with `create` it is made first, and must not be there. */
  readonly database: string;
  readonly create?: boolean | undefined;
  /** With `create`. Default: the server's. */
  readonly characterSet?: string | undefined;
  /** With `create`. Default: that of the character set. */
  readonly collation?: string | undefined;
  /** Replaces what is there under a name that the dump has too. Default: it is refused. What has other names stays in any case. */
  readonly clean?: boolean | undefined;
  /**
   * Only these tables, with their rows, keys and triggers: names, or patterns with `*` and `?`. Views, routines and events stay out then, and a
   * foreign key of another table to one that is replaced goes on with the new one. Default: all that the dump has.
   */
  readonly tables?: readonly string[] | undefined;
  /** With `clean`, without `tables`: what the dump does not have goes, too, so that the database is afterwards as it was dumped. */
  readonly exact?: boolean | undefined;
  /**
   * Called when all of the dump is loaded, right before the first thing is replaced, with how many rows each table has that will come. What
   * fails without it has changed nothing.
   */
  readonly onReplace?: ((rows: ReadonlyMap<string, number>) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was restored. */
export interface RestoreMysqlResult {
  readonly database: string;
  /** Of the dump. */
  readonly bytes: number;
  readonly tables: number;
  /** Tables, views, routines and events that were there under the same names. */
  readonly replaced: number;
}

/** What a restore works with. */
interface Work {
  readonly options: RestoreMysqlOptions;
  readonly server: MysqlServer;
  readonly dump: FoundProgram;
  readonly scratch: string;
  /** Absent when it is to be made. */
  readonly target: MysqlDatabase | undefined;
}

/**
 * Restores a dump from a snapshot into a database. These servers have no transactions for tables, so the dump is loaded into a
 * database of its own beside the other first (`holdfast_restore_...`). Until all of it is there, the database is not touched: whatever
 * fails before leaves it as it was. Then the old tables are dropped, the new ones moved to their place in one statement, and views,
 * triggers, routines and events made. That takes moments but is not one transaction: if the server dies in it, tables may be
 * missing, and are in the other database, whose name the error has; the same restore with `clean` sets it right.
 *
 * The user needs the right to make databases, and the server room for the data twice.
 *
 * @throws {BackupError} `INVALID_OPTION`; `ALREADY_EXISTS`; `PATH_NOT_FOUND`; `DUMP_INCOMPLETE`; `VERSION_MISMATCH`; `DATABASE_...`,
 * `COMMAND_...`; `BLOB_...` and `OBJECT_...` for what can't be read from the repository.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { restoreMysql } from '@x/backup-store/mysql';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const server = { url: 'mysql://admin@db.example', password: process.env['ADMIN_DB_PASSWORD'] };
 * const dump = { repository, snapshot: 'latest', path: 'mysql/shop.sql' };
 * await restoreMysql({ ...server, ...dump, database: 'shop_restored', create: true });
 * ```
 */
export async function restoreMysql(options: RestoreMysqlOptions): Promise<RestoreMysqlResult> {
  if (options.database === '')
    throw new BackupError('INVALID_OPTION', 'Expected a database to restore to, got an empty name');
  const { signal, tables } = options;
  if (tables !== undefined) checkTables(tables);
  const content = options.repository.read(options.snapshot, { path: options.path, signal })[Symbol.asyncIterator]();
  try {
    // Before anything is done to the server: what can't be read at all is not restored.
    const first = await content.next();
    const server = await askServer(options, signal);
    const dump = await dumpProgram(options, server, signal);
    const target = await targetOf(options, server);
    await using names = await lockNames(options, server, { purpose: 'restore', signal });
    const work = { options, server, dump, target, scratch: names.next() };
    const counted = { bytes: 0 };
    return { ...(await restoreBeside(work, counting(first, content, counted))), bytes: counted.bytes };
  } catch (error) {
    signal?.throwIfAborted();
    throw mysqlFailure(error);
  } finally {
    await content.return?.();
  }
}

async function targetOf(options: RestoreMysqlOptions, server: MysqlServer): Promise<MysqlDatabase | undefined> {
  const { database, create = false, signal } = options;
  const found = await askDatabase(options, server, { database, signal }).catch((error: unknown) => {
    if (create && isBackupError(error, 'DATABASE_NOT_FOUND')) return undefined;
    throw error;
  });
  if (found === undefined || !create) return found;
  throw new BackupError('ALREADY_EXISTS', `Expected to make the database ${database}, it is there already`, {
    hint: 'Restore to another name, or without create.',
  });
}

async function restoreBeside(work: Work, dump: AsyncIterable<Uint8Array>): Promise<Omit<RestoreMysqlResult, 'bytes'>> {
  const { options, server, scratch, target } = work;
  const { database, signal } = options;
  await run(work, [createDatabase(scratch, target ?? options)]);
  // From when on what is in it is not thrown away.
  let isNeeded = false;
  try {
    await load(work, dump, scratch);
    const dumped = await objectsOf(options, server, { database: scratch, signal });
    const from = { database: scratch, objects: wantedOf(options, dumped) };
    const objects = target === undefined ? [] : await objectsOf(options, server, { database, signal });
    const isExact = options.exact === true && options.tables === undefined;
    const exchange = planExchange(from, { database, objects, isExact });
    refuseReplacing(options, exchange.replaced);
    const tables = from.objects.filter(({ kind }) => kind === 'table').map(({ name }) => name);
    const others = await othersOf(work, { tables, views: exchange.views });
    const references = options.tables === undefined ? NO_MOVE : await moveOf(work, { tables, dumped, objects });
    const { onReplace } = options;
    const rows = onReplace && (await countRows(options, server, { database: scratch, tables, signal }));
    signal?.throwIfAborted();
    isNeeded = true;
    onReplace?.(rows ?? new Map());
    await apply(work, { exchange, references, others });
    isNeeded = false;
    return { database, tables: tables.length, replaced: exchange.replaced.length };
  } catch (error) {
    throw isNeeded ? leftBehind(error, scratch) : error;
  } finally {
    if (!isNeeded) await query(options, server.client, { sql: `DROP DATABASE IF EXISTS ${identifier(scratch)}` });
  }
}

/** Not ended by the signal: in the middle of it is worse than behind it. */
async function apply(
  work: Work,
  { exchange, references, others }: { exchange: Exchange; references: ReferenceMove; others: readonly Buffer[] },
): Promise<void> {
  const { options, target } = work;
  const made = target === undefined ? [createDatabase(options.database, options)] : [];
  await run(work, [...made, ...exchange.freeing, ...references.before, ...exchange.moving, ...references.after]);
  for (const script of others) await load(work, [script], options.database, 'to its end');
}

const NO_MOVE: ReferenceMove = { before: [], after: [], checks: [] };

/** What keeps foreign keys whole, once it is known that they can be. @throws {BackupError} `TABLE_IN_USE`, `DATABASE_NOT_FOUND`. */
async function moveOf(
  { options, server, scratch }: Work,
  {
    tables,
    dumped,
    objects,
  }: { tables: readonly string[]; dumped: readonly MysqlObject[]; objects: readonly MysqlObject[] },
): Promise<ReferenceMove> {
  const sideOf = async (
    database: string,
    has: readonly MysqlObject[],
  ): Promise<Parameters<typeof planReferences>[0]> => ({
    database,
    references: await referencesOf(options, server, { database, signal: options.signal }),
    tables: has.filter(({ kind }) => kind === 'table').map(({ name }) => name),
  });
  const move = planReferences(await sideOf(scratch, dumped), await sideOf(options.database, objects), tables);
  for (const { sql, what } of move.checks) {
    if ((await query(options, server.client, { sql, signal: options.signal })).length === 0) continue;
    throw new BackupError('TABLE_IN_USE', `Expected that all rows refer to rows that are there, but ${what}`, {
      hint: 'Nothing was changed. Restore the tables that refer to each other together.',
    });
  }
  return move;
}

/** Triggers of all tables go: one that stays behind goes with the database that it was loaded into. */
function wantedOf({ tables }: RestoreMysqlOptions, objects: readonly MysqlObject[]): readonly MysqlObject[] {
  if (tables === undefined) return objects;
  const chosen = new Set<MysqlObject>(
    chooseTables(
      tables,
      objects.filter(({ kind }) => kind === 'table'),
    ),
  );
  return objects.filter((object) => chosen.has(object) || object.kind === 'trigger');
}

function refuseReplacing({ clean, database }: RestoreMysqlOptions, replaced: readonly MysqlObject[]): void {
  if (clean === true || replaced.length === 0) return;
  throw new BackupError(
    'ALREADY_EXISTS',
    `Expected nothing in ${database} that the dump has too, got ${replaced.length} of the same name`,
    {
      details: replaced.slice(0, NAMES_SAID).map(({ kind, name }) => `${kind} ${name}`),
      hint: 'Nothing was changed. Replace them with clean, or restore to a new database with create.',
    },
  );
}

function leftBehind(error: unknown, scratch: string): unknown {
  const cause = mysqlFailure(error);
  if (!isBackupError(cause)) return cause;
  const hint = `What was restored is in the database ${scratch}. Run the restore again with clean: it drops that, too.`;
  return new BackupError(cause.code, cause.message, { cause, details: cause.details, hint });
}

const createDatabase = (
  name: string,
  { characterSet, collation }: { readonly characterSet?: string | undefined; readonly collation?: string | undefined },
): string =>
  [
    `CREATE DATABASE ${identifier(name)}`,
    ...(characterSet === undefined ? [] : [`CHARACTER SET ${identifier(characterSet)}`]),
    ...(collation === undefined ? [] : [`COLLATE ${identifier(collation)}`]),
  ].join(' ');

/** Statements of any length, by the standard input. */
async function run({ options, server }: Work, statements: readonly string[]): Promise<void> {
  const stdin = `${statements.join(';\n')};\n`;
  await runCommand({ ...mysqlCommand(options, server.client, SCRIPT), stdin });
}

async function load(
  { options, server }: Work,
  dump: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  database: string,
  how?: 'to its end',
): Promise<void> {
  const signal = how === undefined ? options.signal : undefined;
  await loadDump(options, server, { dump, database, signal });
}

/** What can't be moved, as scripts that make it: triggers, routines and events; and views, which may need those. */
async function othersOf(
  work: Work,
  { tables: wanted, views }: { readonly tables: readonly string[]; readonly views: readonly string[] },
): Promise<Buffer[]> {
  const { options, dump, scratch } = work;
  const print = async (args: readonly string[]): Promise<Buffer> => {
    const common = ['--no-data', '--no-tablespaces', '--skip-dump-date', '--skip-lock-tables'];
    const gtid = dump.family === 'mysql' ? ['--set-gtid-purged=OFF'] : [];
    const command = mysqlCommand(options, dump, [...common, ...gtid, ...args]);
    return (await runCommand({ ...command, signal: options.signal })).stdout;
  };
  const scripts = [
    options.tables === undefined
      ? await print(['--no-create-info', '--triggers', '--routines', '--events', '--', scratch])
      : await print(['--no-create-info', '--triggers', '--', scratch, ...wanted]),
  ];
  if (views.length > 0) scripts.push(await print(['--skip-triggers', '--', scratch, ...views]));
  return scripts;
}

async function* counting(
  first: IteratorResult<Uint8Array>,
  content: AsyncIterator<Uint8Array>,
  counted: { bytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let next = first; next.done !== true; next = await content.next()) {
    counted.bytes += next.value.length;
    yield next.value;
  }
}
