import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogs } from '@x/logging';
import { expect, onTestFinished, test } from 'vitest';
import { type EventBook, memoryEventBook, type OperationEvent } from '../../src/index.ts';

test('the audit log is a book of events: it gives what the one in memory gives', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'events-'));
  onTestFinished(async () => rm(directory, { recursive: true }));
  await using logs = await openLogs({ directory });
  const books: readonly EventBook[] = [logs.audit, logs.audit.as('scheduler'), memoryEventBook()];
  const [audit, own, memory] = books;
  const events: readonly OperationEvent[] = [
    {
      at: '2026-03-02T00:00:00.000Z',
      name: 'backup.created',
      level: 'info',
      tenant: 'a',
      principal: 'ada',
      host: 'web-1',
      details: { bytes: 5 },
    },
    {
      at: '2026-03-01T00:00:00.000Z',
      name: 'backup.failed',
      level: 'error',
      tenant: 'a',
      principal: 'ada',
      host: 'web-1',
      details: {},
    },
    {
      at: '2026-03-03T00:00:00.000Z',
      name: 'deploy.rolledBack',
      level: 'warn',
      principal: 'ada',
      host: 'web-1',
      details: { to: ['1.0.0'] },
    },
  ];
  for (const event of events) for (const book of [audit, memory]) await book?.append(event);
  const read = async (book: EventBook | undefined, query = {}): Promise<OperationEvent[]> => {
    const found: OperationEvent[] = [];
    for await (const event of book?.read(query) ?? []) found.push(event);
    return found;
  };
  for (const query of [
    {},
    { tenant: 'a' },
    { names: ['backup.failed', 'deploy.rolledBack'] },
    { fromMs: Date.UTC(2026, 2, 2), toMs: Date.UTC(2026, 2, 3) },
  ]) {
    expect(await read(audit, query)).toEqual(await read(memory, query));
  }
  await own?.append({ at: '2026-03-04T00:00:00.000Z', name: 'backup.created', level: 'info', details: {} });
  expect((await read(audit)).at(-1)).toMatchObject({ name: 'backup.created', principal: 'scheduler' });
  expect(await logs.audit.verify()).toMatchObject({ ok: true, records: 4 });
});
