import { BackupError } from '../errors.ts';
import type { MysqlVersion } from './version.ts';

/** What of a database is dumped, and how. */
export interface MysqlDumpOptions {
  /** Only these tables and views, with their triggers: names, or patterns with `*` and `?` (`ml_*`). No routines and events then. */
  readonly tables?: readonly string[] | undefined;
  /** Not these tables and views. */
  readonly excludeTables?: readonly string[] | undefined;
  /** Options of the dump program itself, long ones, such as `['--order-by-primary', '--where=id<100']`. */
  readonly options?: readonly string[] | undefined;
}

/** What is said by other options, would send the dump elsewhere, or takes away what it is checked by. */
const RESERVED: readonly string[] = [
  'result-file',
  'tab',
  'dir',
  'log-error',
  'databases',
  'all-databases',
  'tables',
  'system',
  'xml',
  'compact',
  'skip-comments',
  'comments',
  'host',
  'port',
  'socket',
  'user',
  'password',
  'protocol',
  'default-character-set',
  'no-defaults',
  'defaults-file',
  'defaults-extra-file',
  'defaults-group-suffix',
  'print-defaults',
  'version',
  'help',
];

/** @throws {BackupError} `INVALID_OPTION`. */
export function checkDumpOptions({ tables = [], excludeTables = [], options = [] }: MysqlDumpOptions): void {
  const bad = options.find((option) => !option.startsWith('--') || isReserved(option));
  if (bad !== undefined) {
    throw new BackupError(
      'INVALID_OPTION',
      `Expected long options of the dump program that say what is dumped, got ${JSON.stringify(bad)}`,
      { hint: 'Write values as --name=value. Tables, connection and output have options of their own.' },
    );
  }
  if ([...tables, ...excludeTables].includes(''))
    throw new BackupError('INVALID_OPTION', 'Expected names and patterns of tables, got an empty one');
}

/** These programs take the beginning of an option for the option, and `_` for `-`. */
function isReserved(option: string): boolean {
  const [name = ''] = option.slice(2).replaceAll('_', '-').split('=');
  const plain = name.replace(/^loose-/, '');
  return plain === '' || RESERVED.some((reserved) => reserved.startsWith(plain));
}

/**
 * One state of all tables that know transactions, without keeping anybody from writing, and the same text for the same rows: no
 * dates, and a statement for each row. Long ones end somewhere else behind every row that has grown, so that most of the next dump
 * would be new; a restore joins them again.
 */
const ALWAYS: readonly string[] = [
  '--single-transaction',
  '--quick',
  '--hex-blob',
  '--no-tablespaces',
  '--skip-dump-date',
  '--skip-extended-insert',
  '--no-autocommit',
  '--triggers',
  '--max-allowed-packet=1073741824',
];

/** What of a database goes into a dump. */
export interface DumpChoice {
  readonly database: string;
  /** Absent: all. */
  readonly tables?: readonly string[] | undefined;
  readonly excludeTables: readonly string[];
}

/** Arguments of `mariadb-dump` or `mysqldump` for one database. */
export function dumpArguments(
  choice: DumpChoice,
  versions: { readonly dump: MysqlVersion; readonly server: MysqlVersion },
  options: readonly string[] = [],
): string[] {
  const { database, tables, excludeTables } = choice;
  return [
    ...ALWAYS,
    ...(tables === undefined ? ['--routines', '--events'] : []),
    ...ofFamily(versions),
    ...excludeTables.map((table) => `--ignore-table=${database}.${table}`),
    ...options,
    '--',
    database,
    ...(tables ?? []),
  ];
}

function ofFamily({ dump, server }: { readonly dump: MysqlVersion; readonly server: MysqlVersion }): string[] {
  if (dump.family === 'mariadb') return [];
  // Positions of replication are of that server alone, and setting them needs rights that few have.
  const gtid = ['--set-gtid-purged=OFF'];
  return dump.major >= 8 && server.family === 'mariadb' ? [...gtid, '--column-statistics=0'] : gtid;
}
