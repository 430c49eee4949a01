import { runCommand } from '../command/run-command.ts';
import type { CommandOptions } from '../command/command-options.ts';
import { type Executor, local } from '../command/executor.ts';
import { BackupError } from '../errors.ts';
import { connectionEnvironment, type PostgresConnection } from './connection.ts';
import { postgresFailure } from './failure.ts';

/** Where the programs of PostgreSQL are and how they reach the server. */
export interface PostgresPrograms extends PostgresConnection {
  /** Where `psql`, `pg_dump` and `pg_restore` run. Default: here. */
  readonly executor?: Executor | undefined;
  /** Folder of the programs there, such as `/usr/lib/postgresql/17/bin`. Default: they are looked for in `PATH`. */
  readonly binDirectory?: string | undefined;
}

/** Of what a restore is called with, only how the server is reached. */
export function programsOf(options: PostgresPrograms): PostgresPrograms {
  const { url, host, port, user, password, passwordFile, executor, binDirectory } = options;
  return { url, host, port, user, password, passwordFile, executor, binDirectory };
}

/** A program of PostgreSQL with all it needs to connect; never asks for a password. */
export function postgresCommand(
  programs: PostgresPrograms,
  program: string,
  args: readonly string[],
  database?: string,
): CommandOptions {
  const { executor = local(), binDirectory } = programs;
  const { env, secrets } = connectionEnvironment(programs);
  return {
    command: binDirectory === undefined ? program : `${binDirectory}/${program}`,
    args,
    // Not as an argument: there a name with `=` or `://` would be taken for a whole connection.
    env: database === undefined ? env : { ...env, PGDATABASE: database },
    secrets,
    executor,
  };
}

/** A database that every server has, to connect to while another one is made or not there. */
export const MAINTENANCE = 'postgres';

/** What `psql` needs to run a script and nothing of the user's. */
export const PSQL: readonly string[] = ['--no-psqlrc', '--no-password', '--quiet', '--set=ON_ERROR_STOP=1'];

/** Asks the server for one JSON value. @throws {BackupError} `DATABASE_...`, `COMMAND_...`. */
export async function queryJson(
  programs: PostgresPrograms,
  sql: string,
  at: { readonly database?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Record<string, unknown>> {
  const args = [...PSQL, '--no-align', '--tuples-only', `--command=${sql}`];
  try {
    const { stdout } = await runCommand({ ...postgresCommand(programs, 'psql', args, at.database), signal: at.signal });
    return JSON.parse(stdout.toString('utf8')) as Record<string, unknown>;
  } catch (error) {
    throw postgresFailure(error);
  }
}

/** The version of a program, such as `15.4`, `17beta1`. @throws {BackupError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED`. */
export async function programVersion(
  programs: PostgresPrograms,
  program: string,
  signal?: AbortSignal,
): Promise<{ readonly version: string; readonly major: number }> {
  const { stdout } = await runCommand({ ...postgresCommand(programs, program, ['--version']), signal });
  const [, version = '', major] = /\(PostgreSQL\) ((\d+)\S*)/.exec(stdout.toString('utf8')) ?? [];
  if (major === undefined) {
    throw new BackupError(
      'COMMAND_FAILED',
      `Expected ${program} to tell its version, got ${JSON.stringify(stdout.toString('utf8').slice(0, 100))}`,
      {
        hint: 'Is it the program of PostgreSQL?',
      },
    );
  }
  return { version, major: Number(major) };
}
