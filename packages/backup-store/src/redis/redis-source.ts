import { commandOutput } from '../command/command-source.ts';
import { local } from '../command/executor.ts';
import type { BackupSource, SourceRun } from '../source/contract.ts';
import { connectionParts } from './connection.ts';
import { redisFailure } from './failure.ts';
import { redisCommand, type RedisPrograms } from './programs.ts';
import { askServer, keysOf } from './server.ts';
import { type RdbFacts, wholeRdb } from './rdb-file.ts';

/** Options of {@link redisSource}. */
export interface RedisSourceOptions extends RedisPrograms {
  /** Path of the file, below a restore folder. Default `redis.rdb`. */
  readonly name?: string | undefined;
  /** Milliseconds that it may take. Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/**
 * A source that is all of a Redis server: one RDB file, which `redis-cli --rdb -` gets as a replica would, of the moment when the
 * server forks for it. No file is written on the way. It is held to its checksum as it streams, and kept only when that fits. The
 * snapshot says the server's version and how many keys each database has. Of a cluster, it is the node that is asked.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once. In a backup, as the source's status: `DATABASE_UNREACHABLE`, `DATABASE_REFUSED`,
 * `DUMP_INCOMPLETE`, `COMMAND_NOT_FOUND`, `COMMAND_FAILED`, `COMMAND_TIMEOUT`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { dockerExec } from '@x/backup-store/command';
 * import { redisSource } from '@x/backup-store/redis';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const cache = redisSource({ password: process.env['REDIS_PASSWORD'], executor: dockerExec('redis') });
 * const { sources } = await repository.backup({ sources: [cache] });
 * console.log(sources[0]?.details);
 * ```
 */
export function redisSource(options: RedisSourceOptions): BackupSource {
  connectionParts(options);
  return {
    name: options.name ?? 'redis.rdb',
    kind: 'redis',
    async *read(run) {
      await prepare(options, run);
      yield { path: '', content: rdbOf(options, run) };
    },
    async check(run) {
      await prepare(options, run);
    },
  };
}

/** Asks and tells what the snapshot is to say. */
async function prepare(options: RedisSourceOptions, { signal, describe }: SourceRun): Promise<void> {
  const server = await askServer(options, signal);
  const { version, valkey, mode, modules, keys } = server;
  const { executor = local() } = options;
  describe({
    server: version,
    ...(valkey === undefined ? {} : { valkey }),
    ...(mode === 'standalone' ? {} : { mode }),
    ...(modules.length === 0 ? {} : { modules }),
    keys: keysOf(server),
    databases: keys,
    executor: executor.name,
  });
}

async function* rdbOf(
  options: RedisSourceOptions,
  { signal, describe }: SourceRun,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { timeoutMs } = options;
  const facts: RdbFacts = { bytes: 0 };
  try {
    // What it printed is looked at when it has ended well: why it did not says more than that a part is missing.
    yield* wholeRdb(commandOutput({ ...redisCommand(options, ['--rdb', '-']), timeoutMs }, signal), facts);
    describe({ rdbVersion: facts.version ?? null, checksum: facts.hasChecksum === true });
  } catch (error) {
    throw redisFailure(error);
  }
}
