import { monotonicClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Body, ObjectStore } from '../contract.ts';
import { isStorageError } from '../errors.ts';
import type { StorageErrorCode } from '../errors.ts';
import { counted, countedBody } from './counted-body.ts';
import { delegate } from './delegate.ts';

/** The calls of a store; `read` is the body of a `get`. */
export type TracedCall = 'createIfAbsent' | 'get' | 'read' | 'stat' | 'list' | 'delete' | 'put' | 'replace';

/** One call that has ended. */
export interface TraceEvent {
  readonly call: TracedCall;
  /** The key; for `list` the prefix. */
  readonly key: string;
  /** Bytes sent or received in bodies; for `get` 0, its bytes are in the `read` that follows. */
  readonly bytes: number;
  readonly ms: number;
  readonly outcome: 'ok' | 'failed';
  /** The code of a failure; absent when it was none of this package, such as an abort. */
  readonly code?: StorageErrorCode | undefined;
}

/** Options of {@link withTrace}. */
export interface TraceOptions {
  /** Called once for each call, when it has ended; a body that is left early has ended too. */
  readonly onEvent: (event: TraceEvent) => void;
  readonly clock?: Clock | undefined;
}

/**
 * Tells of every call: what, which key, how many bytes, how long.
 *
 * @example
 * ```ts
 * import { memoryStore, withTrace } from '@x/storage';
 *
 * const store = withTrace(memoryStore(), { onEvent: ({ call, key, ms }) => console.error(call, key, ms) });
 * ```
 */
export function withTrace(store: ObjectStore, options: TraceOptions): ObjectStore {
  const { replace } = store;
  const traced = <T>(call: TracedCall, key: string, run: () => Promise<T>): Promise<T> =>
    conclude(startTrace(options, call, key), run);
  const send = <T>(call: TracedCall, key: string, { body, write }: Sending<T>): Promise<T> => {
    const trace = startTrace(options, call, key);
    return conclude(trace, () => write(countedBody(body, trace.count)));
  };
  return delegate(store, {
    createIfAbsent: (key, body, call) =>
      send('createIfAbsent', key, { body, write: (sent) => store.createIfAbsent(key, sent, call) }),
    async get(key, call) {
      const reading = await traced('get', key, () => store.get(key, call));
      return { ...reading, body: tracedBody(reading.body, startTrace(options, 'read', key)) };
    },
    stat: (key, call) => traced('stat', key, () => store.stat(key, call)),
    list: (prefix, call) => traced('list', prefix, () => store.list(prefix, call)),
    delete: (key, call) => traced('delete', key, () => store.delete(key, call)),
    put: (key, body, call) => send('put', key, { body, write: (sent) => store.put(key, sent, call) }),
    ...(replace === undefined
      ? {}
      : {
          replace: (key, body, ifVersion, call) =>
            send('replace', key, { body, write: (sent) => replace.call(store, key, sent, ifVersion, call) }),
        }),
  });
}

interface Sending<T> {
  readonly body: Body;
  readonly write: (body: Body) => Promise<T>;
}

/** A call that runs. The first of `succeed` and `fail` ends it. */
interface RunningTrace {
  readonly count: (bytes: number) => void;
  readonly succeed: () => void;
  readonly fail: (error: unknown) => void;
}

function startTrace({ onEvent, clock = monotonicClock }: TraceOptions, call: TracedCall, key: string): RunningTrace {
  const started = clock();
  let bytes = 0;
  let hasEnded = false;
  const end = (result: Pick<TraceEvent, 'outcome' | 'code'>): void => {
    if (hasEnded) return;
    hasEnded = true;
    onEvent({ call, key, bytes, ms: clock() - started, ...result });
  };
  return {
    count: (more) => (bytes += more),
    succeed: () => end({ outcome: 'ok' }),
    fail: (error) => end({ outcome: 'failed', ...(isStorageError(error) ? { code: error.code } : {}) }),
  };
}

async function conclude<T>(trace: RunningTrace, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run();
    trace.succeed();
    return result;
  } catch (error) {
    trace.fail(error);
    throw error;
  }
}

async function* tracedBody(
  body: AsyncIterable<Uint8Array>,
  trace: RunningTrace,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* counted(body, trace.count);
  } catch (error) {
    trace.fail(error);
    throw error;
  } finally {
    trace.succeed();
  }
}
