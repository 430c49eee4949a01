import { commandOutput } from '../command/command-source.ts';
import { local } from '../command/executor.ts';
import { chooseNames, fileNameOf, fitsName } from '../databases/names.ts';
import { checkedDump } from '../dump/checked-dump.ts';
import { BackupError } from '../errors.ts';
import type { BackupSource, SourceDetails, SourceEntry, SourceRun } from '../source/contract.ts';
import { connectionParts } from './connection.ts';
import { checkDumpOptions, dumpArguments, type DumpChoice, type MysqlDumpOptions } from './dump-options.ts';
import { withMysqlFailures } from './failure.ts';
import { type FoundProgram, mysqlCommand, type MysqlPrograms } from './programs.ts';
import { askDatabase, askServer, dumpProgram, type MysqlDatabase, type MysqlServer } from './server.ts';

/** Names of tables that a snapshot says; what it says of all sources is limited. */
const NAMES_SAID = 50;

/** Options of {@link mysqlSource}. */
export interface MysqlSourceOptions extends MysqlPrograms, MysqlDumpOptions {
  /** Folder that the dumps come back in, below a restore folder. Default `mysql`. */
  readonly name?: string | undefined;
  /** Names, patterns with `*` and `?`, or all but the server's own. Default: the one that is connected to. */
  readonly databases?: 'all' | readonly string[] | undefined;
  /** Milliseconds that the dump of one database may take. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/**
 * A source of MariaDB or MySQL databases, dumped by `mariadb-dump` or `mysqldump` (the one that is there, the server's own before the
 * other) and streamed into the snapshot: `<database>.sql`, one after the other, each in a state of its own, with views, triggers,
 * routines and events. The snapshot says versions, character sets, and which tables have an engine without transactions (MyISAM,
 * Aria): those are dumped as they are when it is their turn. Versions are compared first; a dump counts only with exit code 0 and its
 * closing line. One database that fails is left out and reported, the others are kept.
 *
 * What the user may not see is not dumped, and not told: have it see everything.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once. In a backup, as the source's or a file's status: `DATABASE_UNREACHABLE`,
 * `DATABASE_REFUSED`, `DATABASE_NOT_FOUND`, `VERSION_MISMATCH`, `DUMP_INCOMPLETE`, `COMMAND_NOT_FOUND`, `COMMAND_FAILED`,
 * `COMMAND_TIMEOUT`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { mysqlSource } from '@x/backup-store/mysql';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const identities = mysqlSource({
 *   url: 'mariadb://backup@db.example/keycloak?ssl-mode=verify-identity',
 *   password: process.env['KEYCLOAK_DB_PASSWORD'],
 *   excludeTables: ['tmp_*'],
 * });
 * const { status, sources } = await repository.backup({ sources: [identities] });
 * console.log(status, sources[0]?.details);
 * ```
 */
export function mysqlSource(options: MysqlSourceOptions): BackupSource {
  checkDumpOptions(options);
  connectionParts(options);
  return {
    name: options.name ?? 'mysql',
    kind: 'mysql',
    async *read(run) {
      const { server, dump } = await prepare(options, run);
      const known: Record<string, SourceDetails> = {};
      for (const database of chooseDatabases(options.databases, server)) {
        const tell = (facts: SourceDetails): void => {
          known[database] = facts;
          run.describe({ databases: known });
        };
        yield databaseEntry(options, { run, server, dump, database, tell });
      }
    },
    async check(run) {
      const { server } = await prepare(options, run);
      chooseDatabases(options.databases, server);
    },
  };
}

/** Asks and tells what the snapshot is to say. */
async function prepare(
  options: MysqlSourceOptions,
  { signal, describe }: SourceRun,
): Promise<{ readonly server: MysqlServer; readonly dump: FoundProgram }> {
  const server = await askServer(options, signal);
  const dump = await dumpProgram(options, server, signal);
  const { executor = local() } = options;
  describe({ server: server.version, program: `${dump.program} ${dump.version}`, executor: executor.name });
  return { server, dump };
}

function chooseDatabases(choice: MysqlSourceOptions['databases'], server: MysqlServer): readonly string[] {
  if (choice === 'all') return server.databases;
  if (choice !== undefined) return chooseNames(choice, server.databases, 'a database');
  if (server.current !== undefined) return [server.current];
  throw new BackupError('DATABASE_NOT_FOUND', 'Expected a database to dump, got none', {
    details: server.databases,
    hint: 'Name one in the URL, or databases: names, patterns or all.',
  });
}

function databaseEntry(
  options: MysqlSourceOptions,
  parts: {
    readonly run: SourceRun;
    readonly server: MysqlServer;
    readonly dump: FoundProgram;
    readonly database: string;
    readonly tell: (facts: SourceDetails) => void;
  },
): SourceEntry {
  const { run, server, dump, database, tell } = parts;
  const { signal } = run;
  const content = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    const state = await askDatabase(options, server, { database, signal });
    const choice = chooseTables(options, database, state);
    tell(factsOf(state, choice));
    const args = dumpArguments(choice, { dump, server }, options.options);
    const command = mysqlCommand(options, dump, args);
    const { timeoutMs } = options;
    const output = withMysqlFailures(commandOutput({ ...command, timeoutMs }, signal));
    yield* checkedDump(output, 'mysql');
  };
  return { path: `${fileNameOf(database)}.sql`, content: content() };
}

/** The programs know no patterns: the names are told. */
function chooseTables(options: MysqlDumpOptions, database: string, state: MysqlDatabase): DumpChoice {
  const names = state.tables.map(({ name }) => name);
  const { tables, excludeTables = [] } = options;
  const isExcluded = (name: string): boolean => excludeTables.some((pattern) => fitsName(pattern, name));
  if (tables === undefined) return { database, excludeTables: names.filter(isExcluded) };
  const wanted = chooseNames(tables, names, `a table of ${database}`);
  const absent = wanted.find((name) => !names.includes(name));
  const chosen = wanted.filter((name) => !isExcluded(name));
  if (absent === undefined && chosen.length > 0) return { database, tables: chosen, excludeTables: [] };
  const what = absent === undefined ? 'tables that are not excluded' : `a table ${absent}`;
  throw new BackupError('DATABASE_NOT_FOUND', `Expected ${what} in ${database}, got none`, {
    hint: 'Check the names, and that the user may see the tables.',
  });
}

function factsOf({ characterSet, collation, tables }: MysqlDatabase, choice: DumpChoice): SourceDetails {
  const dumped = tables.filter(({ name }) => choice.tables?.includes(name) ?? !choice.excludeTables.includes(name));
  const loose = dumped.filter(({ isTransactional }) => !isTransactional);
  const named = loose.slice(0, NAMES_SAID).map(({ name, engine }) => `${name} (${engine})`);
  return {
    characterSet,
    collation,
    tables: dumped.length,
    ...(loose.length === 0 ? {} : { notTransactional: named }),
  };
}
