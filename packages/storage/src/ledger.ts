import type { CallOptions, ObjectStore } from './contract.ts';
import { isStorageError, shown, StorageError } from './errors.ts';
import { checkKey, MAX_KEY_BYTES } from './key.ts';
import { listAll, readObject } from './reading.ts';

/** Options of {@link ledger}. Most users need none. */
export interface LedgerOptions {
  /** How many lost races one `append` enters before it gives up; default 100. */
  readonly maxAttempts?: number | undefined;
  /** The largest entry that is read back, in bytes; default 16 MiB. */
  readonly maxBytes?: number | undefined;
}

/** One entry of a ledger. */
export interface LedgerEntry {
  /** 1 for the first entry. */
  readonly n: number;
  readonly body: Uint8Array;
}

/** Options of {@link Ledger.entries}. */
export interface EntriesOptions extends CallOptions {
  /** The first number wanted; default 1. */
  readonly from?: number | undefined;
}

/**
 * State that changes, kept as numbered objects `name/000000000001`, `name/000000000002`, … that never do. The newest is the state,
 * the others are its history.
 */
export interface Ledger {
  readonly name: string;
  /** The key of entry `n`, there or not. */
  key(n: number): string;
  /**
   * Adds an entry after the newest one and gives its number.
   *
   * @throws {StorageError} `LEDGER_CONFLICT` when others were faster each time.
   */
  append(body: Uint8Array, options?: CallOptions): Promise<number>;
  /**
   * Adds entry `n` and tells whether it is ours; `false` means that another writer has it. This is how to act on a state that was
   * read: of all who append at `latest + 1`, one wins, and nobody's entry is lost.
   */
  appendAt(n: number, body: Uint8Array, options?: CallOptions): Promise<boolean>;
  /** The newest entry; `undefined` in an empty ledger. */
  latest(options?: CallOptions): Promise<LedgerEntry | undefined>;
  /** @throws {StorageError} `NOT_FOUND` */
  read(n: number, options?: CallOptions): Promise<Uint8Array>;
  /** The entries in the order of their numbers. Those appended meanwhile may or may not appear. */
  entries(options?: EntriesOptions): AsyncIterable<LedgerEntry>;
}

const DIGITS = 12;
const NUMBER = /^[0-9]{12}$/;
const MAX_NUMBER = 10 ** DIGITS - 1;

interface LedgerState {
  readonly store: ObjectStore;
  readonly name: string;
  readonly maxAttempts: number;
  readonly maxBytes: number;
  /** The highest number seen so far: a ledger only grows, so no listing has to start before it. */
  seen: number;
}

/**
 * Opens the ledger `name` of a store; nothing is read or written yet. No store can replace an object atomically by itself, so state
 * that changes is a row of creates, of which each number has one winner. Bodies should carry a random token: when an answer is lost,
 * the entry is read back and compared to tell whether it is ours.
 *
 * @throws {StorageError} `INVALID_KEY` for a name that is no key, or longer than 187 bytes.
 *
 * @example
 * ```ts
 * import { ledger, memoryStore } from '@x/storage';
 *
 * const settings = ledger(memoryStore(), 'settings');
 * await settings.append(new TextEncoder().encode('{"theme":"dark"}'));
 * const newest = await settings.latest();
 * console.log(newest?.n, newest?.body);
 * ```
 */
export function ledger(store: ObjectStore, name: string, options: LedgerOptions = {}): Ledger {
  const { maxAttempts = 100, maxBytes = 16 * 1024 * 1024 } = options;
  if (checkKey(name).length > MAX_KEY_BYTES - DIGITS - 1) {
    throw new StorageError(
      'INVALID_KEY',
      `Expected a name with room for "/" and ${DIGITS} digits, got ${shown(name)}`,
      {
        key: name,
      },
    );
  }
  const state: LedgerState = { store, name, maxAttempts, maxBytes, seen: 0 };
  return {
    name,
    key: (n) => keyOf(state, n),
    append: (body, call) => append(state, body, call),
    appendAt: (n, body, call) => appendAt(state, { n, body }, call),
    latest: (call) => latest(state, call),
    read: async (n, call) => readObject(store, keyOf(state, n), { maxBytes, signal: call?.signal }),
    entries: (call) => entries(state, call),
  };
}

async function append(state: LedgerState, body: Uint8Array, call: CallOptions | undefined): Promise<number> {
  await latestNumber(state, call);
  for (let attempt = 0; attempt < state.maxAttempts; attempt += 1) {
    const n = state.seen + 1;
    if (await appendAt(state, { n, body }, call)) return n;
  }
  throw new StorageError(
    'LEDGER_CONFLICT',
    `Expected to append to "${state.name}", got ${state.maxAttempts} lost races`,
    {
      key: state.name,
      hint: 'try again, with fewer writers at a time',
      retryable: true,
    },
  );
}

async function appendAt(state: LedgerState, entry: LedgerEntry, call: CallOptions | undefined): Promise<boolean> {
  const key = keyOf(state, entry.n);
  const isOurs = await createOwn(state, { key, body: entry.body }, call);
  state.seen = Math.max(state.seen, entry.n);
  return isOurs;
}

/** A create whose answer got lost may have won all the same. */
async function createOwn(
  { store, maxBytes }: LedgerState,
  { key, body }: { readonly key: string; readonly body: Uint8Array },
  call: CallOptions | undefined,
): Promise<boolean> {
  try {
    return (await store.createIfAbsent(key, body, call)).created;
  } catch (error) {
    if (!isStorageError(error) || !error.retryable) throw error;
    const found = await readObject(store, key, { maxBytes, signal: call?.signal }).catch(() => undefined);
    if (found === undefined || !sameBytes(found, body)) throw error;
    return true;
  }
}

async function latest(state: LedgerState, call: CallOptions | undefined): Promise<LedgerEntry | undefined> {
  const n = await latestNumber(state, call);
  if (n === 0) return undefined;
  return {
    n,
    body: await readObject(state.store, keyOf(state, n), { maxBytes: state.maxBytes, signal: call?.signal }),
  };
}

async function latestNumber(state: LedgerState, call: CallOptions | undefined): Promise<number> {
  for await (const n of numbers(state, state.seen, call)) state.seen = Math.max(state.seen, n);
  return state.seen;
}

async function* entries(state: LedgerState, call: EntriesOptions = {}): AsyncGenerator<LedgerEntry, void, undefined> {
  const { from = 1, signal } = call;
  for await (const n of numbers(state, checkNumber(from) - 1, call)) {
    yield { n, body: await readObject(state.store, keyOf(state, n), { maxBytes: state.maxBytes, signal }) };
  }
}

/** The numbers in use above `after`, ascending: zero-padded, so that the order of keys is theirs. */
async function* numbers(
  state: LedgerState,
  after: number,
  call: CallOptions | undefined,
): AsyncGenerator<number, void, undefined> {
  const prefix = `${state.name}/`;
  const start = prefix + String(after).padStart(DIGITS, '0');
  for await (const { key } of listAll(state.store, prefix, { after: start, signal: call?.signal })) {
    const digits = key.slice(prefix.length);
    if (NUMBER.test(digits)) yield Number(digits);
  }
}

function keyOf({ name }: LedgerState, n: number): string {
  return `${name}/${String(checkNumber(n)).padStart(DIGITS, '0')}`;
}

function checkNumber(n: number): number {
  if (Number.isInteger(n) && n >= 1 && n <= MAX_NUMBER) return n;
  throw new StorageError(
    'INVALID_ARGUMENT',
    `Expected the number of an entry, from 1 to ${MAX_NUMBER}, got ${shown(n)}`,
  );
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
