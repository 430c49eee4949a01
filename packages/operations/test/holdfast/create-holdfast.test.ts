import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import { expect, onTestFinished, test } from 'vitest';
import { createHoldfast, type Holdfast, type HoldfastConfig, type OperationEvent } from '../../src/index.ts';
import { lastPeriod } from '../../src/report/index.ts';
import type { Channel } from '../../src/alerts/index.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

const PASSPHRASE = 'a long passphrase';
const DAY_MS = 86_400_000;

interface Place {
  readonly folder: string;
  readonly clock: VirtualClock;
  readonly open: (more?: Partial<HoldfastConfig>) => Promise<Holdfast>;
}

async function newPlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-whole-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new VirtualClock('2026-03-02T00:00:00Z');
  for (const hotel of ['rio', 'faro']) {
    mkdirSync(join(folder, hotel));
    writeFileSync(join(folder, hotel, 'bookings.json'), `bookings of ${hotel}`);
  }
  const store = memoryStore();
  const made = await createRepository({
    store,
    passphrase: PASSPHRASE,
    recoveryCode: false,
    clock: () => clock.now(),
    cacheDirectory: join(folder, 'cache'),
  });
  await made.repository.close();
  const state = memoryStore();
  const open = async (more: Partial<HoldfastConfig> = {}): Promise<Holdfast> => {
    const holdfast = await createHoldfast({
      state,
      repository: { store, unlock: { passphrase: PASSPHRASE }, cacheDirectory: join(folder, 'cache') },
      tenants: {
        rio: { backup: { paths: [join(folder, 'rio')] }, critical: true },
        faro: { backup: () => ({ paths: [join(folder, 'faro')] }) },
      },
      disks: { measure: async (destination) => ({ destination, freeBytes: 50e9, totalBytes: 100e9 }) },
      reports: { directory: join(folder, 'reports'), formats: ['json', 'html'] },
      schedule: { look: { everyMs: 6 * 3_600_000 } },
      host: 'web-1',
      principal: 'ann',
      clock,
      ...more,
    });
    onTestFinished(async () => holdfast.close());
    return holdfast;
  };
  return { folder, clock, open };
}

async function eventsOf({ book }: Holdfast): Promise<OperationEvent[]> {
  const events: OperationEvent[] = [];
  for await (const event of book.read()) events.push(event);
  return events;
}

/** Lets days go by: each run is waited for, as the virtual clock knows nothing of disks. */
async function live(holdfast: Holdfast, clock: VirtualClock, untilMs: number): Promise<void> {
  while (clock.now() < untilMs) {
    const { nextMs } = await holdfast.scheduler.look();
    await holdfast.scheduler.idle();
    const again = await holdfast.scheduler.look();
    await holdfast.scheduler.idle();
    if (again.started.length > 0) continue;
    await clock.pass(Math.max(1000, Math.min(again.nextMs ?? nextMs ?? untilMs, untilMs) - clock.now()));
  }
}

test('one configuration backs up, keeps, tries restores, measures and reports, by itself', async () => {
  const { folder, clock, open } = await newPlace();
  const holdfast = await open();
  const begin = clock.now();
  await live(holdfast, clock, begin + 9 * DAY_MS);
  const repository = await holdfast.repository();
  const ofRio = await repository.tenant('rio').snapshots();
  // The first ones are forgotten already.
  expect(ofRio.map(({ kind }) => kind)).toEqual([...Array<string>(5).fill('incremental'), 'full', 'incremental']);
  expect(ofRio.every(({ trigger, createdBy }) => trigger === 'scheduled' && createdBy === 'ann')).toBe(true);
  const board = await holdfast.dashboard();
  expect(board.tenant_backups).toMatchObject({ total_count: 18, failed_count: 0 });
  expect(board.storage.destinations[0]).toMatchObject({ free_bytes: 50e9 });
  const objectives = await holdfast.objectives();
  expect(
    objectives.filter(({ tenant }) => tenant === 'rio').map(({ objective, status }) => [objective, status]),
  ).toEqual([
    ['restore', 'met'],
    ['rto', 'met'],
    ['rpo-incremental', 'met'],
    ['rpo-full', 'met'],
  ]);
  const names = new Set((await eventsOf(holdfast)).map(({ name }) => name));
  for (const name of ['backup.created', 'drill.finished', 'run.finished', 'disk.measured', 'verify.finished'])
    expect(names).toContain(name);
  const reports = readdirSync(join(folder, 'reports'));
  expect(reports).toContain('daily-2026-03-09.html');
  expect(reports).toContain('weekly-2026-W10.json');
  const weekly = JSON.parse(readFileSync(join(folder, 'reports', 'weekly-2026-W10.json'), 'utf8')) as {
    readonly summary: readonly { readonly text: string }[];
  };
  expect(weekly.summary[0]?.text).toContain('14');
});

test('a backup that fails raises an alert, that is over when one works again, and both are in the book', async () => {
  const { folder, clock, open } = await newPlace();
  const taken: string[] = [];
  const channel: Channel = { name: 'ops', send: async ({ title }) => void taken.push(title) };
  const holdfast = await open({ alerts: { channels: [channel] } });
  rmSync(join(folder, 'faro'), { recursive: true });
  await live(holdfast, clock, clock.now() + 8 * 3_600_000);
  const { alerts } = await holdfast.alerts.list();
  expect(alerts.find(({ rule }) => rule === 'backup-failed')).toMatchObject({ tenant: 'faro', status: 'open' });
  expect(taken.join('\n')).toContain('faro');
  mkdirSync(join(folder, 'faro'));
  writeFileSync(join(folder, 'faro', 'bookings.json'), 'again');
  await live(holdfast, clock, clock.now() + DAY_MS);
  const after = await holdfast.alerts.list();
  expect(after.alerts.find(({ rule }) => rule === 'backup-failed')).toMatchObject({ status: 'resolved' });
  const told = (await eventsOf(holdfast)).map(({ name }) => name);
  expect(told).toEqual(expect.arrayContaining(['backup.failed', 'alert.opened', 'alert.resolved']));
});

test('somebody may do what their role says, and what is denied is in the book', async () => {
  const { open } = await newPlace();
  const holdfast = await open({ access: { users: { ben: { role: 'operator', tenants: ['rio'] }, eve: 'auditor' } } });
  await holdfast.backUp('rio', { note: 'by hand' });
  const [ofBen, ofEve] = [await holdfast.as('ben').repository(), await holdfast.as('eve').repository()];
  expect(await ofBen.tenant('rio').snapshots()).toMatchObject([{ note: 'by hand' }]);
  await expect(ofEve.forget({ snapshots: ['latest'], filter: { tenant: 'rio' } })).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
  });
  await expect(ofBen.backup({ tenant: 'faro', paths: ['/nowhere'] })).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  const denied = (await eventsOf(holdfast)).filter(({ name }) => name === 'access.denied');
  expect(denied.map(({ principal, tenant }) => [principal, tenant])).toEqual([
    ['eve', 'rio'],
    ['ben', 'faro'],
  ]);
});

test('what somebody does with models is in the book under their name', async () => {
  const { folder, clock, open } = await newPlace();
  const header = Buffer.from('{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(join(folder, 'prices.safetensors'), Buffer.concat([length, header, Buffer.alloc(4)]));
  const holdfast = await open({ models: {}, access: { users: { ben: 'operator' } } });
  const models = await holdfast.as('ben').models();
  await models.add('prices', join(folder, 'prices.safetensors'), { change: 'retrain' });
  await holdfast.hub.flush();
  const added = (await eventsOf(holdfast)).filter(({ name }) => name.startsWith('model.'));
  expect(added).toMatchObject([
    { name: 'model.added', principal: 'ben', at: new Date(clock.now()).toISOString(), details: { model: 'prices' } },
  ]);
});

test('what is not configured is said to be so, and a tenant that nobody knows is not backed up', async () => {
  const { open } = await newPlace();
  const holdfast = await open();
  expect(() => holdfast.releases()).toThrow(expect.objectContaining({ code: 'NOT_CONFIGURED' }));
  expect(() => holdfast.deployer()).toThrow(expect.objectContaining({ code: 'NOT_CONFIGURED' }));
  await expect(holdfast.flags()).rejects.toMatchObject({ code: 'NOT_CONFIGURED' });
  await expect(holdfast.models()).rejects.toMatchObject({ code: 'NOT_CONFIGURED' });
  await expect(holdfast.backUp('lisboa')).rejects.toMatchObject({ code: 'NOT_CONFIGURED' });
});

test('with logs the audit log is the book, and proves what it says', async () => {
  const { folder, open } = await newPlace();
  const holdfast = await open({ logs: { directory: join(folder, 'logs') } });
  await holdfast.backUp('rio');
  await holdfast.hub.flush();
  expect((await eventsOf(holdfast)).map(({ name }) => name)).toContain('backup.created');
  expect(await holdfast.logs?.audit.verify()).toMatchObject({ findings: [] });
});

test('before anything was backed up, all can be asked for, and nothing is said to be missed or to go', async () => {
  const { folder, clock, open } = await newPlace();
  mkdirSync(join(folder, 'reports'));
  writeFileSync(join(folder, 'reports', 'daily-2020-01-01.json'), '{}');
  const holdfast = await open();
  const report = await holdfast.report(lastPeriod({ kind: 'monthly', nowMs: clock.now(), timeZone: 'UTC' }));
  expect(report.unknown).toContain('No events are known.');
  expect(report.backups?.total).toMatchObject({ due: 56, missed: 0, unknown: 56 });
  const gone = { snapshots: { rio: [], faro: [] }, held: [], reports: ['daily-2020-01-01.json'] };
  expect(await holdfast.cleanUp({ dryRun: true })).toMatchObject({ dryRun: true, ...gone });
  expect(await holdfast.cleanUp()).toMatchObject(gone);
  expect(readdirSync(join(folder, 'reports'))).toEqual([]);
});

test('a report of a long time knows each of its many runs', async () => {
  const { clock, open } = await newPlace();
  const every = { everyMs: 1_800_000 };
  const holdfast = await open({
    tenants: {
      rio: { backup: { paths: [] }, timing: every, before: async () => Promise.reject(new Error('the hook')) },
    },
    schedule: { backup: null, prune: null, verify: null, drills: null, look: null, reports: null, clean: null },
  });
  await live(holdfast, clock, clock.now() + 2.5 * DAY_MS);
  const report = await holdfast.report(lastPeriod({ kind: 'daily', nowMs: clock.now() - DAY_MS, timeZone: 'UTC' }));
  expect(report.backups?.total).toMatchObject({ due: 48, failed: 47, missed: 0 });
});

test('the report of a week that ended while nothing ran is written when something runs again, and once', async () => {
  const { folder, clock, open } = await newPlace();
  const holdfast = await open({ tenants: {}, schedule: { look: null, prune: null, verify: null, drills: null } });
  await live(holdfast, clock, Date.parse('2026-03-06T12:00:00Z'));
  await clock.pass(4.5 * DAY_MS);
  await holdfast.scheduler.runNow('reports');
  const file = join(folder, 'reports', 'weekly-2026-W10.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ madeAt: expect.stringMatching(/^2026-03-11/) });
  writeFileSync(file, 'kept');
  await holdfast.scheduler.runNow('reports');
  expect(readFileSync(file, 'utf8')).toBe('kept');
});

test('people are told when the repository is away, too', async () => {
  const { open } = await newPlace();
  const taken: string[] = [];
  const channel: Channel = { name: 'ops', send: async ({ title }) => void taken.push(title) };
  const holdfast = await open({
    repository: { store: memoryStore(), unlock: { passphrase: PASSPHRASE } },
    disks: { measure: async (destination) => ({ destination, freeBytes: 1, totalBytes: 100e9 }) },
    alerts: { channels: [channel] },
  });
  await holdfast.alerts.onEvent({
    at: '2026-03-02T00:00:00.000Z',
    name: 'backup.failed',
    level: 'error',
    tenant: 'rio',
    details: { code: 'NO_SPACE' },
  });
  expect(await holdfast.scheduler.runNow('look')).toMatchObject({ outcome: 'failed' });
  expect(taken.join()).toContain('rio');
});

test('who closes waits for calls that have begun, may do so twice, and nothing is opened afterwards', async () => {
  const { folder, open } = await newPlace();
  const problems: unknown[] = [];
  const holdfast = await open({
    logs: { directory: join(folder, 'logs') },
    onProblem: (problem) => void problems.push(problem),
  });
  const backup = holdfast.backUp('rio');
  await Promise.all([holdfast.close(), holdfast.close()]);
  expect(await backup).toMatchObject({ status: 'ok' });
  await expect(holdfast.backUp('rio')).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(holdfast.repository()).rejects.toMatchObject({ code: 'CLOSED' });
  expect(problems).toEqual([]);
});
