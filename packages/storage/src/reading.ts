import { discard, joined } from './body.ts';
import { resolveRange } from './byte-range.ts';
import type { CallOptions, GetOptions, ObjectInfo, ObjectReading, ObjectStore } from './contract.ts';
import { StorageError } from './errors.ts';
import { MAX_LIMIT } from './paging.ts';

/** Options of {@link readObject}. */
export interface ReadObjectOptions extends GetOptions {
  /** Refuse to read more than this, in bytes; checked before anything is allocated. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}

/** Options of {@link listAll}. */
export interface ListAllOptions extends CallOptions {
  /** Only keys greater than this one (bytewise). */
  readonly after?: string | undefined;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads an object, or a range of it, into memory. What comes back has exactly the length that the store promised.
 *
 * @throws {StorageError} `TOO_LARGE` beyond `maxBytes`; `SHORT_READ` when the body has another length than promised; and what
 * {@link ObjectStore.get} throws.
 *
 * @example
 * ```ts
 * import { memoryStore, readObject } from '@x/storage';
 *
 * const store = memoryStore();
 * await store.createIfAbsent('greeting', new TextEncoder().encode('hello'));
 * const bytes = await readObject(store, 'greeting', { range: { start: 0, end: 4 }, maxBytes: 1024 });
 * ```
 */
export async function readObject(
  store: ObjectStore,
  key: string,
  options: ReadObjectOptions = {},
): Promise<Uint8Array> {
  const { range, maxBytes = DEFAULT_MAX_BYTES, signal } = options;
  const reading = await store.get(key, { range, signal });
  const { start, end } = resolveRange(range, reading.size, key);
  if (end - start > maxBytes) {
    await discard(reading.body);
    throw new StorageError('TOO_LARGE', `Expected at most ${maxBytes} bytes of "${key}", got ${end - start}`, { key });
  }
  return readExactly(reading, end - start);
}

/**
 * Reads a body to its end, whatever its length. For bodies of which the length is known, {@link readObject} is stricter.
 *
 * @throws {StorageError} `TOO_LARGE` beyond `maxBytes` (default 256 MiB); checked before a chunk is kept.
 */
export async function readAll(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number = DEFAULT_MAX_BYTES,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new StorageError('TOO_LARGE', `Expected a body of at most ${maxBytes} bytes, got more`);
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

/**
 * Every object whose key starts with `prefix`, in bytewise key order, a page at a time. Objects created or deleted meanwhile
 * may or may not appear.
 *
 * @throws {StorageError} what {@link ObjectStore.list} throws.
 */
export async function* listAll(
  store: ObjectStore,
  prefix: string,
  options: ListAllOptions = {},
): AsyncGenerator<ObjectInfo, void, undefined> {
  let after = options.after;
  do {
    const page = await store.list(prefix, { after, limit: MAX_LIMIT, signal: options.signal });
    yield* page.objects;
    after = page.next;
  } while (after !== undefined);
}

/**
 * Reads the body of `reading`, which has to hold `length` bytes.
 *
 * @throws {StorageError} `SHORT_READ`
 */
export async function readExactly(reading: ObjectReading, length: number): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  let offset = 0;
  for await (const chunk of reading.body) {
    if (offset + chunk.length > length) throw wrongLength(reading.key, length, 'more');
    // The usual case of a small read: one chunk that is all of it, taken as it is.
    if (chunk.length === length) bytes = chunk;
    else {
      bytes ??= new Uint8Array(length);
      bytes.set(chunk, offset);
    }
    offset += chunk.length;
  }
  if (offset < length) throw wrongLength(reading.key, length, `${offset}`);
  return bytes ?? new Uint8Array(0);
}

function wrongLength(key: string, length: number, got: string): StorageError {
  return new StorageError('SHORT_READ', `Expected ${length} bytes of "${key}", got ${got}`, { key });
}
