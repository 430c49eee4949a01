import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkedDump } from '../dump/checked-dump.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { RestoreInto, ScratchCopy, ScratchFinding, ScratchRequest } from '../validate/contract.ts';
import { ScratchServer, type ScratchServerOptions } from './scratch-server.ts';
import { keysOf } from './server.ts';

/** Live data of Redis has no schema. */
const NO_SCHEMA: ScratchFinding = { checked: 0, problems: [], detail: 'keys of Redis have no schema', skipped: true };

/**
 * Loads RDB files for `validateRestore` into a Redis server of its own: started for that, reached by a socket in a private folder, and ended with this
 * process, however that ends. The file is held to its CRC-64 and its end first. Where no `redis-server` is installed, that is all, and the check
 * `schema` is skipped and says so.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { scratchRedis } from '@x/backup-store/redis';
 * import { validateRestore } from '@x/backup-store/validate';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { report } = await validateRestore(repository, { snapshot: 'latest', restoreInto: { redis: scratchRedis() } });
 * console.log(report);
 * ```
 */
export function scratchRedis(options: ScratchServerOptions = {}): RestoreInto {
  return async (request) => {
    const copy = new RedisCopy(request);
    try {
      await copy.start(options);
      return copy;
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
  };
}

/** What is read to its end, and not kept. */
const nowhere = (): Writable => new Writable({ write: (_piece, _encoding, done) => done() });

class RedisCopy implements ScratchCopy {
  readonly #request: ScratchRequest;
  #server: ScratchServer | undefined;
  #folder: string | undefined;
  #checked = '';
  detail = '';
  skipped: string | undefined;

  constructor(request: ScratchRequest) {
    this.#request = request;
  }

  async start(options: ScratchServerOptions): Promise<void> {
    const { files, sandbox, signal } = this.#request;
    const [path] = files;
    if (path === undefined || files.length > 1)
      throw new BackupError('PATH_NOT_FOUND', `Expected one RDB file, got ${files.length}`);
    const file = join(sandbox, path);
    const onChecked = (detail: string): void => void (this.#checked = detail);
    await pipeline(checkedDump(createReadStream(file), 'redis', { onChecked }), nowhere(), { signal });
    // Paths of sockets are short.
    this.#folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
    try {
      this.#server = await ScratchServer.start(file, { ...options, folder: this.#folder, signal });
      const { version } = await this.#server.ask();
      this.detail = `${path}: loaded by Redis ${version}`;
    } catch (error) {
      if (!isBackupError(error, 'COMMAND_NOT_FOUND')) throw error;
      this.skipped = `it was loaded by no server, as none is installed here: ${error.message}`;
    }
  }

  /** By a socket; the server has no port. */
  get locations(): readonly string[] {
    return this.#server === undefined ? [] : [`redis://localhost/?socket=${encodeURIComponent(this.#server.socket)}`];
  }

  async checkData(): Promise<ScratchFinding> {
    const said = this.#request.source.details?.['keys'];
    const before = typeof said === 'number' ? `, ${said} when the backup began` : '';
    if (this.#server === undefined) return { checked: 1, problems: [], detail: this.#checked };
    const keys = keysOf(await this.#server.ask());
    return { checked: keys, problems: [], detail: `${this.#checked}; keys that have not expired: ${keys}${before}` };
  }

  async checkLive(): Promise<ScratchFinding> {
    return NO_SCHEMA;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}
