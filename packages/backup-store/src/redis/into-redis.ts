import type { IntoPlace, PlaceCheck } from '../repository/contract.ts';
import { redisPlace } from './redis-place.ts';
import { restoreRedis, type RestoreRedisOptions, type RestoreRedisResult } from './restore-redis.ts';
import { askServer, keysOf } from './server.ts';

/** Options of {@link intoRedis}. */
export interface IntoRedisOptions extends Omit<
  RestoreRedisOptions,
  'repository' | 'snapshot' | 'signal' | 'onReplace'
> {
  /** What the place's `address` is to be. Without secrets. */
  readonly address?: string | undefined;
}

/**
 * An RDB file into a server of Redis, for `Repository.restoreInto`: {@link restoreRedis} with a safety snapshot before, a validation after,
 * and a way back. The checksum of the file is compared on the way; afterwards the server has to be its own master, with as many keys in the
 * first database as the file says, but for those that may have expired: nobody else should write to that meanwhile.
 */
export function intoRedis({ address, ...options }: IntoRedisOptions): IntoPlace<RestoreRedisResult> {
  return {
    place: redisPlace({ ...options, address }),
    restore: async ({ repository, snapshot, signal, replacing }) =>
      await restoreRedis({ ...options, repository, snapshot: snapshot.id, signal, onReplace: replacing }),
    check: async (result, { signal }) => await checkKeys(options, result, signal),
  };
}

async function checkKeys(
  options: Omit<IntoRedisOptions, 'address'>,
  { keys, first }: RestoreRedisResult,
  signal: AbortSignal | undefined,
): Promise<PlaceCheck> {
  const server = await askServer(options, signal);
  const problems: string[] = [];
  if (server.role !== 'master')
    problems.push(`Expected a server that is its own master, got a replica of ${server.master}`);
  if (first === 'empty') {
    if (keysOf(server) > 0) problems.push(`Expected no keys, got ${keysOf(server)}`);
  } else if (first !== undefined) {
    const found = server.keys[`db${first.database}`] ?? 0;
    if (found > first.keys || found < first.keys - first.expiring)
      problems.push(`Expected ${first.keys} keys in database ${first.database}, got ${found}`);
  }
  return { checked: keys, problems };
}
