import { ledger, memoryStore } from '@x/storage';
import { expect, it } from 'vitest';
import { type EventQuery, type OperationEvent, storedEventBook } from '../../src/index.ts';

const event = (n: number, over: Partial<OperationEvent> = {}): OperationEvent => ({
  at: `2026-03-0${n}T00:00:00.000Z`,
  name: 'drill.finished',
  level: 'info',
  details: { n },
  ...over,
});

it('a book in a store keeps events for whoever opens it next, and several may write to it', async () => {
  const store = memoryStore();
  const [one, two] = [storedEventBook(store), storedEventBook(store)];
  await Promise.all([one.append(event(1, { tenant: 'a' })), two.append(event(1, { tenant: 'b' }))]);
  await one.append(event(3, { name: 'drill.failed', level: 'error' }));
  // What somebody has damaged is passed over.
  for (const text of ['{', 'null', '{"at":"x"}', '{"at":"2026-03-01T00:00:00Z","name":"a","level":"info"}'])
    await ledger(store, 'events').append(new TextEncoder().encode(text));
  const read = async (query?: EventQuery): Promise<OperationEvent[]> => {
    const events: OperationEvent[] = [];
    for await (const each of storedEventBook(store).read(query)) events.push(each);
    return events;
  };
  const all = await read();
  expect(all).toHaveLength(3);
  expect(all[2]).toEqual(event(3, { name: 'drill.failed', level: 'error' }));
  await expect(read({ tenant: 'b' })).resolves.toEqual([event(1, { tenant: 'b' })]);
  await expect(read({ names: ['drill.failed'] })).resolves.toHaveLength(1);
});

it('an event of any length is not written', async () => {
  const long = event(1, { details: { text: 'x'.repeat(300_000) } });
  await expect(storedEventBook(memoryStore()).append(long)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});
