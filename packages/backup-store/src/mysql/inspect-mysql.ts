import type { DatabaseState } from '../databases/state.ts';
import { isBackupError } from '../errors.ts';
import type { MysqlPrograms } from './programs.ts';
import { askDatabase, askServer } from './server.ts';

/**
 * What a database of MariaDB or MySQL has: tables, views and sequences are counted.
 *
 * @throws {BackupError} `INVALID_OPTION`, `DATABASE_...`, `COMMAND_...`.
 */
export async function inspectMysql(
  options: MysqlPrograms & { readonly database: string; readonly signal?: AbortSignal | undefined },
): Promise<DatabaseState> {
  const { database, signal } = options;
  const server = await askServer(options, signal);
  const { version } = server;
  try {
    const { tables } = await askDatabase(options, server, { database, signal });
    return { server: version, exists: true, items: tables.length };
  } catch (error) {
    if (!isBackupError(error, 'DATABASE_NOT_FOUND')) throw error;
    return { server: version, exists: false, items: 0 };
  }
}
