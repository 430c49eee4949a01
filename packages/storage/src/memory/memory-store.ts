import { chunked, collect } from '../body.ts';
import { resolveRange } from '../byte-range.ts';
import { wallClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Body, CallOptions, ListOptions, ListPage, ObjectInfo, ObjectReading, ObjectStore } from '../contract.ts';
import { StorageError } from '../errors.ts';
import { checkKey } from '../key.ts';
import { checkPaging } from '../paging.ts';
import { keySpace } from './key-space.ts';
import type { KeySpace } from './key-space.ts';

/** Options of {@link memoryStore}. Most users need none. */
export interface MemoryStoreOptions {
  /** Time stamps come from here; by default the system's clock. */
  readonly clock?: Clock | undefined;
}

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly version: string;
  readonly modifiedMs: number;
}

interface MemoryState {
  readonly objects: Map<string, StoredObject>;
  readonly keys: KeySpace;
  readonly clock: Clock;
  versions: number;
}

/**
 * A store that lives in this process: for tests, caches and simulators. It does everything the contract knows, including
 * `replace`, and keeps nothing when the process ends.
 *
 * @example
 * ```ts
 * import { memoryStore } from '@x/storage';
 *
 * const store = memoryStore();
 * await store.createIfAbsent('greeting', new TextEncoder().encode('hello'));
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): ObjectStore {
  const state: MemoryState = { objects: new Map(), keys: keySpace(), clock: options.clock ?? wallClock, versions: 0 };
  return {
    url: 'memory:',
    capabilities: { atomicCreate: true, listAfterWrite: true, conditionalReplace: true, durable: false, shared: false },
    async createIfAbsent(key, body, call) {
      const bytes = await receive(key, body, call);
      if (state.objects.has(key)) return { created: false };
      return { created: true, version: keep(state, key, bytes) };
    },
    async get(key, call) {
      return read(state, checkKey(key), call);
    },
    async stat(key, call) {
      call?.signal?.throwIfAborted();
      const found = state.objects.get(checkKey(key));
      return found && infoOf(key, found);
    },
    async list(prefix, call) {
      return page(state, prefix, call);
    },
    async delete(key, call) {
      call?.signal?.throwIfAborted();
      if (state.objects.delete(checkKey(key))) state.keys.remove(key);
    },
    async replace(key, body, ifVersion, call) {
      const bytes = await receive(key, body, call);
      if (state.objects.get(key)?.version !== ifVersion) return { replaced: false };
      return { replaced: true, version: keep(state, key, bytes) };
    },
    async put(key, body, call) {
      keep(state, key, await receive(key, body, call));
    },
    async close() {},
  };
}

async function receive(key: string, body: Body, call: CallOptions | undefined): Promise<Uint8Array> {
  checkKey(key);
  return collect(body, call?.signal);
}

/** From here to the end nothing awaits: that is what makes the conditional calls atomic. */
function keep(state: MemoryState, key: string, bytes: Uint8Array): string {
  state.keys.add(key);
  state.versions += 1;
  const version = String(state.versions);
  state.objects.set(key, { bytes, version, modifiedMs: state.clock() });
  return version;
}

function read(state: MemoryState, key: string, call: Parameters<ObjectStore['get']>[1]): ObjectReading {
  call?.signal?.throwIfAborted();
  const found = state.objects.get(key);
  if (found === undefined)
    throw new StorageError('NOT_FOUND', `Expected an object "${key}" in memory:, got none`, { key });
  const { start, end } = resolveRange(call?.range, found.bytes.length, key);
  return { ...infoOf(key, found), body: chunked(found.bytes.subarray(start, end), call?.signal) };
}

function page(state: MemoryState, prefix: string, call: ListOptions | undefined): ListPage {
  const paging = checkPaging(prefix, call);
  call?.signal?.throwIfAborted();
  const { keys, more } = state.keys.page(paging);
  const objects: ObjectInfo[] = [];
  for (const key of keys) {
    const found = state.objects.get(key);
    if (found !== undefined) objects.push(infoOf(key, found));
  }
  const last = keys.at(-1);
  return more && last !== undefined ? { objects, next: last } : { objects };
}

function infoOf(key: string, { bytes, version, modifiedMs }: StoredObject): ObjectInfo {
  return { key, size: bytes.length, version, modifiedMs };
}
