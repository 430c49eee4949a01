import { memoryStore } from '@x/storage';
import { expect, it } from 'vitest';
import { createAlerts, DEFAULT_RULES, diskEvents } from '../../src/alerts/index.ts';
import type { OperationEvent } from '../../src/index.ts';

const GIB = 1024 ** 3;
const alertsOf = (): ReturnType<typeof createAlerts> =>
  createAlerts({ store: memoryStore(), channels: [], host: 'm1' });
const openOf = async (alerts: ReturnType<typeof createAlerts>): Promise<string[]> =>
  (await alerts.list()).alerts
    .filter(({ status }) => status === 'open')
    .map(({ rule }) => rule)
    .toSorted();

it.each<[string, Partial<OperationEvent>, string, string]>([
  ['backup.failed', {}, 'backup-failed', 'backup.created'],
  ['restore.rolledBack', {}, 'restore-failed', 'restore.finished'],
  ['run.missed', { details: { job: 'nightly' } }, 'schedule-missed', 'run.finished'],
  ['run.givenUp', { details: { job: 'nightly' } }, 'schedule-failed', 'run.finished'],
  ['drill.failed', { details: { kind: 'database' } }, 'drill-failed', 'drill.finished'],
  ['health.failed', { details: { check: 'shop', message: 'no answer' } }, 'health-failed', 'health.recovered'],
  ['deploy.failed', {}, 'deploy-failed', 'rollback.succeeded'],
  ['repository.unreachable', {}, 'repository-unreachable', 'repository.reached'],
  ['ransomware.suspected', {}, 'ransomware-suspected', 'ransomware.released'],
])(
  '%s opens an alert without a word of configuration, and its good end resolves it',
  async (name, more, rule, good) => {
    const alerts = alertsOf();
    const event = {
      at: '2026-11-28T12:00:00Z',
      name,
      level: 'error',
      tenant: 'a',
      host: 'm1',
      details: {},
      ...more,
    } as const;
    await alerts.onEvent(event);
    expect(await openOf(alerts)).toEqual([rule]);
    await alerts.onEvent({ ...event, name: good, tenant: 'a' });
    expect(await openOf(alerts)).toEqual([]);
  },
);

it('a damaged log is an alert that nothing but a person resolves', async () => {
  const alerts = alertsOf();
  const event = { at: '2026-11-28T12:00:00Z', level: 'error', host: 'm1', details: { first: 'Entry 10' } } as const;
  await alerts.onEvent({ ...event, name: 'log.damaged' });
  await alerts.onEvent({ ...event, name: 'log.verified' });
  expect(await openOf(alerts)).toEqual(['log-damaged']);
});

it('a backup that was made is no alert', async () => {
  const alerts = alertsOf();
  await alerts.onEvent({
    at: '2026-11-28T12:00:00Z',
    name: 'backup.created',
    level: 'info',
    tenant: 'a',
    host: 'm1',
    details: {},
  });
  expect((await alerts.list()).alerts).toEqual([]);
});

it.each([
  ['half free', 500 * GIB, 1000 * GIB, []],
  ['under 10 %', 99 * GIB, 1000 * GIB, ['disk-low']],
  ['under 5 %', 49 * GIB, 1000 * GIB, ['disk-critical', 'disk-low']],
  ['under 1 GiB of a small disk', 0.9 * GIB, 4 * GIB, ['disk-low']],
  ['under 512 MiB of a small disk', 0.4 * GIB, 2 * GIB, ['disk-critical', 'disk-low']],
])('a disk that is %s', async (_what, freeBytes, totalBytes, expected) => {
  const alerts = alertsOf();
  const measure = async (destination: string) => Promise.resolve({ destination, freeBytes, totalBytes });
  for (const event of await diskEvents({ destinations: ['/backups'], nowMs: 0, host: 'm1', measure }))
    await alerts.onEvent(event);
  expect(await openOf(alerts)).toEqual(expected);
});

it('a disk at its bound opens one alert, not one at each look', async () => {
  const alerts = alertsOf();
  const look = async (percent: number): Promise<void> => {
    const measure = async (destination: string) =>
      Promise.resolve({ destination, freeBytes: percent * 10 * GIB, totalBytes: 1000 * GIB });
    for (const event of await diskEvents({ destinations: ['/backups'], nowMs: 0, host: 'm1', measure }))
      await alerts.onEvent(event);
  };
  for (const percent of [9.9, 10.1, 9.9, 10.5, 9.9]) await look(percent);
  expect((await alerts.list()).alerts).toMatchObject([{ status: 'open', count: 3 }]);
  await look(11.5);
  expect(await openOf(alerts)).toEqual([]);
});

it('the disks of this machine are measured, a bucket has none, and what can not be looked at is told', async () => {
  const events = await diskEvents({ destinations: ['/', '/not/there/yet', 's3://bucket/x', '/\0'], nowMs: 0 });
  expect(events.map(({ name, details }) => [name, details['destination']])).toEqual([
    ['disk.measured', '/'],
    ['disk.measured', '/not/there/yet'],
    ['disk.failed', '/\0'],
  ]);
  const { freeBytes, totalBytes, freePercent } = (events[0]?.details ?? {}) as Readonly<Record<string, number>>;
  expect(totalBytes).toBeGreaterThan(freeBytes ?? Number.NaN);
  expect(freePercent).toBeLessThanOrEqual(100);
});

it('rules have names of their own and channels of nobody', () => {
  expect(new Set(DEFAULT_RULES.map(({ name }) => name)).size).toBe(DEFAULT_RULES.length);
  expect(DEFAULT_RULES.filter(({ channels }) => channels !== undefined)).toEqual([]);
});
