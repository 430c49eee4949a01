import type { CommandOptions } from '../command/command-options.ts';
import { type Executor, local } from '../command/executor.ts';
import { runCommand } from '../command/run-command.ts';
import { BackupError, isBackupError } from '../errors.ts';
import { connectionArguments, connectionParts, type MysqlConnection } from './connection.ts';
import { mysqlFailure } from './failure.ts';
import { type MysqlFamily, type MysqlVersion, programVersionOf } from './version.ts';

/** Where the programs of MariaDB or MySQL are and how they reach the server. */
export interface MysqlPrograms extends MysqlConnection {
  /** Where `mariadb` and `mariadb-dump` (or `mysql` and `mysqldump`) run. Default: here. */
  readonly executor?: Executor | undefined;
  /** Folder of the programs there. Default: they are looked for in `PATH`. */
  readonly binDirectory?: string | undefined;
}

/** Of what a restore is called with, only how the server is reached. */
export function programsOf(options: MysqlPrograms): MysqlPrograms {
  const { url, host, port, socket, user, password, optionFile, tls, tlsCa, tlsCert, tlsKey } = options;
  const { executor, binDirectory } = options;
  return { url, host, port, socket, user, password, optionFile, tls, tlsCa, tlsCert, tlsKey, executor, binDirectory };
}

/** A program that is there. */
export interface FoundProgram extends MysqlVersion {
  readonly program: string;
}

const NAMES = {
  client: { mariadb: 'mariadb', mysql: 'mysql' },
  dump: { mariadb: 'mariadb-dump', mysql: 'mysqldump' },
} as const;

/**
 * The first that is there of a program's two names, that of `family` before the other.
 *
 * @throws {BackupError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED`.
 */
export async function findProgram(
  programs: MysqlPrograms,
  kind: keyof typeof NAMES,
  at: { readonly family?: MysqlFamily | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<FoundProgram> {
  const names = Object.values(NAMES[kind]);
  const inOrder = at.family === 'mysql' ? names.toReversed() : names;
  let missing: unknown;
  for (const program of inOrder) {
    try {
      const { stdout } = await runCommand({ ...placed(programs, program), args: ['--version'], signal: at.signal });
      return { program, ...versionIn(stdout.toString('utf8'), program) };
    } catch (error) {
      if (!isBackupError(error, 'COMMAND_NOT_FOUND')) throw error;
      missing ??= error;
    }
  }
  const { executor = local() } = programs;
  throw new BackupError('COMMAND_NOT_FOUND', `Expected ${inOrder.join(' or ')} (${executor.name}), got neither`, {
    cause: missing,
    hint: 'Install the client programs of MariaDB or MySQL where they are to run, or name their folder as binDirectory.',
  });
}

function versionIn(said: string, program: string): MysqlVersion {
  const version = programVersionOf(said);
  if (version !== undefined) return version;
  throw new BackupError(
    'COMMAND_FAILED',
    `Expected ${program} to tell its version, got ${JSON.stringify(said.slice(0, 100))}`,
    { hint: 'Is it a program of MariaDB or MySQL?' },
  );
}

function placed(programs: MysqlPrograms, program: string): CommandOptions {
  const { executor = local(), binDirectory } = programs;
  // Messages are read by numbers, but for those without one.
  const env = { LC_ALL: 'C' };
  return { command: binDirectory === undefined ? program : `${binDirectory}/${program}`, env, executor };
}

/**
 * A program with all it needs to connect. The password is in `MYSQL_PWD`: that reaches a container and another machine as well, which
 * a file would have to be written for, and leaves the standard input to the dump that is restored.
 */
export function mysqlCommand(programs: MysqlPrograms, found: FoundProgram, args: readonly string[]): CommandOptions {
  const parts = connectionParts(programs);
  const line = placed(programs, found.program);
  const all = [...connectionArguments(parts, found.family), ...args];
  const { password = '' } = parts;
  if (password === '') return { ...line, args: all };
  // Who takes the name of a user or database for a password shows it with that name, whatever is done here.
  const isShown = all.some((each) => each.includes(password));
  const secret = { MYSQL_PWD: password };
  return isShown ? { ...line, args: all, env: { ...line.env, ...secret } } : { ...line, args: all, secrets: secret };
}

/** What the client needs to run a script as it is: no commands of its own in it, rows as large as servers take. */
export const SCRIPT: readonly string[] = ['--batch', '--binary-mode', '--max-allowed-packet=1073741824'];

/** Runs statements and returns their rows. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function query(
  programs: MysqlPrograms,
  client: FoundProgram,
  call: { readonly sql: string; readonly signal?: AbortSignal | undefined },
): Promise<string[][]> {
  const args = ['--batch', '--skip-column-names', '--connect-timeout=30', `--execute=${call.sql}`];
  try {
    const { stdout } = await runCommand({ ...mysqlCommand(programs, client, args), signal: call.signal });
    const lines = stdout.toString('utf8').split('\n').slice(0, -1);
    return lines.map((line) => line.split('\t').map(unescaped));
  } catch (error) {
    throw mysqlFailure(error);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', 0: '\0' };

/** A field without its escapes: batch mode writes tab, line break, zero byte and backslash as escapes. */
export const unescaped = (text: string): string =>
  text.replaceAll(/\\([\s\S])/g, (_all, char: string) => ESCAPES[char] ?? char);

/** A name of a database, table, ... in SQL. */
export const identifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** A text in SQL, the same in every `sql_mode`. */
export const literal = (text: string): string => `CONVERT(x'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;
