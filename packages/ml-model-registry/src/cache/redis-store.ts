import { type Clock, systemClock } from '../clock.ts';
import type { CacheStore } from './contract.ts';

/** The part of a client of Redis that is used: that of the packages `redis` and `@redis/client`, connected. */
export interface RedisLike {
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
 * import { createClient } from '@redis/client';
 * import type { ModelRegistry } from '@x/ml-model-registry';
 * import { createModelCache, redisModels } from '@x/ml-model-registry/cache';
 *
 * export async function openCache(registry: ModelRegistry) {
 *   const client = createClient({ url: 'redis://127.0.0.1:6379' });
 *   await client.connect();
 *   return createModelCache({ registry, maxBytes: 4e9, store: redisModels({ client }) });
 * }
 * ```
 */
export function redisModels(options: RedisModelsOptions): CacheStore {
  const { client, prefix = 'models:', clock = systemClock } = options;
  const sizesKey = `${prefix}sizes`;
  const usedKey = `${prefix}used`;
  const send = async (...args: (string | Buffer)[]): Promise<unknown> => await client.sendCommand(args);
  const pieceKey = (key: string, at: number): string => `${prefix}${key}:${at}`;

  async function remove(key: string): Promise<void> {
    const size = Number(await send('HGET', sizesKey, key));
    // Without its size nobody reads the pieces.
    await send('HDEL', sizesKey, key);
    await send('ZREM', usedKey, key);
    for (let at = 0; at < piecesOf(size); at += 1) await send('UNLINK', pieceKey(key, at));
  }

  async function sizes(): Promise<ReadonlyMap<string, number>> {
    const flat = await send('HGETALL', sizesKey);
    // A list in RESP2, a map or an object in RESP3.
    if (Array.isArray(flat)) {
      return new Map(flat.flatMap((key, at) => (at % 2 === 0 ? [[String(key), Number(flat[at + 1])] as const] : [])));
    }
    const pairs = flat instanceof Map ? [...flat] : Object.entries(flat as object);
    return new Map(pairs.map(([key, size]) => [String(key), Number(size)]));
  }

  /** Lets go what was not used for longest until the rest fits. */
  async function evict(kept: string, maxBytes: number): Promise<readonly string[]> {
    const all = await sizes();
    let total = [...all.values()].reduce((sum, size) => sum + size, 0);
    if (total <= maxBytes) return [];
    const gone: string[] = [];
    const oldestFirst = ((await send('ZRANGE', usedKey, '0', '-1')) as readonly unknown[]).map(String);
    for (const key of oldestFirst) {
      if (total <= maxBytes) break;
      if (key === kept) continue;
      await remove(key);
      total -= all.get(key) ?? 0;
      gone.push(key);
    }
    return gone;
  }

  return {
    kind: 'redis',
    isPrivate: false,
    sizes,
    delete: remove,
    async get(key) {
      const answer = await send('HGET', sizesKey, key);
      if (answer === null) return undefined;
      const pieces: Buffer[] = [];
      for (let at = 0; at < piecesOf(Number(answer)); at += 1) {
        const piece = await client.sendCommand(['GET', pieceKey(key, at)], AS_BYTES);
        // The server may let keys go by itself.
        if (!(piece instanceof Uint8Array)) return undefined;
        pieces.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      }
      await send('ZADD', usedKey, 'XX', String(clock()), key);
      return Buffer.concat(pieces);
    },
    async set(key, bytes, maxBytes) {
      for (let at = 0; at < piecesOf(bytes.length); at += 1) {
        const piece = Buffer.from(
          bytes.buffer,
          bytes.byteOffset + at * PIECE,
          Math.min(PIECE, bytes.length - at * PIECE),
        );
        await send('SET', pieceKey(key, at), piece);
      }
      await send('ZADD', usedKey, String(clock()), key);
      await send('HSET', sizesKey, key, String(bytes.length));
      return await evict(key, maxBytes);
    },
  };
}

function piecesOf(bytes: number): number {
  return Math.ceil(bytes / PIECE);
}
