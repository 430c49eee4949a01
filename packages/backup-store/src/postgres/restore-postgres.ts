import { commandOutput } from '../command/command-source.ts';
import { runCommand } from '../command/run-command.ts';
import { BackupError } from '../errors.ts';
import type { Repository, TenantHandle } from '../repository/contract.ts';
import { postgresFailure } from './failure.ts';
import { cleansItself } from './plain-dump.ts';
import { postgresCommand, type PostgresPrograms, PSQL } from './programs.ts';
import { lockNames } from './locked-names.ts';
import { createDatabase, dropDatabase } from './scratch-database.ts';

/** How a dump in the custom format begins. */
const CUSTOM_MAGIC = Buffer.from('PGDMP');

/** Options of {@link restorePostgres}. */
export interface RestorePostgresOptions extends PostgresPrograms {
  /** The repository, or one tenant of it, whose snapshots alone are found then. */
  readonly repository: Pick<Repository | TenantHandle, 'read'>;
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** Path of the dump in the snapshot, such as `postgres/shop.sql`. */
  readonly path: string;
  /** The database to restore to; with `create` it is made first, and must not be there. */
  readonly database: string;
  readonly create?: boolean | undefined;
  /**
   * Replaces what is there under a name that the dump has too; what has other names stays. A dump in plain SQL that does not drop
   * anything by itself (`--clean --if-exists`) is restored to a database of its own first (`holdfast_restore_...`, which goes in the
   * end), which takes room and the right to make databases.
   */
  readonly clean?: boolean | undefined;
  /** `false`: what was done before an error stays. Default: all or nothing. */
  readonly singleTransaction?: boolean | undefined;
  /** Options of `pg_restore` itself, for dumps in the custom format, such as `['--no-owner']`. */
  readonly options?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was restored. */
export interface RestorePostgresResult {
  readonly database: string;
  readonly format: 'plain' | 'custom';
  /** Of the dump. */
  readonly bytes: number;
}

/**
 * Restores a dump from a snapshot into a database, by `psql` or `pg_restore`, as one transaction: when anything fails, on the way or
 * in the database, the database is as it was before (or, with `create`, is there and empty).
 *
 * @throws {BackupError} `INVALID_OPTION`; `PATH_NOT_FOUND`; `ALREADY_EXISTS`; `DATABASE_...`, `COMMAND_...`; `BLOB_...` and `OBJECT_...` for what can't
 * be read from the repository.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { restorePostgres } from '@x/backup-store/postgres';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const server = { url: 'postgres://admin@db.example', password: process.env['ADMIN_DB_PASSWORD'] };
 * const dump = { repository, snapshot: 'latest', path: 'postgres/shop.sql' };
 * await restorePostgres({ ...server, ...dump, database: 'shop_restored', create: true });
 * ```
 */
export async function restorePostgres(options: RestorePostgresOptions): Promise<RestorePostgresResult> {
  const { database, signal } = options;
  if (database === '') throw new BackupError('INVALID_OPTION', 'Expected a database to restore to, got an empty name');
  const content = options.repository.read(options.snapshot, { path: options.path, signal })[Symbol.asyncIterator]();
  try {
    // Before anything is done to the database: what can't be read at all is not restored.
    const first = await content.next();
    const start = first.done === true ? Buffer.alloc(0) : Buffer.from(first.value);
    const format = start.subarray(0, CUSTOM_MAGIC.length).equals(CUSTOM_MAGIC) ? 'custom' : 'plain';
    refuseUseless(options, format);
    const isReplaced = format === 'plain' && options.clean === true && options.create !== true && !cleansItself(start);
    if (options.create === true) await createDatabase(options, database, { signal });
    const counted = { bytes: 0 };
    const dump = rest(start, content, counted);
    if (isReplaced) await replacePlain(options, dump);
    else if (format === 'plain') await restorePlain(options, dump, database);
    else await restoreCustom(options, dump);
    return { database, format, bytes: counted.bytes };
  } catch (error) {
    signal?.throwIfAborted();
    throw postgresFailure(error);
  } finally {
    await content.return?.();
  }
}

function refuseUseless({ options = [] }: RestorePostgresOptions, format: 'plain' | 'custom'): void {
  if (format === 'custom' || options.length === 0) return;
  throw new BackupError('INVALID_OPTION', 'Expected no options of pg_restore for a dump in plain SQL, got some', {
    hint: 'They are for dumps in the custom format.',
  });
}

/** Until all of the dump is in a database of its own, the other one is not touched; then it is changed in one transaction. */
async function replacePlain(options: RestorePostgresOptions, dump: AsyncIterable<Uint8Array>): Promise<void> {
  const { database, signal } = options;
  await using names = await lockNames(options, 'restore', signal);
  const scratch = names.next();
  try {
    await createDatabase(options, scratch, { like: database, signal });
    await restorePlain({ ...options, singleTransaction: true }, dump, scratch);
    const args = ['--no-password', '--format=custom', '--compress=0'];
    await restoreCustom(options, commandOutput(postgresCommand(options, 'pg_dump', args, scratch), signal));
  } finally {
    // What was restored is there, whatever becomes of it.
    await dropDatabase(options, scratch).catch(() => undefined);
  }
}

async function restorePlain(
  options: RestorePostgresOptions,
  dump: AsyncIterable<Uint8Array>,
  database: string,
): Promise<void> {
  const line = postgresCommand(options, 'psql', [...PSQL, '--output=/dev/null'], database);
  const stdin = (): AsyncIterable<Uint8Array> => inTransaction(dump, options.singleTransaction !== false);
  await runCommand({ ...line, stdin, signal: options.signal });
}

async function restoreCustom(options: RestorePostgresOptions, dump: AsyncIterable<Uint8Array>): Promise<void> {
  // A name that can't be taken for anything else (PostgreSQL manual, "Keyword/Value Connection Strings").
  const target = `dbname='${options.database.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  const args = [
    '--no-password',
    '--exit-on-error',
    ...(options.singleTransaction === false ? [] : ['--single-transaction']),
    ...(options.clean === true ? ['--clean', '--if-exists'] : []),
    ...(options.options ?? []),
    `--dbname=${target}`,
  ];
  await runCommand({ ...postgresCommand(options, 'pg_restore', args), stdin: () => dump, signal: options.signal });
}

async function* rest(
  start: Uint8Array,
  content: AsyncIterator<Uint8Array>,
  counted: { bytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  counted.bytes += start.length;
  yield start;
  for (let next = await content.next(); next.done !== true; next = await content.next()) {
    counted.bytes += next.value.length;
    yield next.value;
  }
}

/**
 * The commit stands behind the dump, and is sent when all of that was: `psql --single-transaction` would commit what it has when its
 * input ends early, which is all that another machine sees of a restore that died.
 */
async function* inTransaction(dump: AsyncIterable<Uint8Array>, isSingle: boolean): AsyncGenerator<Uint8Array> {
  if (isSingle) yield Buffer.from('BEGIN;\n');
  yield* dump;
  if (isSingle) yield Buffer.from('\nCOMMIT;\n');
}
