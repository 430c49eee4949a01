import { commandOutput } from '../command/command-source.ts';
import { local } from '../command/executor.ts';
import { chooseDatabases, type DatabaseChoice } from '../databases/choice.ts';
import { withFailures } from '../databases/failures.ts';
import { fileNameOf } from '../databases/names.ts';
import { checkedDump } from '../dump/checked-dump.ts';
import type { BackupSource, SourceDetails, SourceEntry, SourceRun } from '../source/contract.ts';
import { connectionEnvironment } from './connection.ts';
import { dumpArguments, type DumpOptions } from './dump-options.ts';
import { postgresFailure } from './failure.ts';
import { postgresCommand, type PostgresPrograms } from './programs.ts';
import { askDatabase, askServer, type PostgresServer } from './server.ts';

const GLOBALS = 'globals.sql';

/** Options of {@link postgresSource}. */
export interface PostgresSourceOptions extends PostgresPrograms, DumpOptions {
  /** Folder that the dumps come back in, below a restore folder. Default `postgres`. */
  readonly name?: string | undefined;
  /** Default: the one that is connected to. */
  readonly databases?: DatabaseChoice | undefined;
  /**
   * Also roles and tablespaces, as `globals.sql`: of all databases, so it needs a superuser for passwords of roles;
   * `without-passwords` does not.
   */
  readonly globals?: boolean | 'without-passwords' | undefined;
  /** Milliseconds that the dump of one database may take. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/**
 * A source of PostgreSQL databases, dumped by `pg_dump` and streamed into the snapshot: `<database>.sql` (or `.dump`), one after the
 * other, each in a state of its own. The snapshot says versions of server and program, and each database's encoding and extensions.
 * Before anything is dumped, versions are compared; a dump counts only with exit code 0 and if it is whole: with its closing line, or
 * with the data of each entry of a custom dump. One database that fails is left out and reported, the others are kept.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once. In a backup, as the source's or a file's status: `DATABASE_UNREACHABLE`,
 * `DATABASE_REFUSED`, `DATABASE_NOT_FOUND`, `VERSION_MISMATCH`, `DUMP_INCOMPLETE`, `COMMAND_NOT_FOUND`, `COMMAND_FAILED`,
 * `COMMAND_TIMEOUT`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { postgresSource } from '@x/backup-store/postgres';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const models = postgresSource({
 *   url: 'postgres://backup@db.example/shop?sslmode=verify-full',
 *   password: process.env['SHOP_DB_PASSWORD'],
 *   tables: ['ml_*'],
 *   options: ['--clean', '--if-exists', '--no-privileges'],
 * });
 * const { status, sources } = await repository.backup({ paths: ['/srv/uploads'], sources: [models] });
 * console.log(status, sources[0]?.details);
 * ```
 */
export function postgresSource(options: PostgresSourceOptions): BackupSource {
  dumpArguments(options);
  connectionEnvironment(options);
  return {
    name: options.name ?? 'postgres',
    kind: 'postgres',
    async *read(run) {
      const server = await prepare(options, run);
      if (options.globals !== undefined && options.globals !== false) yield globalsEntry(options, run);
      const known: Record<string, SourceDetails> = {};
      const tell = (database: string, facts: SourceDetails): void => {
        known[database] = facts;
        run.describe({ databases: known });
      };
      for (const database of chooseDatabases(options.databases, server))
        yield databaseEntry(options, { run, database, tell });
    },
    async check(run) {
      chooseDatabases(options.databases, await prepare(options, run));
    },
  };
}

/** Asks and tells what the snapshot is to say. */
async function prepare(options: PostgresSourceOptions, { signal, describe }: SourceRun): Promise<PostgresServer> {
  const server = await askServer(options, signal);
  const { executor = local(), format = 'plain' } = options;
  describe({ server: server.version, pgDump: server.dumpVersion, format, executor: executor.name });
  return server;
}

function databaseEntry(
  options: PostgresSourceOptions,
  parts: {
    readonly run: SourceRun;
    readonly database: string;
    readonly tell: (database: string, facts: SourceDetails) => void;
  },
): SourceEntry {
  const { run, database, tell } = parts;
  const isPlain = options.format !== 'custom';
  const dump = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    tell(database, await askDatabase(options, database, run.signal));
    const command = postgresCommand(options, 'pg_dump', dumpArguments(options), database);
    const { timeoutMs } = options;
    const output = withFailures(commandOutput({ ...command, timeoutMs }, run.signal), postgresFailure);
    yield* checkedDump(output, isPlain ? 'postgresql' : 'postgresql-archive');
  };
  return { path: `${fileNameOf(database)}.${isPlain ? 'sql' : 'dump'}`, content: dump() };
}

function globalsEntry(options: PostgresSourceOptions, { signal }: SourceRun): SourceEntry {
  const passwords = options.globals === 'without-passwords' ? ['--no-role-passwords'] : [];
  const command = postgresCommand(options, 'pg_dumpall', ['--globals-only', '--no-password', ...passwords]);
  return {
    path: GLOBALS,
    content: checkedDump(withFailures(commandOutput(command, signal), postgresFailure), 'postgresql'),
  };
}
