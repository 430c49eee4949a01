import type { DatabaseState } from '../databases/state.ts';
import type { RedisPrograms } from './programs.ts';
import { askServer, keysOf } from './server.ts';

/**
 * What a Redis server has: keys of all databases are counted.
 *
 * @throws {BackupError} `INVALID_OPTION`, `DATABASE_...`, `COMMAND_...`.
 */
export async function inspectRedis(
  options: RedisPrograms & { readonly signal?: AbortSignal | undefined },
): Promise<DatabaseState> {
  const server = await askServer(options, options.signal);
  return { server: server.version, exists: true, items: keysOf(server) };
}
