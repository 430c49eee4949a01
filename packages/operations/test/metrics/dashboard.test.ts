import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { type BackupFact, dashboard, type DashboardQuestion, type DeployFact } from '../../src/metrics/index.ts';
import type { OperationEvent } from '../../src/index.ts';
import { DAY, HOUR, idOf, iso, NOW } from '../fixtures/drill-facts.ts';

const nothing: DashboardQuestion = { events: [], snapshots: [], releases: [], deploys: [], storage: [], nowMs: NOW };

const backup = (over: Partial<BackupFact> = {}): BackupFact => ({
  id: idOf(),
  tenant: 'shop',
  kind: 'incremental',
  madeMs: NOW - HOUR,
  durationMs: 2000,
  bytes: 1000,
  ...over,
});

const event = (name: string, over: Partial<OperationEvent> = {}): OperationEvent => ({
  at: iso(NOW - HOUR),
  name,
  level: 'info',
  tenant: 'shop',
  details: {},
  ...over,
});

/** What dashboards of others are built on: names, and types of values. */
type Shape = { readonly [key: string]: Shape | string };
const shapeOf = (value: unknown): Shape | string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return { '[]': value.length === 0 ? 'empty' : shapeOf(value[0]) };
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]));
};

const backups = {
  total_count: 'number',
  last_24h: 'number',
  failed_count: 'number',
  avg_duration_ms: 'number',
  avg_size_bytes: 'number',
  last_success: 'string',
  last_failure: 'string',
};
const restores = {
  total_count: 'number',
  success_count: 'number',
  failed_count: 'number',
  success_rate: 'number',
  avg_ttr_ms: 'number',
  last_restore: 'string',
};
const releases = {
  total_count: 'number',
  active_version: 'string',
  rollback_count: 'number',
  last_deploy: 'string',
  last_rollback: 'string',
};

const deploys: readonly DeployFact[] = [
  { id: 'a', kind: 'deploy', version: '1.0.0', outcome: 'succeeded', startedAt: iso(NOW - 3 * DAY) },
  { id: 'b', kind: 'deploy', version: '1.1.0', outcome: 'succeeded', startedAt: iso(NOW - 2 * DAY) },
  { id: 'c', kind: 'rollback', version: '1.0.0', outcome: 'succeeded', startedAt: iso(NOW - DAY) },
  { id: 'd', kind: 'deploy', version: '1.2.0', outcome: 'rolled-back', startedAt: iso(NOW - HOUR), wayBack: { ms: 9 } },
  { id: 'e', kind: 'deploy', version: '1.3.0', outcome: 'running', startedAt: iso(NOW) },
];

const full: DashboardQuestion = {
  ...nothing,
  snapshots: [backup({ id: idOf(1) })],
  events: [
    event('backup.failed', { details: { code: 'SOURCE_FAILED' } }),
    event('restore.finished', { details: { snapshot: idOf(1), status: 'ok', bytesWritten: 1000, durationMs: 500 } }),
  ],
  releases: [{ version: '1.0.0' }, { version: '1.1.0' }, { version: '1.1.0' }],
  deploys,
  storage: [
    {
      destination: '/backups',
      samples: Array.from({ length: 10 }, (_, n) => ({
        atMs: NOW - n * DAY,
        storedBytes: 1000 - n,
        freeBytes: 50 + n,
      })),
    },
  ],
};

it('its names and types are those that others count on, and where nothing is known there is null', () => {
  expect(shapeOf(dashboard(full))).toEqual({
    generated_at: 'string',
    tenant_backups: backups,
    restores,
    releases,
    storage: {
      total_bytes: 'number',
      destinations: {
        '[]': {
          destination: 'string',
          stored_bytes: 'number',
          free_bytes: 'number',
          samples: 'number',
          growth_bytes_per_day: 'number',
          growth_low: 'number',
          growth_high: 'number',
          full: { status: 'string', at: 'string', earliest: 'string', latest: 'string', reason: 'string' },
        },
      },
    },
    tenants: { '[]': { tenant: 'string', tenant_backups: backups, restores } },
  });
  expect(dashboard(nothing)).toEqual({
    generated_at: iso(NOW),
    tenant_backups: {
      total_count: 0,
      last_24h: 0,
      failed_count: 0,
      avg_duration_ms: null,
      avg_size_bytes: null,
      last_success: null,
      last_failure: null,
    },
    restores: {
      total_count: 0,
      success_count: 0,
      failed_count: 0,
      success_rate: null,
      avg_ttr_ms: null,
      last_restore: null,
    },
    releases: { total_count: 0, active_version: null, rollback_count: 0, last_deploy: null, last_rollback: null },
    storage: { total_bytes: null, destinations: [] },
    tenants: [],
  });
});

it('a snapshot and the event of its making are one backup, and checkpoints are none', () => {
  const snapshots = [backup({ id: idOf(1) }), backup({ id: idOf(2), kind: 'checkpoint' })];
  const events = [
    event('backup.created', { details: { snapshot: idOf(1) } }),
    event('backup.created', { details: { snapshot: idOf(2) } }),
    // Of one that is gone since, told twice.
    event('backup.created', { details: { snapshot: idOf(3), durationMs: 4000, bytes: 3000 }, at: iso(NOW - 2 * DAY) }),
    event('backup.created', { details: { snapshot: idOf(3), durationMs: 4000, bytes: 3000 }, at: iso(NOW - 2 * DAY) }),
    // A deploy tells of a backup that the engine has made.
    event('backup.created', { details: { backup: 'pre-deploy-1' } }),
    event('backup.failed', { details: { code: 'A' } }),
    event('backup.failed', { details: { code: 'A' } }),
    event('backup.failed', { details: { code: 'A', kind: 'checkpoint' } }),
    event('backup.created', { details: { snapshot: idOf(4), kind: 'checkpoint' } }),
  ];
  expect(dashboard({ ...nothing, snapshots, events }).tenant_backups).toEqual({
    total_count: 3,
    last_24h: 2,
    failed_count: 1,
    avg_duration_ms: 3000,
    avg_size_bytes: 2000,
    last_success: iso(NOW - HOUR),
    last_failure: iso(NOW - HOUR),
  });
});

it('a restore that lacks something has failed, drills are no restores, and a restore is of the tenant of its snapshot', () => {
  const restored = (status: string, at: number, more: object = {}) =>
    event('restore.finished', {
      tenant: undefined,
      at: iso(at),
      details: { snapshot: idOf(1), status, bytesWritten: 1, durationMs: 8, ...more },
    });
  const events = [restored('ok', NOW - HOUR, { trial: true }), restored('ok', NOW - 9), restored('partial', NOW)];
  const found = dashboard({ ...nothing, snapshots: [backup({ id: idOf(1) })], events });
  const expected = {
    total_count: 2,
    success_count: 1,
    failed_count: 1,
    success_rate: 0.5,
    avg_ttr_ms: 8,
    last_restore: iso(NOW),
  };
  expect(found.restores).toEqual(expected);
  expect(found.tenants).toMatchObject([{ tenant: 'shop', restores: expected }]);
});

it('what runs is what the latest deploy or rollback has left that succeeded', () => {
  expect(dashboard(full).releases).toEqual({
    total_count: 2,
    active_version: '1.0.0',
    rollback_count: 2,
    last_deploy: iso(NOW - 2 * DAY),
    last_rollback: iso(NOW - HOUR),
  });
});

test.each([
  [iso(NOW - DAY), 0],
  [iso(NOW - DAY + 1), 1],
  [iso(NOW), 1],
  [iso(NOW + 1), 0],
])('a failure at %s is %d of the last 24 hours', (at, count) => {
  expect(dashboard({ ...nothing, events: [event('backup.failed', { at })] }).tenant_backups.last_24h).toBe(count);
});

const told = fc.array(
  fc.record({
    name: fc.constantFrom('backup.created', 'backup.failed', 'restore.finished', 'restore.failed', 'access.denied'),
    tenant: fc.constantFrom('a', 'b', 'c'),
    snapshot: fc.integer({ min: 1, max: 6 }),
    hours: fc.nat(60),
    durationMs: fc.option(fc.nat(1000), { nil: undefined }),
  }),
  { maxLength: 20 },
);

const question = (facts: typeof told extends fc.Arbitrary<infer Facts> ? Facts : never): DashboardQuestion => ({
  ...nothing,
  snapshots: [1, 2, 3].map((n) =>
    backup({ id: idOf(n), tenant: ['a', 'b', 'c'][n - 1] ?? '', madeMs: NOW - n * HOUR }),
  ),
  // A snapshot has one tenant.
  events: facts.map(({ name, tenant, snapshot, hours, durationMs }) =>
    event(name, {
      tenant: name === 'backup.failed' ? tenant : (['a', 'b', 'c'][(snapshot - 1) % 3] ?? ''),
      at: iso(NOW - hours * HOUR),
      details: { snapshot: idOf(snapshot), status: 'ok', durationMs, code: 'X' },
    }),
  ),
});

it('law: counts add up over tenants, averages are of them, and nothing is NaN', () => {
  fc.assert(
    fc.property(told, (facts) => {
      const found = dashboard(question(facts));
      for (const key of ['total_count', 'last_24h', 'failed_count'] as const)
        expect(found.tenants.reduce((sum, each) => sum + each.tenant_backups[key], 0)).toBe(found.tenant_backups[key]);
      for (const key of ['total_count', 'success_count', 'failed_count'] as const)
        expect(found.tenants.reduce((sum, each) => sum + each.restores[key], 0)).toBe(found.restores[key]);
      expect(found.restores.success_count + found.restores.failed_count).toBe(found.restores.total_count);
      expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    }),
  );
});

it('law: the order of events does not matter, and to be told twice adds nothing', () => {
  fc.assert(
    fc.property(told, (facts) => {
      const asked = question(facts);
      const found = dashboard(asked);
      expect(
        dashboard({ ...asked, events: asked.events.toReversed(), snapshots: asked.snapshots.toReversed() }),
      ).toEqual(found);
      expect(dashboard({ ...asked, events: [...asked.events, ...asked.events] })).toEqual(found);
    }),
  );
});
