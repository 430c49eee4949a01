import type { ObjectReading, ObjectStore } from '../contract.ts';
import { shown, StorageError } from '../errors.ts';
import { delegate } from './delegate.ts';
import { gate } from './gate.ts';
import type { Gate } from './gate.ts';

/** Options of {@link withLimit}. */
export interface LimitOptions {
  /** So many of `get`, `stat`, `list`, and steps through a body, run at once; default 16. */
  readonly reads?: number | undefined;
  /** So many of `createIfAbsent`, `put`, `replace`, `delete` run at once; default 16. */
  readonly writes?: number | undefined;
}

/**
 * Bounds how many calls run at once; the others wait their turn. A `get` holds its place during the call and during each step through
 * its body, not in between: a reader that stops, or reads something else meanwhile, blocks nobody. Reads and writes have places of their
 * own, so that the body of a write may come from a read of the same store.
 *
 * @throws {StorageError} `INVALID_ARGUMENT` for a limit that is no whole number above 0.
 */
export function withLimit(store: ObjectStore, options: LimitOptions = {}): ObjectStore {
  const reads = gate(checkSlots(options.reads ?? 16));
  const writes = gate(checkSlots(options.writes ?? 16));
  const { replace } = store;
  return delegate(store, {
    createIfAbsent: (key, body, call) => writes.run(() => store.createIfAbsent(key, body, call), call?.signal),
    async get(key, call) {
      const reading = await reads.run(() => store.get(key, call), call?.signal);
      return { ...reading, body: stepwise(reading, reads, call?.signal) };
    },
    stat: (key, call) => reads.run(() => store.stat(key, call), call?.signal),
    list: (prefix, call) => reads.run(() => store.list(prefix, call), call?.signal),
    delete: (key, call) => writes.run(() => store.delete(key, call), call?.signal),
    put: (key, body, call) => writes.run(() => store.put(key, body, call), call?.signal),
    ...(replace === undefined
      ? {}
      : {
          replace: (key, body, ifVersion, call) =>
            writes.run(() => replace.call(store, key, body, ifVersion, call), call?.signal),
        }),
  });
}

function stepwise({ body }: ObjectReading, reads: Gate, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]();
      return {
        next: () => reads.run(() => iterator.next(), signal),
        return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

function checkSlots(slots: number): number {
  if (Number.isInteger(slots) && slots > 0) return slots;
  throw new StorageError('INVALID_ARGUMENT', `Expected a limit of 1 or more, got ${shown(slots)}`);
}
