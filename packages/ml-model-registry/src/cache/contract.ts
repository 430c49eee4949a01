import type { Clock } from '../clock.ts';
import type { ModelRegistry } from '../registry/contract.ts';
import type { ModelVersion } from '../versions/version.ts';

/** Where bytes are kept. What it gives is compared with the digest each time, unless only this process can write there. */
export interface CacheStore {
  /** `memory`, `redis`: for messages. */
  readonly kind: string;
  /** Nobody else can write there. */
  readonly isPrivate: boolean;
  /** What is kept under a key, which counts as used now. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Keeps bytes, and lets those go that were not used for longest until all fit into `maxBytes`. Returns the keys that went. */
  set(key: string, bytes: Uint8Array, maxBytes: number): Promise<readonly string[]>;
  /** Lets bytes go, if they are there. */
  delete(key: string): Promise<void>;
  /** Sizes of all that is kept, in bytes, by key. */
  sizes(): Promise<ReadonlyMap<string, number>>;
}

/** A model and its version. */
export interface CachedModel {
  readonly version: ModelVersion;
  /** The file, the digest of which is that of the version. Others get the same bytes: do not change them. */
  readonly bytes: Uint8Array;
  readonly from: 'cache' | 'registry';
}

/** Something that is not as it should be. */
export interface CacheAlert {
  /** `HIT_RATE_LOW` is told once, and again after it was met. */
  readonly code: 'HIT_RATE_LOW' | 'RESPONSE_SLOW';
  /** Whose answer was slow. */
  readonly model?: string | undefined;
  /** A share, or milliseconds. */
  readonly value: number;
  readonly objective: number;
  readonly message: string;
}

/** What a cache tells. */
export type CacheEvent =
  | { readonly type: 'alert'; readonly alert: CacheAlert }
  | { readonly type: 'evicted'; readonly key: string }
  /** It is larger than all there is room for, and is read anew each time. */
  | { readonly type: 'too-large'; readonly key: string; readonly bytes: number }
  /** What was kept is not what it was, and was taken away. */
  | { readonly type: 'damaged'; readonly key: string }
  /** The store does not answer. Models come from the registry meanwhile. */
  | { readonly type: 'store-failed'; readonly message: string };

/** Options of `createModelCache`. */
export interface ModelCacheOptions {
  readonly registry: Pick<ModelRegistry, 'get' | 'admit' | 'restore'>;
  /** All that is kept together has at most so many bytes. */
  readonly maxBytes: number;
  /** Default: memory. */
  readonly store?: CacheStore | undefined;
  /** How long it is believed that an alias points where it did, in milliseconds. Default 1000; 0 asks each time. `refresh` asks at once. */
  readonly aliasesFor?: number | undefined;
  readonly objectives?:
    | {
        /** Share of answers that come from the cache. Default 0.85. */
        readonly hitRate?: number | undefined;
        /** Longest answer, in milliseconds. Default 2000. */
        readonly response?: number | undefined;
      }
    | undefined;
  /** Folder for what comes out of the registry, for a moment. Default: the system's. */
  readonly temporary?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Told what happens, alerts among it. */
  readonly onEvent?: ((event: CacheEvent) => void) | undefined;
}

/** Answers, counted. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  /** 0 to 1; `undefined` before the first answer. */
  readonly hitRate?: number | undefined;
}

/** How a cache does. */
export interface CacheFigures extends CacheCounts {
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Of the last thousand answers, in milliseconds; `undefined` before the first. */
  readonly response?: { readonly median: number; readonly p95: number; readonly longest: number } | undefined;
  /** By prefix of keys: the names of models. */
  readonly models: Readonly<Record<string, CacheCounts & { readonly entries: number; readonly bytes: number }>>;
}

/** Who asks a cache. */
export interface CacheAsk {
  /**
   * On whose behalf. With it, each answer is asked of the registry first (`admit`, and by it `authorize`), also when the bytes are near: that reads what is new in
   * the history. Default: whoever has the registry, who is asked about once for each version.
   */
  readonly by?: string | undefined;
}

/** Models that are asked for often. References are `price@prod`, `price@1.4.0`, or `price` for its latest version. */
export interface ModelCache {
  /**
   * A model, from near or from the registry. Of those who ask for the same one at once, one fetches it.
   *
   * @throws {ModelError} `INVALID_INPUT` for a reference that is none; those of `ModelRegistry.restore`.
   */
  get(reference: string, ask?: CacheAsk): Promise<CachedModel>;
  /** Brings a model near before anybody asks for it. Does not count as an answer. @throws {ModelError} those of `get`. */
  warm(reference: string): Promise<ModelVersion>;
  /** Forgets where aliases of a model point, or of all: to be called by `onEvent` of the registry. */
  refresh(model?: string): void;
  /** How it has done so far. */
  figures(): Promise<CacheFigures>;
}
