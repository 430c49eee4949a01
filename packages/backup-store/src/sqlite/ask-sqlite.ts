import { runCommand } from '../command/run-command.ts';
import { PROGRAM } from './program.ts';
import { sqliteError, type SqliteFailure } from './failure.ts';

/** What a database says of itself. */
export interface SqliteFacts {
  /** Version of SQLite that has read it. */
  readonly sqlite: string;
  readonly journalMode: string;
  readonly encoding: string;
  /** Bytes. */
  readonly pageSize: number;
  readonly pageCount: number;
  /** Pages that hold nothing. */
  readonly freePages: number;
  readonly schemaVersion: number;
  readonly userVersion: number;
  readonly applicationId: number;
}

/** How thorough a check is: `quick_check` does not compare indexes with their tables, `integrity_check` does. */
export type SqliteCheck = 'quick' | 'full';

interface Tasks {
  copy: {
    readonly options: { readonly from: string; readonly to: string; readonly waitMs: number };
    readonly answer: SqliteFacts & { readonly copyMs: number };
  };
  check: {
    readonly options: { readonly path: string; readonly check: SqliteCheck };
    readonly answer: SqliteFacts & { readonly problems: readonly string[] };
  };
  facts: { readonly options: { readonly path: string }; readonly answer: SqliteFacts };
  tables: {
    readonly options: { readonly path: string };
    readonly answer: { readonly tables: readonly { readonly name: string; readonly isVirtual: boolean }[] };
  };
  names: {
    readonly options: { readonly path: string; readonly waitMs: number };
    readonly answer: { readonly names: readonly string[] };
  };
  put: {
    readonly options: {
      /** A file; `:memory:` for none. */
      readonly from: string;
      readonly path: string;
      readonly names: readonly string[];
      readonly replaces: boolean;
      /** Tables that go. */
      readonly drops: readonly string[];
      readonly waitMs: number;
    };
    readonly answer: {
      readonly isDone: boolean;
      readonly replaced: readonly string[];
      /** References of rows to rows that are not there, as `table -> table`, more than before; views that need what would go. */
      readonly broken: readonly string[];
    };
  };
  probe: { readonly options: { readonly path: string; readonly waitMs: number }; readonly answer: object };
}

/** Milliseconds without an answer of SQLite to anything: no check of any database takes that long. */
const TIMEOUT_MS = 24 * 60 * 60 * 1000;

/**
 * Has a process of its own do something with SQLite.
 *
 * @throws {BackupError} `DATABASE_BUSY`, `DATABASE_DAMAGED`, `NOT_A_DATABASE`, `PATH_FAILED`; `ABORTED`, `COMMAND_...`.
 */
export async function askSqlite<T extends keyof Tasks>(
  task: T,
  options: Tasks[T]['options'],
  about: { readonly path: string; readonly signal?: AbortSignal | undefined },
): Promise<Tasks[T]['answer']> {
  const { stdout } = await runCommand({
    command: process.execPath,
    args: ['--no-warnings', '--input-type=module', '--eval', PROGRAM, '--', JSON.stringify([task, options])],
    // What this process was started with, a debugger's port say, is not for that one.
    env: { NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' },
    timeoutMs: TIMEOUT_MS,
    signal: about.signal,
  });
  const { answer, failure } = JSON.parse(stdout.toString('utf8')) as {
    readonly answer?: Tasks[T]['answer'];
    readonly failure?: SqliteFailure;
  };
  if (answer === undefined) throw sqliteError(failure ?? { message: 'no answer' }, about.path);
  return answer;
}
