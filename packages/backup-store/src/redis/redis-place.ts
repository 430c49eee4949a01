import { safetyDump } from '../databases/safety-dump.ts';
import { placeName } from '../databases/shown-url.ts';
import { BackupError } from '../errors.ts';
import type { RestorePlace } from '../repository/contract.ts';
import { connectionParts } from './connection.ts';
import { ask, programsOf, type RedisPrograms } from './programs.ts';
import { redisSource } from './redis-source.ts';
import { restoreRedis, type RestoreRedisOptions } from './restore-redis.ts';
import { askServer, keysOf } from './server.ts';

/** A server of Redis that is restored into. */
export interface RedisPlaceOptions extends RedisPrograms, Pick<RestoreRedisOptions, 'reachedAt' | 'server'> {
  /** What {@link RestorePlace.address} is to be. */
  readonly address?: string | undefined;
}

/**
 * A server of Redis, for `Repository.rollBack` after a restore by `intoRedis` was killed. It gets the file of the safety snapshot with all its
 * databases; one that had no keys is emptied. A server that the killed restore has left as a replica of nobody is let go first.
 */
export function redisPlace(options: RedisPlaceOptions): RestorePlace {
  const { address, reachedAt, server: program } = options;
  const server = programsOf(options);
  const { host, port, socket } = connectionParts(server);
  return {
    name:
      socket === undefined
        ? placeName('redis', { host, port: port ?? 6379, through: options.executor?.name })
        : `redis:${socket}`,
    address,
    current: { sources: [redisSource(server)] },
    look: async ({ signal }) => {
      const keys = keysOf(await askServer(server, signal));
      return { state: { keys }, isEmpty: keys === 0 };
    },
    goBack: async ({ safety }, { repository }) => {
      await letGo(server);
      if (safety === undefined) return void (await ask(server, ['FLUSHALL'], { expected: /^OK/ }));
      const path = await safetyDump(repository, safety, 'redis');
      await restoreRedis({
        ...server,
        server: program,
        reachedAt,
        repository,
        snapshot: safety.id,
        path,
        overwrite: true,
      });
    },
  };
}

/** Only one whose master is gone: another may have been given one meanwhile. */
async function letGo(server: RedisPrograms): Promise<void> {
  const { role, master, isLinked } = await askServer(server);
  if (role === 'master') return;
  if (!isLinked) return void (await ask(server, ['REPLICAOF', 'NO', 'ONE'], { expected: /^OK/ }));
  throw new BackupError('DATABASE_REFUSED', `Expected a server that is its own master, got a replica of ${master}`, {
    hint: 'Go back in its master.',
  });
}
