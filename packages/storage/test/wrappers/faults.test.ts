import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../src/contract.ts';
import { memoryStore } from '../../src/memory/memory-store.ts';
import { readAll, readObject } from '../../src/reading.ts';
import { withFaults } from '../../src/wrappers/faults.ts';
import type { Fault, FaultyStore } from '../../src/wrappers/faults.ts';
import { seededFaults } from '../../src/wrappers/seeded-faults.ts';
import { conforms } from '../conformance.ts';
import { bytes, failureOf, keysOf, stream, text } from '../expectations.ts';

conforms('withFaults without any', async () => withFaults(memoryStore(), { decide: () => undefined }), {
  largeBytes: 2 ** 21,
  manyKeys: 300,
});

/** A store of which the first call has a fault. */
function firstCall(fault: Fault): { store: FaultyStore; inner: ObjectStore } {
  const inner = memoryStore();
  return { store: withFaults(inner, { decide: ({ index }) => (index === 1 ? fault : undefined) }), inner };
}

test('an error before the call leaves no effect', async () => {
  const { store, inner } = firstCall({ kind: 'error-before' });
  await failureOf(store.createIfAbsent('a', bytes('x')), 'UNAVAILABLE');
  expect(await inner.stat('a')).toBeUndefined();
});

test('an error after the call hides an effect that is there', async () => {
  const { store, inner } = firstCall({ kind: 'error-after' });
  await failureOf(store.createIfAbsent('a', bytes('x')), 'UNAVAILABLE');
  expect((await inner.stat('a'))?.size).toBe(1);
});

test('a fault may bring its own error', async () => {
  const error = new Error('cut off');
  for (const kind of ['error-before', 'error-after'] as const) {
    const { store } = firstCall({ kind, error });
    await expect(store.list('')).rejects.toBe(error);
  }
});

test.each([0, 1, 3, 5, 9])('a short read ends after %d bytes without an error', async (length) => {
  const { store, inner } = firstCall({ kind: 'short-read', bytes: length });
  await inner.createIfAbsent('a', bytes('hello'));
  const reading = await store.get('a');
  expect(reading.size).toBe(5);
  expect(text(await readAll(reading.body))).toBe('hello'.slice(0, length));
  expect(text(await readObject(store, 'a'))).toBe('hello');
});

test('a lost answer to a get is an error', async () => {
  const { store, inner } = firstCall({ kind: 'error-after' });
  await inner.createIfAbsent('a', bytes('hello'));
  await failureOf(store.get('a'), 'UNAVAILABLE');
});

describe('a late write', () => {
  test('lands before the call it is due at, over whatever happened meanwhile', async () => {
    const { store, inner } = firstCall({ kind: 'late-write', afterCalls: 3 });
    await failureOf(store.createIfAbsent('a', stream('la', 'te')), 'UNAVAILABLE');
    expect(await store.stat('a')).toBeUndefined();
    await store.delete('a');
    expect(await inner.stat('a')).toBeUndefined();
    expect((await store.stat('a'))?.size).toBe(4);
  });

  test('loses against a create that came first', async () => {
    const { store, inner } = firstCall({ kind: 'late-write', afterCalls: 9 });
    await failureOf(store.createIfAbsent('a', bytes('late')), 'UNAVAILABLE');
    expect((await store.createIfAbsent('a', bytes('in time'))).created).toBe(true);
    await store.settle();
    expect(text(await readObject(inner, 'a'))).toBe('in time');
  });

  test('may be a put, a replace or a delete, and lands at close at the latest', async () => {
    const inner = memoryStore();
    await inner.put('replaced', bytes('old'));
    await inner.put('deleted', bytes('old'));
    const store = withFaults(inner, { decide: () => ({ kind: 'late-write', afterCalls: 99 }) });
    const version = (await inner.stat('replaced'))?.version ?? '';
    await failureOf(store.put('put', bytes('new')), 'UNAVAILABLE');
    await failureOf(store.replace?.('replaced', bytes('new'), version) ?? Promise.resolve(), 'UNAVAILABLE');
    await failureOf(store.delete('deleted'), 'UNAVAILABLE');
    await failureOf(store.stat('put'), 'UNAVAILABLE');
    await store.close();
    expect(await keysOf(inner)).toEqual(['put', 'replaced']);
    expect(text(await readObject(inner, 'replaced'))).toBe('new');
  });

  test('lands although its caller aborts after the failure', async () => {
    const { store, inner } = firstCall({ kind: 'late-write', afterCalls: 1 });
    const abort = new AbortController();
    await failureOf(store.createIfAbsent('a', bytes('late'), { signal: abort.signal }), 'UNAVAILABLE');
    abort.abort();
    await store.settle();
    expect((await inner.stat('a'))?.size).toBe(4);
  });
});

describe('seeded faults', () => {
  async function run(seed: number): Promise<{ failures: number[]; kinds: Set<string> }> {
    const failures: number[] = [];
    const kinds = new Set<string>();
    const seeded = seededFaults({ seed, rate: 0.3 });
    const store = withFaults(memoryStore(), {
      decide(request) {
        const fault = seeded(request);
        if (fault !== undefined) kinds.add(fault.kind);
        return fault;
      },
    });
    for (let index = 0; index < 200; index += 1) {
      await store.createIfAbsent(`k/${index}`, bytes('x')).catch(() => failures.push(index));
    }
    return { failures, kinds };
  }

  test('are the same for the same seed, and others for another', async () => {
    expect(await run(1)).toEqual(await run(1));
    expect((await run(1)).failures).not.toEqual((await run(2)).failures);
    expect((await run(1)).kinds.size).toBe(4);
  });

  test('come as often as told, of the kinds told, where told', () => {
    const request = { index: 1, call: 'get', key: 'a', isReplayable: true } as const;
    const decide = seededFaults({ seed: 5, rate: 0.25, kinds: ['error-before'] });
    const faults = Array.from({ length: 4000 }, () => decide(request)).filter((fault) => fault !== undefined);
    expect(faults.length).toBeGreaterThan(850);
    expect(faults.length).toBeLessThan(1150);
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['error-before']));
    const never = seededFaults({ seed: 5, rate: 1, accepts: ({ call }) => call !== 'get' });
    expect(never(request)).toBeUndefined();
  });
});
