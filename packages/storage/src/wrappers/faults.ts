import { collect, discard, isReplayable } from '../body.ts';
import type { Body, CallOptions, GetOptions, ObjectReading, ObjectStore } from '../contract.ts';
import { StorageError } from '../errors.ts';
import { delegate } from './delegate.ts';
import { lateWrites } from './late-writes.ts';
import type { LateWrites } from './late-writes.ts';

/**
 * Something that goes wrong in one call.
 *
 * - `error-before`: the call fails and has no effect.
 * - `error-after`: the call has its effect, and its answer is lost.
 * - `short-read`: the body of a `get` ends after some bytes, without an error. Other calls run as usual.
 * - `late-write`: the call fails, and its effect comes all the same, before the call that is `afterCalls` later begins.
 *   Calls that write nothing just fail.
 */
export type Fault =
  | { readonly kind: 'error-before' | 'error-after'; readonly error?: Error | undefined }
  | { readonly kind: 'short-read'; readonly bytes: number }
  | { readonly kind: 'late-write'; readonly afterCalls: number; readonly error?: Error | undefined };

/** The calls that may be given a fault. */
export type FaultyCall = 'createIfAbsent' | 'get' | 'stat' | 'list' | 'delete' | 'put' | 'replace';

/** The call that a fault is asked for. */
export interface FaultRequest {
  /** Counts the calls of this wrapper, from 1. */
  readonly index: number;
  readonly call: FaultyCall;
  /** The key; for `list` the prefix. */
  readonly key: string;
  /** False for a write whose body can be sent only once. */
  readonly isReplayable: boolean;
}

/** Options of {@link withFaults}. */
export interface FaultsOptions {
  /** Decides what goes wrong in a call: a script, or {@link seededFaults}. */
  readonly decide: (request: FaultRequest) => Fault | undefined;
}

/** A store with faults. */
export interface FaultyStore extends ObjectStore {
  /** Lets all late writes land that are still on their way. */
  settle(): Promise<void>;
}

interface FaultState {
  readonly store: ObjectStore;
  readonly decide: FaultsOptions['decide'];
  readonly late: LateWrites;
  calls: number;
}

interface Call<T> {
  readonly call: FaultyCall;
  readonly key: string;
  readonly run: () => Promise<T>;
}

interface WriteCall<T> {
  readonly call: FaultyCall;
  readonly key: string;
  readonly body: Body;
  readonly options: CallOptions | undefined;
  readonly run: (body: Body, options: CallOptions | undefined) => Promise<T>;
}

/**
 * Makes calls go wrong as a script says, the same way each time: for tests of whatever must live with a real network. Faults that are not
 * given an error of their own fail with `UNAVAILABLE`.
 *
 * @example
 * ```ts
 * import { memoryStore, withFaults, withRetry } from '@x/storage';
 *
 * const faulty = withFaults(memoryStore(), {
 *   decide: ({ index }) => (index === 1 ? { kind: 'error-after' } : undefined),
 * });
 * const store = withRetry(faulty); // recognises the object it made although the answer was lost
 * ```
 */
export function withFaults(store: ObjectStore, options: FaultsOptions): FaultyStore {
  const state: FaultState = { store, decide: options.decide, late: lateWrites(), calls: 0 };
  const { replace } = store;
  const faulty = delegate(store, {
    createIfAbsent: (key, body, call) =>
      write(state, {
        call: 'createIfAbsent',
        key,
        body,
        options: call,
        run: (sent, sentCall) => store.createIfAbsent(key, sent, sentCall),
      }),
    get: (key, call) => read(state, key, call),
    stat: (key, call) => perform(state, { call: 'stat', key, run: () => store.stat(key, call) }),
    list: (prefix, call) => perform(state, { call: 'list', key: prefix, run: () => store.list(prefix, call) }),
    delete: (key, call) =>
      write(state, {
        call: 'delete',
        key,
        body: NOTHING,
        options: call,
        run: (_, sentCall) => store.delete(key, sentCall),
      }),
    put: (key, body, call) =>
      write(state, {
        call: 'put',
        key,
        body,
        options: call,
        run: (sent, sentCall) => store.put(key, sent, sentCall),
      }),
    async close() {
      await state.late.settle();
      await store.close();
    },
    ...(replace === undefined
      ? {}
      : {
          replace: (key, body, ifVersion, call) =>
            write(state, {
              call: 'replace',
              key,
              body,
              options: call,
              run: (sent, sentCall) => replace.call(store, key, sent, ifVersion, sentCall),
            }),
        }),
  });
  return Object.assign(faulty, { settle: () => state.late.settle() });
}

const NOTHING = new Uint8Array(0);

async function write<T>(state: FaultState, { call, key, body, options, run }: WriteCall<T>): Promise<T> {
  const { fault, index } = await admit(state, { call, key, isReplayable: isReplayable(body) });
  if (fault?.kind !== 'late-write') return strike(fault, { call, key, run: () => run(body, options) });
  const bytes = await collect(body, options?.signal);
  // Without the caller's signal: the caller has long been told that it failed.
  state.late.add(index + fault.afterCalls, () => run(bytes, undefined));
  throw failure(fault, call, key);
}

async function read(state: FaultState, key: string, options: GetOptions | undefined): Promise<ObjectReading> {
  const { fault } = await admit(state, { call: 'get', key, isReplayable: true });
  const reading = await strike(fault?.kind === 'error-after' ? undefined : fault, {
    call: 'get',
    key,
    run: () => state.store.get(key, options),
  });
  if (fault?.kind === 'short-read') return { ...reading, body: cutShort(reading.body, fault.bytes) };
  if (fault?.kind !== 'error-after') return reading;
  await discard(reading.body);
  throw failure(fault, 'get', key);
}

async function perform<T>(state: FaultState, call: Call<T>): Promise<T> {
  const { fault } = await admit(state, { call: call.call, key: call.key, isReplayable: true });
  return strike(fault, call);
}

/** Counts the call and asks for its fault at once, in the order of calls; then lets due writes land. */
async function admit(
  state: FaultState,
  request: Omit<FaultRequest, 'index'>,
): Promise<{ fault: Fault | undefined; index: number }> {
  state.calls += 1;
  const index = state.calls;
  const fault = state.decide({ index, ...request });
  await state.late.land(index);
  return { fault, index };
}

async function strike<T>(fault: Fault | undefined, { call, key, run }: Call<T>): Promise<T> {
  if (fault === undefined || fault.kind === 'short-read') return run();
  if (fault.kind === 'error-after') await run();
  throw failure(fault, call, key);
}

function failure(fault: Fault, call: FaultyCall, key: string): Error {
  if ('error' in fault && fault.error !== undefined) return fault.error;
  return new StorageError(
    'UNAVAILABLE',
    `Expected an answer to ${call} of "${key}", got an injected fault (${fault.kind})`,
    { key },
  );
}

async function* cutShort(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = bytes;
  for await (const chunk of body) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
