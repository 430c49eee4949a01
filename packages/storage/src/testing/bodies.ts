import assert from 'node:assert/strict';
import type { Body, ObjectStore } from '../contract.ts';
import { patternBytes, textBytes } from './bytes.ts';
import { storeCase } from './conformance-case.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { holds, isFree, keysOf, rejectsAs, rejectsWith } from './expectations.ts';

const KiB = 1024;

/** What becomes of bodies that fail, hang, are aborted or are unusual. */
export const bodyCases: readonly ConformanceCase[] = [
  storeCase('a body may reuse its buffer and give empty chunks', async (store) => {
    const expected = patternBytes(500 * KiB);
    await store.createIfAbsent('reused', reusingBuffer(expected, 1000));
    await store.createIfAbsent('reused-large', reusingBuffer(expected, 100 * KiB));
    await holds(store, 'reused', expected);
    await holds(store, 'reused-large', expected);
  }),
  storeCase('a body that fails ends the call with its own error and leaves nothing', async (store) => {
    const failure = new Error('the source broke');
    for (const bytes of [0, 10, 400 * KiB]) {
      const source = endingIn(bytes, () => Promise.reject(failure));
      await rejectsAs(failure, () => store.createIfAbsent('a/failed', source.body));
      await isFree(store, 'a/failed');
      await store.delete('a/failed');
    }
  }),
  storeCase('a body that is not made of bytes is refused and leaves nothing', async (store) => {
    const stream = async function* (): AsyncGenerator {
      yield textBytes('fine');
      yield 'not bytes';
    };
    for (const body of [stream, stream(), 'text', 7, null]) {
      pretendIsBody(body);
      await rejectsWith('INVALID_ARGUMENT', () => store.createIfAbsent('texts', body));
    }
    await isFree(store, 'texts');
  }),
  storeCase(
    'an abort ends a create in the middle of its body, which is released, and leaves nothing',
    async (store) => {
      const abort = new AbortController();
      const reason = new Error('changed my mind');
      const source = endingIn(400 * KiB, async () => abort.abort(reason));
      await rejectsAs(reason, () => store.createIfAbsent('a/aborted', source.body, { signal: abort.signal }));
      await eventually(source.isReleased);
      await isFree(store, 'a/aborted');
    },
  ),
  storeCase('an abort ends a create whose body hangs', async (store) => {
    const abort = new AbortController();
    const reason = new Error('tired of waiting');
    const source = endingIn(10, async () => {
      abort.abort(reason);
      // Not for ever: a store that doesn't notice should fail here, not hang.
      await turns(1000);
    });
    await rejectsAs(reason, () => store.createIfAbsent('a/hung', source.body, { signal: abort.signal }));
    await isFree(store, 'a/hung');
  }),
  storeCase('a call with an aborted signal rejects with its reason and does nothing', async (store) => {
    const reason = new Error('too late');
    const options = { signal: AbortSignal.abort(reason) };
    await store.createIfAbsent('there', textBytes('x'));
    await rejectsAs(reason, () => store.createIfAbsent('new', textBytes('y'), options));
    await rejectsAs(reason, () => store.put('there', textBytes('y'), options));
    await rejectsAs(reason, () => store.get('there', options));
    await rejectsAs(reason, () => store.stat('there', options));
    await rejectsAs(reason, () => store.list('', options));
    await rejectsAs(reason, () => store.delete('there', options));
    assert.deepEqual(await keysOf(store), ['there']);
    await holds(store, 'there', textBytes('x'));
  }),
  storeCase('nobody sees an object whose body is still on its way', async (store) => {
    if (store.capabilities.atomicCreate) await seesNothingOfUnfinished(store);
  }),
];

async function seesNothingOfUnfinished(store: ObjectStore): Promise<void> {
  const bytes = patternBytes(300 * KiB);
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 200 * KiB);
    await rejectsWith('NOT_FOUND', () => store.get('growing'));
    assert.equal(await store.stat('growing'), undefined);
    assert.deepEqual(await keysOf(store), []);
    yield bytes.subarray(200 * KiB);
  };
  assert.equal((await store.createIfAbsent('growing', body())).created, true);
  await holds(store, 'growing', bytes);
}

/** Release may come a little after the answer: a body that wraps others passes it on from one to the next. */
async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !isTrue(); turn += 1) await turns(1);
  assert.ok(isTrue(), 'Expected the body to be released, got one that still waits');
}

/** Waits for some turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A body that does something after some bytes, and knows whether it was released. */
function endingIn(bytes: number, end: () => Promise<unknown>): { body: Body; isReleased: () => boolean } {
  let released = false;
  const body = async function* (): AsyncGenerator<Uint8Array> {
    try {
      if (bytes > 0) yield patternBytes(bytes);
      await end();
      yield textBytes('and more');
    } finally {
      released = true;
    }
  };
  return { body: body(), isReleased: () => released };
}

async function* reusingBuffer(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(chunkBytes);
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    const part = bytes.subarray(offset, offset + chunkBytes);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    yield buffer.subarray(0, 0);
    buffer.fill(0xff);
  }
}

/** Stands for a caller without types. */
function pretendIsBody(_value: unknown): asserts _value is Body {}
