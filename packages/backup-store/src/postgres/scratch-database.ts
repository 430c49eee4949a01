import { runCommand } from '../command/run-command.ts';
import { MAINTENANCE, postgresCommand, type PostgresPrograms, PSQL, queryJson } from './programs.ts';
import { literal, quoted } from './sql-text.ts';

const SETTINGS_SQL = `SELECT json_build_object('encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype)
  FROM pg_database WHERE datname = current_database()`;

/**
 * Makes an empty database.
 *
 * @param at `like`: the database whose encoding and collation it gets. Default: those of the server.
 * @throws {BackupError} `DATABASE_...`, `COMMAND_...`.
 */
export async function createDatabase(
  programs: PostgresPrograms,
  name: string,
  at: { readonly like?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { like, signal } = at;
  const settings = like === undefined ? '' : await settingsOf(programs, like, signal);
  // As dumps are made to be restored: what a template has besides would be in their way.
  const args = [...PSQL, `--command=CREATE DATABASE ${quoted(name)} TEMPLATE template0${settings}`];
  await runCommand({ ...postgresCommand(programs, 'psql', args, MAINTENANCE), signal });
}

async function settingsOf(
  programs: PostgresPrograms,
  database: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const found = await queryJson(programs, SETTINGS_SQL, { database, signal });
  const [encoding, collate, ctype] = ['encoding', 'collate', 'ctype'].map((name) => literal(String(found[name])));
  return ` ENCODING ${encoding} LC_COLLATE ${collate} LC_CTYPE ${ctype}`;
}

/** Drops a database, whoever is connected to it, if it is there. Not ended by a signal: it would stay. */
export async function dropDatabase(programs: PostgresPrograms, name: string): Promise<void> {
  const drop = async (how: string): Promise<unknown> => {
    const args = [...PSQL, `--command=DROP DATABASE IF EXISTS ${quoted(name)}${how}`];
    return await runCommand(postgresCommand(programs, 'psql', args, MAINTENANCE));
  };
  // Servers before 13 can't end the sessions of others.
  await drop(' WITH (FORCE)').catch(async () => await drop(''));
}
