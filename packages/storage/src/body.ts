import type { Body } from './contract.ts';
import { shown, StorageError } from './errors.ts';

/** Reads up to this size come as one chunk, in bytes. */
export const ONE_CHUNK_BYTES: number = 8 * 1024 * 1024;
/** The chunk size of longer reads, in bytes. */
export const CHUNK_BYTES: number = 1024 * 1024;

/** Whether a body can be sent a second time. */
export function isReplayable(body: Body): body is Uint8Array | (() => AsyncIterable<Uint8Array>) {
  return body instanceof Uint8Array || typeof body === 'function';
}

/**
 * The chunks of any kind of body, none of them empty. A body that hangs does not outlive `signal`; a loop that is left early
 * releases the body. The body's own errors pass through untouched.
 *
 * @throws {StorageError} `INVALID_ARGUMENT` for a chunk that is no `Uint8Array`.
 */
export async function* chunksOf(body: Body, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) {
    if (body.length > 0) yield body;
    return;
  }
  const pull = pullFrom(typeof body === 'function' ? body() : body, signal);
  try {
    for (let step = await pull.next(); step.done !== true; step = await pull.next()) {
      if (!(step.value instanceof Uint8Array)) {
        throw new StorageError('INVALID_ARGUMENT', `Expected a body of Uint8Array chunks, got ${shown(step.value)}`);
      }
      if (step.value.length > 0) yield step.value;
    }
  } finally {
    await pull.release();
  }
}

/** All bytes of a body in one array of its own. */
export async function collect(body: Body, signal?: AbortSignal): Promise<Uint8Array> {
  // One array that grows: were pieces gathered first, as much again would be left to the collector.
  let room = new Uint8Array(0);
  let size = 0;
  for await (const chunk of chunksOf(body, signal)) {
    const needed = size + chunk.length;
    if (needed > room.length) room = new Uint8Array(room.buffer.transfer(Math.max(needed, size === 0 ? 0 : 2 * size)));
    // Copied as they come: a producer may reuse its buffer once the next chunk is asked for.
    room.set(chunk, size);
    size = needed;
  }
  return size === room.length ? room : new Uint8Array(room.buffer.transfer(size));
}

/** A chunked view of bytes at hand: one chunk when they are few. The chunks are copies, so the reader may keep or change them. */
export async function* chunked(bytes: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const step = bytes.length <= ONE_CHUNK_BYTES ? ONE_CHUNK_BYTES : CHUNK_BYTES;
  for (let offset = 0; offset < bytes.length; offset += step) {
    signal?.throwIfAborted();
    yield new Uint8Array(bytes.subarray(offset, offset + step));
  }
}

/** Lets go of a body that will not be read. */
export async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

/** Chunks of `size` bytes together as one array; a single chunk is taken as it is. */
export function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

interface Pull {
  next(): Promise<IteratorResult<Uint8Array, unknown>>;
  release(): Promise<void>;
}

/** Steps through `source` such that an abort ends a step that hangs. */
function pullFrom(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Pull {
  if (typeof source?.[Symbol.asyncIterator] !== 'function') {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `Expected a Uint8Array or an async iterable of them, got ${shown(source)}`,
    );
  }
  const iterator = source[Symbol.asyncIterator]();
  let state: 'idle' | 'pulling' | 'ended' = 'idle';
  let interrupt: (() => void) | undefined;
  const onAbort = (): void => interrupt?.();
  signal?.addEventListener('abort', onAbort, { once: true });
  const step = async (): Promise<IteratorResult<Uint8Array, unknown>> => {
    state = 'pulling';
    try {
      const result = await iterator.next();
      state = result.done === true ? 'ended' : 'idle';
      return result;
    } catch (error) {
      state = 'ended';
      throw error;
    }
  };
  return {
    next() {
      const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<Uint8Array, unknown>>();
      interrupt = () => reject(signal?.reason);
      if (signal?.aborted === true) interrupt();
      else step().then(resolve, reject);
      return promise;
    },
    async release() {
      signal?.removeEventListener('abort', onAbort);
      if (state === 'ended') return;
      const released = iterator.return?.();
      // A generator in the middle of a step answers `return` only after that step, which may never end.
      if (state === 'pulling') released?.catch(() => undefined);
      else await released;
    },
  };
}
