import type { Span } from '../byte-range.ts';
import type { CallOptions, ObjectReading, ObjectStore } from '../contract.ts';
import { StorageError } from '../errors.ts';

/** Runs a call until it succeeds, fails for good, or was tried often enough. */
export type Persist = <T>(call: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

/** What is needed to go on with a body that broke off. */
export interface ResumeOptions extends CallOptions {
  /** What the body should hold. */
  readonly span: Span;
  readonly persist: Persist;
}

/** The body of `reading`; when it breaks off, by an error or an early end, it goes on with a read of the rest. */
export async function* resumedBody(
  store: ObjectStore,
  reading: ObjectReading,
  { span, persist, signal }: ResumeOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let iterator = reading.body[Symbol.asyncIterator]();
  let position = span.start;
  const step = async (): Promise<IteratorResult<Uint8Array, unknown>> => {
    const result = await iterator.next();
    if (result.done === true && position < span.end) throw brokenOff(reading.key, position, span);
    return result;
  };
  const resume = async (): Promise<IteratorResult<Uint8Array, unknown>> => {
    iterator = (await rest(store, reading, { start: position, end: span.end }, signal)).body[Symbol.asyncIterator]();
    return step();
  };
  let isBroken = false;
  try {
    for (;;) {
      const result = await persist(async () => {
        const next = isBroken ? resume : step;
        isBroken = true;
        const done = await next();
        isBroken = false;
        return done;
      }, signal);
      if (result.done === true) return;
      position += result.value.length;
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Bytes of two different objects must not be joined. */
async function rest(
  store: ObjectStore,
  reading: ObjectReading,
  range: Span,
  signal: AbortSignal | undefined,
): Promise<ObjectReading> {
  const again = await store.get(reading.key, { range, signal });
  if (again.version === reading.version) return again;
  throw new StorageError(
    'IO_FAILED',
    `Expected "${reading.key}" as it was when its reading began, got another object`,
    {
      key: reading.key,
      hint: 'read it again from the start',
    },
  );
}

function brokenOff(key: string, position: number, { start, end }: Span): StorageError {
  return new StorageError('SHORT_READ', `Expected ${end - start} bytes of "${key}", got ${position - start}`, { key });
}
