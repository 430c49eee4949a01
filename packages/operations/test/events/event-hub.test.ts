import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import { expect, onTestFinished, test } from 'vitest';
import {
  createEventHub,
  type EventBook,
  memoryEventBook,
  type OperationEvent,
  storedEventBook,
} from '../../src/index.ts';

const AT = Date.UTC(2026, 2, 1, 12);
const clock = { now: (): number => AT };

async function eventsOf(book: EventBook): Promise<OperationEvent[]> {
  const events: OperationEvent[] = [];
  for await (const event of book.read()) events.push(event);
  return events;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-hub-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  return folder;
}

test('what a repository tells is in the book: whose it is, who did it, and how bad it is', async () => {
  const book = memoryEventBook();
  const hub = createEventHub({ book, clock, principal: 'ann', host: 'web-1' });
  const folder = await newFolder();
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'a'), 'x');
  const { repository } = await createRepository({
    store: memoryStore(),
    passphrase: 'a long passphrase',
    cacheDirectory: join(folder, 'cache'),
    clock: clock.now,
    onEvent: hub.listeners.repository,
  });
  await using open = repository;
  await open.backup({ tenant: 'hotel-a', paths: [join(folder, 'data')] });
  await open.backup({ tenant: 'hotel-a', paths: [join(folder, 'nothing')] }).catch(() => undefined);
  await expect(hub.flush()).resolves.toEqual({ waiting: 0, lost: 0 });
  const [created, backedUp, failed] = await eventsOf(book);
  expect(created).toMatchObject({ name: 'repository.created', level: 'info', principal: 'ann', host: 'web-1' });
  expect(backedUp).toMatchObject({ name: 'backup.created', tenant: 'hotel-a', details: { kind: 'full', bytes: 1 } });
  expect(failed).toMatchObject({ name: 'backup.failed', level: 'error', details: { code: 'PATH_FAILED' } });
  expect(backedUp?.at).toBe('2026-03-01T12:00:00.000Z');
});

test('a deploy is one event with its end, its time and what stopped it; its steps are none', async () => {
  const book = memoryEventBook();
  const { listeners, flush } = createEventHub({ book, clock, principal: 'ann' });
  listeners.deployer({ kind: 'step.begun', version: '1.1.0', step: 'stage' });
  const step = {
    step: 'post-checks',
    outcome: 'failed',
    at: '2026-03-01T11:59:00Z',
    ms: 5,
    detail: 'answers 500',
  } as const;
  listeners.deployer({
    kind: 'deploy.failed',
    version: '1.1.0',
    by: 'bob',
    deployment: {
      id: 'd1',
      kind: 'deploy',
      version: '1.1.0',
      channel: 'prod',
      strategy: 'direct',
      outcome: 'rolled-back',
      by: 'bob',
      startedAt: '2026-03-01T11:58:00Z',
      ms: 60_000,
      steps: [step],
      migrations: 0,
    },
  });
  await flush();
  await expect(eventsOf(book)).resolves.toMatchObject([
    {
      name: 'deploy.failed',
      level: 'error',
      principal: 'bob',
      details: { durationMs: 60_000, stopped: { step: 'post-checks', detail: 'answers 500' } },
    },
  ]);
});

test('runs of a schedule belong to the tenant in the name of their job, and one that was not whole is a warning', async () => {
  const book = memoryEventBook();
  const { listeners, flush } = createEventHub({ book, clock });
  const run = { job: 'backup/hotel-a', slotMs: AT, durationMs: 5, error: undefined, details: {} };
  listeners.scheduler({ ...run, type: 'run.finished', outcome: 'partial' });
  listeners.scheduler({ ...run, type: 'run.finished', outcome: 'ok' });
  listeners.scheduler({ type: 'schedule.failed', job: 'verify', error: { code: 'X', message: 'no answer' } });
  await flush();
  const events = await eventsOf(book);
  expect(events.map(({ level, tenant }) => [level, tenant])).toEqual([
    ['warn', 'hotel-a'],
    ['info', 'hotel-a'],
    ['error', undefined],
  ]);
});

test('a book that is away is told of, gets the events later and in order, and no listener hears of that', async () => {
  const kept: string[] = [];
  let isAway = true;
  const book: EventBook = {
    append: async ({ name }) => {
      if (isAway) throw new Error('no space left');
      kept.push(name);
    },
    read: async function* () {},
  };
  const errors: unknown[] = [];
  const hub = createEventHub({ book, clock, maxWaiting: 3, onError: (error) => errors.push(error) });
  const heard: string[] = [];
  const end = hub.subscribe(({ name }) => heard.push(name));
  hub.subscribe(() => {
    throw new Error('a listener');
  });
  for (const name of ['a.done', 'b.done', 'c.done', 'd.done']) hub.tell({ name, details: {} });
  await expect(hub.flush()).resolves.toEqual({ waiting: 3, lost: 1 });
  isAway = false;
  end();
  hub.tell({ name: 'e.done', details: {} });
  await expect(hub.flush()).resolves.toEqual({ waiting: 0, lost: 2 });
  expect(kept).toEqual(['a.done', 'd.done', 'e.done']);
  expect(heard).toEqual(['a.done', 'b.done', 'c.done', 'd.done']);
  expect(errors.map(String)).toContain('Error: no space left');
  expect(errors.map(String)).toContain('Error: a listener');
});

test('an event that a book can never take is told of and given up; those after it are kept', async () => {
  const errors: unknown[] = [];
  const book = storedEventBook(memoryStore());
  const hub = createEventHub({ book, clock, onError: (error) => errors.push(error) });
  hub.tell({ name: 'backup.failed', details: { problems: 'x'.repeat(300_000) } });
  hub.tell({ name: 'drill.failed', details: {} });
  await expect(hub.flush()).resolves.toEqual({ waiting: 0, lost: 1 });
  expect(errors).toMatchObject([{ code: 'INVALID_OPTION' }]);
  expect((await eventsOf(book)).map(({ name }) => name)).toEqual(['drill.failed']);
});
