import { rdbFirst, type RdbFirst } from '../dump/rdb-head.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { Repository, TenantHandle } from '../repository/contract.ts';
import { connectionParts } from './connection.ts';
import { ask, type RedisPrograms } from './programs.ts';
import { RdbMaster } from './rdb-master.ts';
import { handThere } from './remote-master.ts';
import { isBesideServer, type Route, routeTo } from './route.ts';
import { askServer, keysOf, type RedisServer } from './server.ts';
import { type RdbFacts, wholeRdb } from './rdb-file.ts';

/** Milliseconds that a server may take to call. */
const CALL_MS = 30_000;
/** Enough for what a file says of itself before its keys. */
const HEAD_BYTES = 4096;
const VERSION_BYTES = 64;

/** Options of {@link restoreRedis}. */
export interface RestoreRedisOptions extends RedisPrograms {
  /** The repository, or one tenant of it, whose snapshots alone are found then. */
  readonly repository: Pick<Repository | TenantHandle, 'read'>;
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** Path of the RDB file in the snapshot, such as `redis.rdb`. */
  readonly path: string;
  /** Replaces all that the server has, in all databases. Default: a server that has keys is refused. */
  readonly overwrite?: boolean | undefined;
  /**
   * Where the server finds this process: the server gets the data by a connection of its own. Default: the address of this machine
   * that it is reached from, and a port that is free. Where `redis-cli` runs in the container or on the machine of the server (an executor, and
   * a `socket` or an address such as `localhost`), the data goes through that and needs no such connection. Has to be given when `redis-cli`
   * runs anywhere else, or for a `socket` of this machine.
   */
  readonly reachedAt?: { readonly host: string; readonly port?: number | undefined } | undefined;
  /** Name or path of the server's program where `redis-cli` runs, for what goes through an executor. Default `redis-server`. */
  readonly server?: string | undefined;
  /** Called right before the server gets the end of the file, and so may drop what it has. What fails without it has changed nothing. */
  readonly onReplace?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was restored. */
export interface RestoreRedisResult {
  /** That the server has now, in all databases. */
  readonly keys: number;
  /** That it had before. */
  readonly replaced: number;
  /** Of the file. */
  readonly bytes: number;
  /** The keys of the first database, as the file says; `empty` when it has none; absent where it does not say it. */
  readonly first?: RdbFirst | 'empty' | undefined;
}

/**
 * Restores an RDB file from a snapshot into a running Redis server, with all its databases. The server is made a replica of this
 * process for that moment (`REPLICAOF`), gets the file as from any master, and is let go (`REPLICAOF NO ONE`). So it needs no stop
 * and no access to its files, and an append-only file, if it has one, is written anew by itself.
 *
 * The server takes the whole file before it drops what it has (unless `repl-diskless-load` is set otherwise), and this process
 * compares it with its checksum before it sends the end: what breaks on the way changes nothing. If this process dies meanwhile, the
 * server keeps its data but takes no writes until `REPLICAOF NO ONE`. The data goes unencrypted: only the server's own address may
 * call, and over `rediss://` only a server on this machine is restored to. Not for nodes of a cluster.
 *
 * Through an executor, the file is written to a private folder there, and a second `redis-server` beside the first serves it on the loopback
 * interface for that moment. So it takes room and memory for the data once more there.
 *
 * @throws {BackupError} `INVALID_OPTION`; `ALREADY_EXISTS`; `PATH_NOT_FOUND`; `DUMP_INCOMPLETE`; `VERSION_MISMATCH` for a file of a
 * later version of Redis; `DATABASE_...`, `COMMAND_...`; `BLOB_...` and `OBJECT_...` for what can't be read from the repository.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { restoreRedis } from '@x/backup-store/redis';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const server = { url: 'redis://127.0.0.1:6379', password: process.env['REDIS_PASSWORD'] };
 * const { keys } = await restoreRedis({ ...server, repository, snapshot: 'latest', path: 'redis.rdb' });
 * console.log(keys);
 * ```
 */
export async function restoreRedis(options: RestoreRedisOptions): Promise<RestoreRedisResult> {
  const { signal } = options;
  const content = options.repository.read(options.snapshot, { path: options.path, signal })[Symbol.asyncIterator]();
  try {
    // Before anything is done to the server: what can't be read at all is not restored.
    const start = await startOf(content);
    const server = await askServer(options, signal);
    refuseServer(options, server);
    refuseNewer(start, server);
    const parts = connectionParts(options);
    const facts: RdbFacts = { bytes: 0 };
    const whole = wholeRdb(rest(start, content), facts);
    if (isBesideServer(parts, options)) await handThere(options, server, whole);
    else await hand(options, await routeTo(parts, options), whole);
    const keys = keysOf(await askServer(options, signal));
    return { keys, replaced: keysOf(server), bytes: facts.bytes, first: rdbFirst(start) };
  } finally {
    await content.return?.();
  }
}

async function startOf(content: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (start.length < HEAD_BYTES) {
    const next = await content.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  return start;
}

async function* rest(start: Buffer, content: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield start;
  for (let next = await content.next(); next.done !== true; next = await content.next()) yield next.value;
}

function refuseServer({ overwrite = false }: RestoreRedisOptions, server: RedisServer): void {
  if (server.role !== 'master') {
    throw new BackupError(
      'DATABASE_REFUSED',
      `Expected a server that is its own master, got a replica of ${server.master}`,
      {
        hint: 'Restore to its master. If a restore has died before, REPLICAOF NO ONE makes it a master again, with the data that it had.',
      },
    );
  }
  if (server.mode !== 'standalone') {
    throw new BackupError('DATABASE_REFUSED', `Expected a server that stands alone, got one in ${server.mode} mode`, {
      hint: 'Nodes of a cluster take no data this way. Stop them, and place the file as dump.rdb in their folders.',
    });
  }
  const keys = keysOf(server);
  if (overwrite || keys === 0) return;
  throw new BackupError('ALREADY_EXISTS', `Expected a server without keys, got one with ${keys}`, {
    details: Object.entries(server.keys).map(([database, count]) => `${database}: ${count} keys`),
    hint: 'Nothing was changed. With overwrite, all that it has is replaced.',
  });
}

/** A server drops its data before it finds out that it can't read a file: it must not come to that. */
function refuseNewer(start: Buffer, server: RedisServer): void {
  const [, kind, version] =
    /(redis|valkey)-ver\W(\d+\.\d+)[\d.]*/.exec(start.toString('latin1', 0, VERSION_BYTES)) ?? [];
  if (kind === undefined || version === undefined) return;
  const known = kind === 'valkey' ? server.valkey : server.version;
  const [major = 0, minor = 0] = (known ?? '0.0').split('.').map(Number);
  const [fileMajor = 0, fileMinor = 0] = version.split('.').map(Number);
  if (major > fileMajor || (major === fileMajor && minor >= fileMinor)) return;
  throw new BackupError(
    'VERSION_MISMATCH',
    `Expected a server of ${kind} ${version} or later for this file, got ${known ?? server.version}`,
    {
      hint: 'Nothing was changed. Older servers do not read files of later ones.',
    },
  );
}

/** Has the server take the file from here. */
async function hand(options: RestoreRedisOptions, route: Route, content: AsyncIterable<Uint8Array>): Promise<void> {
  const { signal } = options;
  const { listenAt, replica, reachedAt } = route;
  const { onReplace } = options;
  await using master = new RdbMaster({ host: listenAt, port: reachedAt.port, replica, content, onSent: onReplace });
  const port = await master.listen();
  const end = (): void => master.fail(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', end, { once: true });
  const late = setTimeout(() => master.failUnlessCalled(noCall(reachedAt.host, port)), CALL_MS);
  try {
    await ask(options, ['REPLICAOF', reachedAt.host, String(port)], { expected: /^OK/, signal });
    await master.loaded;
  } catch (error) {
    throw told(error, master.isSent);
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', end);
    // Whatever has become of it, and though the signal was given: it must not stay a replica of nobody.
    await ask(options, ['REPLICAOF', 'NO', 'ONE'], { expected: /^OK/ });
  }
}

const noCall = (host: string, port: number): BackupError =>
  new BackupError('DATABASE_UNREACHABLE', `Expected the server to call ${host} at port ${port}, it did not`, {
    hint: 'Nothing was changed. Name the address that it finds this machine by as reachedAt, and open a port for it.',
  });

function told(error: unknown, isSent: boolean): unknown {
  if (!isBackupError(error)) return error;
  const hint = isSent
    ? 'The server had got all of the file: look at its log, and at what it has now.'
    : 'The server has what it had before.';
  return new BackupError(error.code, error.message, { cause: error, details: error.details, hint: error.hint ?? hint });
}
