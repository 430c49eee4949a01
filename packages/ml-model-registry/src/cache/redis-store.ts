import { type Clock, systemClock } from '../clock.ts';
import type { CacheStore } from './contract.ts';

/** The part of a client of Redis that is used: that of the packages `redis` and `@redis/client`, connected. */
export interface RedisLike {
  /** Sends a command, and gives what the server answers. */
  sendCommand(args: readonly (string | Buffer)[], options?: { readonly typeMapping?: object }): Promise<unknown>;
}

/** Options of {@link redisModels}. */
export interface RedisModelsOptions {
  readonly client: RedisLike;
  /** Keys begin with it. Default `models:`. */
  readonly prefix?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** A value of Redis has at most 512 MB; pieces of this many bytes keep others from waiting. */
const PIECE = 16 * 1024 * 1024;
/** Answers as bytes: 36 is the type of strings in RESP. */
const AS_BYTES = { typeMapping: { 36: Buffer } };

/**
 * Keeps models in Redis, for all processes that use the same prefix: pieces of a model under keys of their own, sizes in a hash, and when each was used in a sorted set. They
 * share one limit, which should be the same for all.
 *
 * @example
 * ```ts
 * import type { ModelRegistry } from '@x/ml-model-registry';
 * import { createModelCache, type ModelCache, type RedisLike, redisModels } from '@x/ml-model-registry/cache';
 *
 * // `client` is what `createClient` of `redis` gives, connected.
 * export function openCache(registry: ModelRegistry, client: RedisLike): ModelCache {
 *   return createModelCache({ registry, maxBytes: 4e9, store: redisModels({ client }) });
 * }
 * ```
 */
export function redisModels(options: RedisModelsOptions): CacheStore {
  return new RedisModels(options);
}

class RedisModels implements CacheStore {
  readonly kind = 'redis';
  readonly isPrivate = false;
  readonly #client: RedisLike;
  readonly #prefix: string;
  readonly #clock: Clock;

  constructor({ client, prefix = 'models:', clock = systemClock }: RedisModelsOptions) {
    this.#client = client;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const size = await this.#send('HGET', this.#sizes, key);
    if (size === null) return undefined;
    const pieces: Buffer[] = [];
    for (let at = 0; at < piecesOf(Number(size)); at += 1) {
      const piece = await this.#client.sendCommand(['GET', this.#piece(key, at)], AS_BYTES);
      // The server may let keys go by itself.
      if (!(piece instanceof Uint8Array)) return undefined;
      pieces.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    }
    await this.#send('ZADD', this.#used, 'XX', String(this.#clock()), key);
    return Buffer.concat(pieces);
  }

  async set(key: string, bytes: Uint8Array, maxBytes: number): Promise<readonly string[]> {
    for (let at = 0; at < piecesOf(bytes.length); at += 1) {
      const start = at * PIECE;
      const piece = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(PIECE, bytes.length - start));
      await this.#send('SET', this.#piece(key, at), piece);
    }
    await this.#send('ZADD', this.#used, String(this.#clock()), key);
    await this.#send('HSET', this.#sizes, key, String(bytes.length));
    return await this.#evict(key, maxBytes);
  }

  async delete(key: string): Promise<void> {
    const size = Number(await this.#send('HGET', this.#sizes, key));
    // Without its size nobody reads the pieces.
    await this.#send('HDEL', this.#sizes, key);
    await this.#send('ZREM', this.#used, key);
    for (let at = 0; at < piecesOf(size); at += 1) await this.#send('UNLINK', this.#piece(key, at));
  }

  async sizes(): Promise<ReadonlyMap<string, number>> {
    const flat = await this.#send('HGETALL', this.#sizes);
    // A list in RESP2, a map or an object in RESP3.
    if (Array.isArray(flat)) {
      const keys = flat.filter((_, at) => at % 2 === 0);
      return new Map(keys.map((key, at) => [String(key), Number(flat[at * 2 + 1])]));
    }
    const pairs = flat instanceof Map ? [...flat] : Object.entries(flat as object);
    return new Map(pairs.map(([key, size]) => [String(key), Number(size)]));
  }

  /** Lets go what was not used for longest until the rest fits. */
  async #evict(kept: string, maxBytes: number): Promise<readonly string[]> {
    const all = await this.sizes();
    let total = [...all.values()].reduce((sum, size) => sum + size, 0);
    if (total <= maxBytes) return [];
    const gone: string[] = [];
    const oldestFirst = ((await this.#send('ZRANGE', this.#used, '0', '-1')) as readonly unknown[]).map(String);
    for (const key of oldestFirst.filter((each) => each !== kept)) {
      if (total <= maxBytes) break;
      await this.delete(key);
      total -= all.get(key) ?? 0;
      gone.push(key);
    }
    return gone;
  }

  async #send(...args: (string | Buffer)[]): Promise<unknown> {
    return await this.#client.sendCommand(args);
  }

  #piece(key: string, at: number): string {
    return `${this.#prefix}${key}:${at}`;
  }

  get #sizes(): string {
    return `${this.#prefix}sizes`;
  }

  get #used(): string {
    return `${this.#prefix}used`;
  }
}

function piecesOf(bytes: number): number {
  return Math.ceil(bytes / PIECE);
}
