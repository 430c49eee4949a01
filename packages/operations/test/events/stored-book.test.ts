import { memoryStore, StorageError } from '@x/storage';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type EventBook,
  type EventQuery,
  memoryEventBook,
  type OperationEvent,
  storedEventBook,
} from '../../src/index.ts';

const event = (n: number, over: Partial<OperationEvent> = {}): OperationEvent => ({
  at: `2026-03-0${n}T00:00:00.000Z`,
  name: 'drill.finished',
  level: 'info',
  details: { n },
  ...over,
});

const all = async (book: EventBook, query?: EventQuery): Promise<OperationEvent[]> => {
  const events: OperationEvent[] = [];
  for await (const each of book.read(query)) events.push(each);
  return events;
};

it('a book in a store keeps events for whoever opens it next, and several may write to it', async () => {
  const store = memoryStore();
  const [one, two] = [storedEventBook(store), storedEventBook(store)];
  await one.append(event(3, { name: 'drill.failed', level: 'error' }));
  await Promise.all([one.append(event(1, { tenant: 'a' })), two.append(event(1, { tenant: 'b' }))]);
  // What somebody has damaged is passed over.
  for (const [n, text] of [
    '{',
    'null',
    '{"at":"x"}',
    '{"at":"2026-03-01T00:00:00Z","name":"a","level":"info"}',
  ].entries())
    await store.createIfAbsent(`events/20260302t000000.000z-${n}`, new TextEncoder().encode(text));
  await store.createIfAbsent('events/notes', new TextEncoder().encode('not one'));
  const read = storedEventBook(store);
  const found = await all(read);
  expect(found.map(({ tenant }) => tenant)).toEqual([expect.any(String), expect.any(String), undefined]);
  expect(found[2]).toEqual(event(3, { name: 'drill.failed', level: 'error' }));
  await expect(all(read, { tenant: 'b' })).resolves.toEqual([event(1, { tenant: 'b' })]);
  await expect(all(read, { names: ['drill.failed'] })).resolves.toHaveLength(1);
});

it('law: a question about some time reads what is of that time, in its order, also of many', async () => {
  const moments = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 40 });
  const range = fc.tuple(fc.option(fc.nat(51), { nil: undefined }), fc.option(fc.nat(51), { nil: undefined }));
  await fc.assert(
    fc.asyncProperty(moments, range, async (days, [from, to]) => {
      const store = memoryStore();
      const [stored, memory] = [storedEventBook(store), memoryEventBook()];
      const msOf = (day: number | undefined): number | undefined =>
        day === undefined ? undefined : Date.UTC(2026, 0, day);
      for (const day of days) {
        const one = event(1, { at: new Date(Date.UTC(2026, 0, day)).toISOString() });
        await stored.append(one);
        await memory.append(one);
      }
      const query = { fromMs: msOf(from), toMs: msOf(to) };
      await expect(all(stored, query)).resolves.toEqual(await all(memory, query));
    }),
    { numRuns: 30 },
  );
});

it('what was read is not read again, and what does not answer now is no event that is not there', async () => {
  const store = memoryStore();
  await storedEventBook(store).append(event(1));
  let reads = 0;
  let isDown = true;
  const get: typeof store.get = async (key, options) => {
    reads++;
    if (isDown) throw new StorageError('UNAVAILABLE', 'it does not answer', { retryable: true });
    return await store.get(key, options);
  };
  const book = storedEventBook({ ...store, get });
  await expect(all(book)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  isDown = false;
  await expect(all(book)).resolves.toHaveLength(1);
  await expect(all(book)).resolves.toHaveLength(1);
  expect(reads).toBe(2);
});

it('an event of any length, or without a time, is not written', async () => {
  await expect(storedEventBook(memoryStore()).append(event(1, { at: 'noon' }))).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
  const long = event(1, { details: { text: 'x'.repeat(300_000) } });
  await expect(storedEventBook(memoryStore()).append(long)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

it('what one process tells within a millisecond is read in the order in which it was told', async () => {
  const book = storedEventBook(memoryStore());
  for (let n = 0; n < 20; n++) await book.append(event(1, { details: { n } }));
  expect((await all(book)).map(({ details }) => details['n'])).toEqual(Array.from({ length: 20 }, (_, n) => n));
});
