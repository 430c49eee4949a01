/**
 * The one contract for a place that holds objects: a folder, a bucket, memory.
 *
 * It is kept small on purpose: what every real object store can do atomically, and no more. There is no
 * overwrite among the required calls, because several stores cannot replace an object atomically; state
 * that changes is a {@link ledger} of numbered creates.
 *
 * @module
 */

/**
 * The bytes of an object on their way in.
 *
 * - `Uint8Array`: all at once; may be sent again by a retry.
 * - a function that returns a fresh `AsyncIterable`: streamed; may be sent again by a retry, so each one must give the
 *   same bytes.
 * - an `AsyncIterable`: streamed once; a failed write is not retried.
 *
 * A store is done with a chunk when it asks for the next one: the producer may then reuse its buffer. An error that
 * the body throws ends the call and reaches the caller as it is.
 */
export type Body = Uint8Array | AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>);

/** What a caller can always pass to a store call. */
export interface CallOptions {
  /** Ends the call early; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A half-open byte range, `[start, end)`, in bytes. Without `end`: to the end of the object. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number | undefined;
}

/** Options of {@link ObjectStore.get}. */
export interface GetOptions extends CallOptions {
  readonly range?: ByteRange | undefined;
}

/** What a store knows of an object without reading it. */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Opaque; changes whenever the object's bytes do. For {@link ObjectStore.replace}. */
  readonly version: string;
  /** Milliseconds since 1970, by the store's clock; never used to decide what is safe to delete. */
  readonly modifiedMs: number;
}

/** An object being read. `size` is that of the whole object, also when a range was asked for. */
export interface ObjectReading extends ObjectInfo {
  /** May be iterated once. Leaving the loop early releases what it holds. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Options of {@link ObjectStore.list}. */
export interface ListOptions extends CallOptions {
  /** Only keys greater than this one (bytewise). */
  readonly after?: string | undefined;
  /** At most this many objects in the page; 1 to 10,000, default 1,000. */
  readonly limit?: number | undefined;
}

/** One page of a listing, in bytewise key order. It may hold fewer objects than the limit, even none, and yet have a `next`. */
export interface ListPage {
  readonly objects: readonly ObjectInfo[];
  /** Pass as `after` for the next page; absent on the last one. */
  readonly next?: string | undefined;
}

/** `created: false`: another object was there first, and it is untouched. */
export type CreateOutcome = { readonly created: true; readonly version: string } | { readonly created: false };

/** `replaced: false`: the object's version is not the one expected (or it is gone). */
export type ReplaceOutcome = { readonly replaced: true; readonly version: string } | { readonly replaced: false };

/** What an adapter can do, as data. */
export interface StoreCapabilities {
  /** `createIfAbsent` has one winner among any number of racers, and nobody sees a half-written object. */
  readonly atomicCreate: boolean;
  /** A listing started after a write answered includes that object. */
  readonly listAfterWrite: boolean;
  /** `replace` exists and is atomic. */
  readonly conditionalReplace: boolean;
  /** What answered outlives a crash of the machine. */
  readonly durable: boolean;
  /** Other processes see the same objects. */
  readonly shared: boolean;
}

/**
 * A place that holds objects. Keys match {@link checkKey}. All calls may run at the same time.
 *
 * A key should not also be a folder of other keys: of `a` and `a/b` a store made of folders can hold only one, and
 * refuses to create the other with `KEY_CONFLICT`. Name them `a/head` and `a/b`, or `a` and `a-parts/b`.
 *
 * @throws {StorageError} from every call: `INVALID_KEY`, `ACCESS_DENIED`, `NO_SPACE`, `UNAVAILABLE`
 * (worth a retry), `IO_FAILED`; further codes stand at the call.
 */
export interface ObjectStore {
  /** For messages: a URL without secrets, such as `file:///backups` or `memory:`. */
  readonly url: string;
  readonly capabilities: StoreCapabilities;
  /**
   * Stores `body` under `key` unless the key is taken. When the call fails the object is either not there
   * or complete, never partial; it may still appear later when the answer was lost. Bodies should differ
   * from any other within their first 64 bytes (carry a random token), so that a retry which hears
   * "already there" can read them back and recognise its own success.
   */
  createIfAbsent(key: string, body: Body, options?: CallOptions): Promise<CreateOutcome>;
  /** @throws {StorageError} `NOT_FOUND`; `INVALID_RANGE` when the range starts beyond the object's end. A range that ends beyond it is cut. */
  get(key: string, options?: GetOptions): Promise<ObjectReading>;
  /** `undefined` when there is no such object. */
  stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;
  /** Objects whose key starts with `prefix` (any string of key characters, also `""`), in bytewise key order. */
  list(prefix: string, options?: ListOptions): Promise<ListPage>;
  /** Deletes the object; no error when there is none. */
  delete(key: string, options?: CallOptions): Promise<void>;
  /** Puts `body` in place of the version named, atomically. Only where `capabilities.conditionalReplace`. */
  readonly replace?:
    | ((key: string, body: Body, ifVersion: string, options?: CallOptions) => Promise<ReplaceOutcome>)
    | undefined;
  /** Stores `body`, whatever was there. For caches only: the last of two writers wins. */
  put(key: string, body: Body, options?: CallOptions): Promise<void>;
  /**
   * Removes what is no object below a folder (a prefix that ends with a slash) to which nobody writes any more: what writes that
   * were killed have left and, where folders are real, empty ones. Only where a store has such things.
   */
  readonly tidy?: ((folder: string, options?: CallOptions) => Promise<void>) | undefined;
  /** Lets go of connections and handles. Calls after it are not defined. */
  close(): Promise<void>;
}
