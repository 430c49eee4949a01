import { chunked, joined } from '../body.ts';
import { resolveRange } from '../byte-range.ts';
import type { GetOptions, ObjectReading, ObjectStore } from '../contract.ts';
import { checkKey } from '../key.ts';
import { byteCache } from './byte-cache.ts';
import type { ByteCache } from './byte-cache.ts';
import { delegate } from './delegate.ts';

/** Options of {@link withCache}. */
export interface CacheOptions {
  /** Memory for all objects together, in bytes; default 16 MiB. */
  readonly maxBytes?: number | undefined;
  /** Larger objects are not kept, in bytes; default 256 KiB. */
  readonly maxObjectBytes?: number | undefined;
  /** Which keys may be kept; default all. Say no to objects that `put` or `replace` changes from another place. */
  readonly accepts?: ((key: string) => boolean) | undefined;
}

interface CacheState {
  readonly store: ObjectStore;
  readonly cache: ByteCache;
  readonly maxObjectBytes: number;
  readonly accepts: (key: string) => boolean;
  /** Counts the writes through this wrapper that change or remove objects. */
  changes: number;
}

/**
 * Keeps small objects in memory once they were read whole, and answers later `get`s (ranges too) from there. It is meant for objects that
 * never change: what another process deletes, puts or replaces is still served as it was. Writes through this wrapper are seen.
 */
export function withCache(store: ObjectStore, options: CacheOptions = {}): ObjectStore {
  const { maxBytes = 16 * 1024 * 1024, maxObjectBytes = 256 * 1024, accepts = () => true } = options;
  const state: CacheState = { store, cache: byteCache(maxBytes), maxObjectBytes, accepts, changes: 0 };
  const { replace } = store;
  return delegate(store, {
    get: (key, call) => read(state, key, call),
    delete: (key, call) => changing(state, key, () => store.delete(key, call)),
    put: (key, body, call) => changing(state, key, () => store.put(key, body, call)),
    ...(replace === undefined
      ? {}
      : {
          replace: (key, body, ifVersion, call) =>
            changing(state, key, () => replace.call(store, key, body, ifVersion, call)),
        }),
  });
}

async function read(state: CacheState, key: string, call: GetOptions | undefined): Promise<ObjectReading> {
  checkKey(key);
  call?.signal?.throwIfAborted();
  const hit = state.cache.get(key);
  if (hit !== undefined) {
    const { start, end } = resolveRange(call?.range, hit.bytes.length, key);
    return { ...hit.info, body: chunked(hit.bytes.subarray(start, end), call?.signal) };
  }
  const changes = state.changes;
  const reading = await state.store.get(key, call);
  const isWhole = call?.range === undefined && reading.size <= state.maxObjectBytes && state.accepts(key);
  return isWhole ? { ...reading, body: remembered(state, reading, changes) } : reading;
}

/** Passes a body on, and keeps a copy if it was read to its end and nothing has changed meanwhile. */
async function* remembered(
  state: CacheState,
  { body, ...info }: ObjectReading,
  changes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(new Uint8Array(chunk));
    size += chunk.length;
    yield chunk;
  }
  if (size === info.size && changes === state.changes) state.cache.set(info.key, { info, bytes: joined(chunks, size) });
}

/** Drops the object before and after a write: a read that overlaps with it may have seen either state. */
async function changing<T>(state: CacheState, key: string, write: () => Promise<T>): Promise<T> {
  const drop = (): void => {
    state.changes += 1;
    state.cache.delete(key);
  };
  drop();
  try {
    return await write();
  } finally {
    drop();
  }
}
