import { BackupError } from '../errors.ts';
import { type PostgresPrograms, programVersion, queryJson } from './programs.ts';

const SERVER_SQL = `SELECT json_build_object(
  'version', current_setting('server_version'),
  'number', current_setting('server_version_num')::int,
  'current', current_database(),
  'databases', (SELECT json_agg(datname ORDER BY datname) FROM pg_database WHERE datallowconn AND NOT datistemplate))`;

const DATABASE_SQL = `SELECT json_build_object(
  'encoding', pg_encoding_to_char(encoding), 'collation', datcollate,
  'extensions', (SELECT coalesce(json_object_agg(extname, extversion), '{}') FROM pg_extension))
  FROM pg_database WHERE datname = current_database()`;

/** A server as it was when it was asked. */
export interface PostgresServer {
  readonly version: string;
  readonly dumpVersion: string;
  /** The database that was connected to. */
  readonly current: string;
  /** Those that can be connected to and are no templates. */
  readonly databases: readonly string[];
}

/**
 * Asks server and `pg_dump` for their versions.
 *
 * @throws {BackupError} `VERSION_MISMATCH` when `pg_dump` is older; `DATABASE_...`, `COMMAND_...`.
 */
export async function askServer(programs: PostgresPrograms, signal: AbortSignal): Promise<PostgresServer> {
  const dump = await programVersion(programs, 'pg_dump', signal);
  const { version, number, current, databases } = await queryJson(programs, SERVER_SQL, { signal });
  const major = Math.floor(Number(number) / 10_000);
  if (dump.major < major) {
    throw new BackupError(
      'VERSION_MISMATCH',
      `Expected pg_dump of version ${major} or later for a server of version ${String(version)}, got ${dump.version}`,
      { hint: `Install the programs of PostgreSQL ${major}, or name their folder as binDirectory.` },
    );
  }
  return {
    version: String(version),
    dumpVersion: dump.version,
    current: String(current),
    databases: databases as string[],
  };
}

/** What a restore of a database needs to have there: encoding, collation, extensions with their versions. */
export async function askDatabase(
  programs: PostgresPrograms,
  database: string,
  signal: AbortSignal,
): Promise<{
  readonly encoding: string;
  readonly collation: string;
  readonly extensions: Readonly<Record<string, string>>;
}> {
  const found = await queryJson(programs, DATABASE_SQL, { database, signal });
  return found as unknown as Awaited<ReturnType<typeof askDatabase>>;
}
