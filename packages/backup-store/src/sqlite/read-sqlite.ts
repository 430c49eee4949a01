import { commandOutput } from '../command/command-source.ts';
import type { CommandOptions } from '../command/command-options.ts';
import { runCommand } from '../command/run-command.ts';
import { isBackupError } from '../errors.ts';
import { sqliteError, type SqliteFailure } from './failure.ts';
import { READER } from './reader.ts';

/** A table, view, index or trigger as SQLite has it. */
export interface SqliteItem {
  readonly type: 'table' | 'view' | 'index' | 'trigger';
  readonly name: string;
  /** The table that it is of. */
  readonly at: string;
  readonly sql: string | null;
  /** Of tables and views. */
  readonly columns?: readonly SqliteItemColumn[] | undefined;
}

/** A column of it. */
export interface SqliteItemColumn {
  readonly name: string;
  readonly type: string;
  readonly isSet: number;
  readonly value: string | null;
  /** Its place in the primary key, from 1; 0: it is none of it. */
  readonly pk: number;
  /** 2 and 3: it is computed. */
  readonly hidden: number;
}

/** A database file to read. */
export interface SqliteFile {
  readonly path: string;
  /** Others may have it open. Default: nobody has. */
  readonly isLive?: boolean | undefined;
  /** Milliseconds to wait for a lock. */
  readonly waitMs?: number | undefined;
}

interface Answers {
  describe: { readonly encoding: string; readonly items: readonly SqliteItem[] };
  references: {
    readonly broken: readonly { readonly name: string; readonly parent: string; readonly count: number }[];
  };
}

/** Asks a process of its own. @throws {BackupError} `DATABASE_BUSY`, `DATABASE_DAMAGED`, `NOT_A_DATABASE`, `PATH_FAILED`; `ABORTED`, `COMMAND_...`. */
export async function readSqlite<T extends keyof Answers>(
  task: T,
  file: SqliteFile,
  signal?: AbortSignal,
): Promise<Answers[T]> {
  const { stdout } = await runCommand({ ...commandOf(task, file), signal });
  const said = JSON.parse(stdout.toString('utf8')) as {
    readonly answer?: Answers[T];
    readonly failure?: SqliteFailure;
  };
  if (said.answer === undefined) throw sqliteError(said.failure ?? { message: 'no answer' }, file.path);
  return said.answer;
}

/** Rows of a table: lines as `reader.ts` has them. @throws {BackupError} as {@link readSqlite} does. */
export async function* sqliteRows(
  file: SqliteFile,
  {
    signal,
    ...wanted
  }: {
    readonly table: string;
    readonly columns: readonly string[];
    readonly key: readonly string[];
    readonly signal?: AbortSignal | undefined;
  },
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* commandOutput(commandOf('rows', { ...file, ...wanted }), signal);
  } catch (error) {
    const failure = isBackupError(error, 'COMMAND_FAILED') ? failureIn(error.details?.at(-1)) : undefined;
    throw failure === undefined ? error : sqliteError(failure, file.path);
  }
}

function failureIn(said: string | undefined): SqliteFailure | undefined {
  try {
    return (JSON.parse(said ?? '') as { readonly failure?: SqliteFailure }).failure;
  } catch {
    return undefined;
  }
}

const commandOf = (task: string, options: object): CommandOptions => ({
  command: process.execPath,
  args: ['--no-warnings', '--input-type=module', '--eval', READER, '--', JSON.stringify([task, options])],
  // What this process was started with, a debugger's port say, is not for that one.
  env: { NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' },
});
