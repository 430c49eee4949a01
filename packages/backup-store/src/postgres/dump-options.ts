import { BackupError } from '../errors.ts';

/** What of a database is dumped, and how. */
export interface DumpOptions {
  /** Only these schemas: names, or patterns as `psql` has them (`app_*`). */
  readonly schemas?: readonly string[] | undefined;
  /** Only these tables: names, or patterns (`ml_*`, `app.ml_*`). */
  readonly tables?: readonly string[] | undefined;
  /** Not these tables. */
  readonly excludeTables?: readonly string[] | undefined;
  /**
   * `plain` (default): SQL text, for `psql`. `custom`: for `pg_restore`, which can restore parts of it. Never compressed: what was
   * compressed as a whole can't be found again after a change, and it is compressed afterwards anyway.
   */
  readonly format?: 'plain' | 'custom' | undefined;
  /** Options of `pg_dump` itself, such as `['--clean', '--if-exists', '--no-privileges']`. */
  readonly options?: readonly string[] | undefined;
  /** Milliseconds that a dump waits for a table that somebody has locked. Default a minute. */
  readonly lockTimeoutMs?: number | undefined;
}

/** What is said by other options, or would send the dump elsewhere. */
const RESERVED =
  'file format compress jobs dbname host port username password no-password version help lock-wait-timeout'.split(' ');
const RESERVED_LETTERS = 'fFZjdhpUWwV?';
/** Short options of `pg_dump` with a value: what stands behind one is that (PostgreSQL manual, "pg_dump"). */
const WITH_VALUE = 'eEdfFhjnNpStTUZ';

/** Makes a dump that names its own database. */
const CREATE = { name: 'create', letter: 'C' };

/** The letters of `-abc` up to one that takes what follows as its value. Pure. */
function lettersOf(option: string): string {
  const letters = option.slice(1);
  const end = [...letters].findIndex((letter) => WITH_VALUE.includes(letter));
  return end < 0 ? letters : letters.slice(0, end + 1);
}

/** Long options may be cut short as long as they mean one. Pure. */
function isOneOf(option: string, names: readonly string[], letters: string): boolean {
  const [, long] = /^--([^=]+)/.exec(option) ?? [];
  if (long !== undefined) return names.some((name) => name.startsWith(long));
  return [...lettersOf(option)].some((letter) => letters.includes(letter));
}

const LOCK_TIMEOUT_MS = 60_000;

/** The arguments of `pg_dump`. @throws {BackupError} `INVALID_OPTION`. */
export function dumpArguments(dump: DumpOptions): string[] {
  const { schemas = [], tables = [], excludeTables = [], format = 'plain', options = [] } = dump;
  const create = options.find((option) => option.startsWith('-') && isOneOf(option, [CREATE.name], CREATE.letter));
  if (create !== undefined) {
    throw new BackupError(
      'INVALID_OPTION',
      `Expected options of pg_dump whose dump can be restored, got ${JSON.stringify(create)}`,
      {
        hint: 'Leave it out: such a dump names and makes its own database, and goes into no other one. A restore makes the database when it is not there.',
      },
    );
  }
  const reserved = options.find((option) => !option.startsWith('-') || isOneOf(option, RESERVED, RESERVED_LETTERS));
  if (reserved !== undefined) {
    throw new BackupError(
      'INVALID_OPTION',
      `Expected options of pg_dump that say what is dumped, got ${JSON.stringify(reserved)}`,
      {
        hint: 'Write values as --name=value. Format, connection and output have options of their own.',
      },
    );
  }
  const empty = [...schemas, ...tables, ...excludeTables].includes('');
  if (empty)
    throw new BackupError('INVALID_OPTION', 'Expected names and patterns of tables and schemas, got an empty one');
  return [
    '--no-password',
    `--lock-wait-timeout=${Math.round(dump.lockTimeoutMs ?? LOCK_TIMEOUT_MS)}`,
    `--format=${format}`,
    ...(format === 'custom' ? ['--compress=0'] : []),
    ...schemas.map((pattern) => `--schema=${pattern}`),
    ...tables.map((pattern) => `--table=${pattern}`),
    ...excludeTables.map((pattern) => `--exclude-table=${pattern}`),
    ...options,
  ];
}
