import type { DatabaseState } from '../databases/state.ts';
import { isBackupError } from '../errors.ts';
import { MAINTENANCE, type PostgresPrograms, queryJson } from './programs.ts';

const VERSION_SQL = `SELECT json_build_object('version', current_setting('server_version'))`;
const STATE_SQL = `SELECT json_build_object('version', current_setting('server_version'), 'items', (
  SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'))`;

/**
 * What a database of PostgreSQL has: tables, views and sequences are counted.
 *
 * @throws {BackupError} `INVALID_OPTION`, `DATABASE_...`, `COMMAND_...`.
 */
export async function inspectPostgres(
  options: PostgresPrograms & { readonly database: string; readonly signal?: AbortSignal | undefined },
): Promise<DatabaseState> {
  const { database, signal } = options;
  try {
    const { version, items } = await queryJson(options, STATE_SQL, { database, signal });
    return { server: String(version), exists: true, items: Number(items) };
  } catch (error) {
    if (!isBackupError(error, 'DATABASE_NOT_FOUND')) throw error;
    const { version } = await queryJson(options, VERSION_SQL, { database: MAINTENANCE, signal });
    return { server: String(version), exists: false, items: 0 };
  }
}
