import { expect, test } from 'vitest';
import { type EventQuery, memoryEventBook, type OperationEvent } from '../../src/index.ts';

const event = (at: string, over: Partial<OperationEvent> = {}): OperationEvent => ({
  at,
  name: 'backup.created',
  level: 'info',
  details: {},
  ...over,
});

test('a book gives events in the order of their times, and only those that are wanted', async () => {
  const book = memoryEventBook([event('2026-03-02T00:00:00Z', { tenant: 'a' })]);
  await book.append(event('2026-03-01T00:00:00Z', { tenant: 'a' }));
  await book.append(event('2026-03-03T00:00:00Z', { tenant: 'b', name: 'backup.failed' }));
  const times = async (query?: EventQuery): Promise<string[]> => {
    const days: string[] = [];
    for await (const { at } of book.read(query)) days.push(at.slice(8, 10));
    return days;
  };
  await expect(times()).resolves.toEqual(['01', '02', '03']);
  await expect(times({ tenant: 'a' })).resolves.toEqual(['01', '02']);
  await expect(times({ names: ['backup.failed'] })).resolves.toEqual(['03']);
  await expect(times({ fromMs: Date.UTC(2026, 2, 2), toMs: Date.UTC(2026, 2, 3) })).resolves.toEqual(['02']);
});
