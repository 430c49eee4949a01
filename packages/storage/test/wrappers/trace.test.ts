import { expect, test } from 'vitest';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { readObject } from '../../src/reading.ts';
import { withFaults } from '../../src/wrappers/faults.ts';
import { withRetry } from '../../src/wrappers/retry.ts';
import { withTrace } from '../../src/wrappers/trace.ts';
import type { TraceEvent } from '../../src/wrappers/trace.ts';
import { conforms } from '../conformance.ts';
import { bytes, failureOf, stream } from '../expectations.ts';

conforms('withTrace', async () => withTrace(memoryStore(), { onEvent: () => undefined }), {
  largeBytes: 2 ** 21,
  manyKeys: 300,
});

function traced(inner = memoryStore()): { store: ReturnType<typeof withTrace>; events: TraceEvent[] } {
  const events: TraceEvent[] = [];
  let now = 0;
  const store = withTrace(inner, { onEvent: (event) => events.push(event), clock: () => (now += 5) });
  return { store, events };
}

test('each call is told once, with its bytes and its time', async () => {
  const { store, events } = traced();
  await store.createIfAbsent('a', bytes('hello'));
  await store.put('b', stream('he', 'llo!'));
  await store.replace?.('b', () => stream('x'), 'none');
  await readObject(store, 'a', { range: { start: 1, end: 3 } });
  await store.stat('a');
  await store.list('a');
  await store.delete('a');
  const ok = { ms: 5, outcome: 'ok' };
  expect(events).toEqual([
    { call: 'createIfAbsent', key: 'a', bytes: 5, ...ok },
    { call: 'put', key: 'b', bytes: 6, ...ok },
    { call: 'replace', key: 'b', bytes: 1, ...ok },
    { call: 'get', key: 'a', bytes: 0, ...ok },
    { call: 'read', key: 'a', bytes: 2, ...ok },
    { call: 'stat', key: 'a', bytes: 0, ...ok },
    { call: 'list', key: 'a', bytes: 0, ...ok },
    { call: 'delete', key: 'a', bytes: 0, ...ok },
  ]);
});

test('a failure is told with its code, one that is not ours without', async () => {
  const { store, events } = traced();
  await failureOf(store.get('nothing'), 'NOT_FOUND');
  await expect(store.stat('a', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  expect(events).toEqual([
    { call: 'get', key: 'nothing', bytes: 0, ms: 5, outcome: 'failed', code: 'NOT_FOUND' },
    { call: 'stat', key: 'a', bytes: 0, ms: 5, outcome: 'failed' },
  ]);
});

test('a body left early has ended, and one that breaks has failed', async () => {
  const { store, events } = traced();
  await store.createIfAbsent('a', bytes('hello'));
  for await (const chunk of (await store.get('a')).body) if (chunk.length > 0) break;
  expect(events.at(-1)).toEqual({ call: 'read', key: 'a', bytes: 5, ms: 5, outcome: 'ok' });
  const abort = new AbortController();
  const { body } = await store.get('a', { signal: abort.signal });
  abort.abort(new Error('no'));
  await expect(body[Symbol.asyncIterator]().next()).rejects.toThrow('no');
  expect(events.at(-1)).toMatchObject({ call: 'read', outcome: 'failed' });
});

test('below a retry, each attempt is told, and bodies can still be sent again', async () => {
  const faulty = withFaults(memoryStore(), {
    decide: ({ index }) => (index < 3 ? { kind: 'error-after' } : undefined),
  });
  const { store, events } = traced(faulty);
  const persistent = withRetry(store, { sleep: async () => undefined });
  expect((await persistent.createIfAbsent('a', () => stream('he', 'llo'))).created).toBe(true);
  expect(events.map(({ call, bytes: count, outcome }) => [call, count, outcome])).toEqual([
    ['createIfAbsent', 5, 'failed'],
    ['createIfAbsent', 5, 'failed'],
    ['createIfAbsent', 5, 'ok'],
    ['get', 0, 'ok'],
    ['read', 5, 'ok'],
  ]);
});
