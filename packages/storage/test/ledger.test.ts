import { expect, test } from 'vitest';
import type { ObjectStore } from '../src/contract.ts';
import { fsStore } from '../src/fs/fs-store.ts';
import { ledger } from '../src/ledger.ts';
import type { Ledger } from '../src/ledger.ts';
import { memoryStore } from '../src/memory/memory-store.ts';
import { withFaults } from '../src/wrappers/faults.ts';
import type { Fault } from '../src/wrappers/faults.ts';
import { bytes, failureOf, gather, keysOf, text } from './expectations.ts';
import { tempFolder } from './temp-folder.ts';

async function contents(book: Ledger, from?: number): Promise<[number, string][]> {
  return (await gather(book.entries({ from }))).map(({ n, body }) => [n, text(body)]);
}

/** A memory store in which the call of that number goes wrong. */
function faultyAt(index: number, fault: Fault, store: ObjectStore = memoryStore()): ObjectStore {
  return withFaults(store, { decide: (request) => (request.index === index ? fault : undefined) });
}

test('entries are numbered from 1, and the newest is the state', async () => {
  const book = ledger(memoryStore(), 'config/head');
  expect(await book.latest()).toBeUndefined();
  expect(await book.append(bytes('first'))).toBe(1);
  expect(await book.append(bytes('second'))).toBe(2);
  expect(await book.latest()).toEqual({ n: 2, body: bytes('second') });
  expect(text(await book.read(1))).toBe('first');
  expect(await contents(book)).toEqual([
    [1, 'first'],
    [2, 'second'],
  ]);
});

test('keys are padded, so their order is that of the numbers', async () => {
  const store = memoryStore();
  const book = ledger(store, 'log');
  for (let n = 1; n <= 12; n += 1) await book.append(bytes(`entry ${n}`));
  const keys = await keysOf(store);
  expect(keys[0]).toBe('log/000000000001');
  expect(keys[11]).toBe('log/000000000012');
  expect(await contents(book, 11)).toEqual([
    [11, 'entry 11'],
    [12, 'entry 12'],
  ]);
  expect(await contents(book, 13)).toEqual([]);
});

test('of all who append at one number, one wins', async () => {
  const store = fsStore(await tempFolder(), { durable: false });
  const wins = await Promise.all(
    Array.from({ length: 16 }, (_, writer) => ledger(store, 'log').appendAt(1, bytes(`writer ${writer}`))),
  );
  expect(wins.filter((won) => won)).toHaveLength(1);
  expect(text(await ledger(store, 'log').read(1))).toBe(`writer ${wins.indexOf(true)}`);
});

test('appends at the same time all get in, each with a number of its own', async () => {
  const store = fsStore(await tempFolder(), { durable: false });
  const numbers = await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => ledger(store, 'log').append(bytes(`writer ${writer}`))),
  );
  expect(numbers.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  const entries = await contents(ledger(store, 'log'));
  for (const [writer, n] of numbers.entries()) expect(entries[n - 1]).toEqual([n, `writer ${writer}`]);
});

test('an append that loses every race gives up with LEDGER_CONFLICT', async () => {
  const store = memoryStore();
  const book = ledger({ ...store, createIfAbsent: async () => ({ created: false }) }, 'log', { maxAttempts: 3 });
  expect(await failureOf(book.append(bytes('x')), 'LEDGER_CONFLICT')).toMatchObject({ retryable: true });
});

test('an append whose answer was lost recognises its own entry', async () => {
  const book = ledger(faultyAt(2, { kind: 'error-after' }), 'log');
  expect(await book.append(bytes('mine'))).toBe(1);
  expect(await contents(book)).toEqual([[1, 'mine']]);
});

test('an append that failed without effect says so, and leaves no entry', async () => {
  const store = memoryStore();
  const book = ledger(faultyAt(2, { kind: 'error-before' }, store), 'log');
  await failureOf(book.append(bytes('mine')), 'UNAVAILABLE');
  expect(await contents(book)).toEqual([]);
});

test("after a failure, another writer's entry is not taken for our own", async () => {
  const store = memoryStore();
  await ledger(store, 'log').append(bytes('theirs'));
  const book = ledger(faultyAt(1, { kind: 'error-before' }, store), 'log');
  await failureOf(book.appendAt(1, bytes('mine')), 'UNAVAILABLE');
  expect(await book.appendAt(1, bytes('mine'))).toBe(false);
});

test('a ledger sees what others append, and what lies beside it is no entry', async () => {
  const store = memoryStore();
  const ours = ledger(store, 'log');
  await ours.append(bytes('ours'));
  await ledger(store, 'log').append(bytes('theirs'));
  await store.put('log/readme', bytes('no entry'));
  await store.put('log/000000000009x', bytes('no entry'));
  await store.put('log-other/000000000007', bytes('another ledger'));
  expect((await ours.latest())?.n).toBe(2);
  expect(await ours.append(bytes('ours again'))).toBe(3);
  expect((await contents(ours)).map(([n]) => n)).toEqual([1, 2, 3]);
});

test('an entry larger than the limit is not read', async () => {
  const store = memoryStore();
  await ledger(store, 'log').append(new Uint8Array(100));
  await failureOf(ledger(store, 'log', { maxBytes: 99 }).latest(), 'TOO_LARGE');
});

test('names and numbers are checked', async () => {
  const store = memoryStore();
  expect(() => ledger(store, 'Log')).toThrow(expect.objectContaining({ code: 'INVALID_KEY' }));
  expect(() => ledger(store, 'l'.repeat(188))).toThrow(expect.objectContaining({ code: 'INVALID_KEY' }));
  const book = ledger(store, 'l'.repeat(187));
  for (const n of [0, -1, 1.5, 10 ** 12]) await failureOf(book.appendAt(n, bytes('x')), 'INVALID_ARGUMENT');
  expect(await book.appendAt(10 ** 12 - 1, bytes('last'))).toBe(true);
  await failureOf(book.append(bytes('beyond')), 'INVALID_ARGUMENT');
  await failureOf(book.read(3), 'NOT_FOUND');
});
