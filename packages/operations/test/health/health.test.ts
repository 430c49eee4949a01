import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { listAll, memoryStore, type ObjectStore } from '@x/storage';
import { backupFreshCheck, type Check, type CheckOutcome, diskCheck, tcpCheck } from '@x/versioning/deploy';
import { expect, test } from 'vitest';
import { createHealth, type Health, type HealthOptions, readHealth } from '../../src/health/index.ts';
import type { OperationEvent } from '../../src/index.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A check that says what it is told. */
function told(name: string): Check & { outcome: CheckOutcome; looks: number } {
  const check = {
    name,
    kind: 'own',
    outcome: 'ok' as CheckOutcome,
    looks: 0,
    run: async () => {
      check.looks++;
      const { outcome } = check;
      return { name, kind: 'own', outcome, found: `it is ${outcome}`, ms: 1, attempts: 1 };
    },
  };
  return check;
}

function made(options: Partial<HealthOptions> & Pick<HealthOptions, 'checks'>): {
  health: Health;
  clock: VirtualClock;
  events: OperationEvent[];
} {
  const clock = (options.clock as VirtualClock | undefined) ?? new VirtualClock('2026-03-01T00:00:00Z');
  const events: OperationEvent[] = [];
  const health = createHealth({
    everyMs: MINUTE,
    jitterMs: 0,
    by: 'one',
    clock,
    onEvent: (e) => events.push(e),
    ...options,
  });
  return { health, clock, events };
}

test('a check that fails often enough is told once, with when it began, and so is its recovery', async () => {
  const check = told('api');
  const { health, clock, events } = made({ checks: [check] });
  health.start();
  await clock.pass(5 * MINUTE);
  check.outcome = 'fail';
  await clock.pass(2 * MINUTE);
  expect(health.report()).toMatchObject({ state: 'healthy', latest: 'unhealthy' });
  await clock.pass(3 * MINUTE);
  expect(health.report().checks[0]).toMatchObject({ state: 'unhealthy', since: '2026-03-01T00:06:00.000Z' });
  check.outcome = 'ok';
  await clock.pass(5 * MINUTE);
  expect(events.map(({ name, at, level }) => [name, at, level])).toEqual([
    ['health.failed', '2026-03-01T00:06:00.000Z', 'error'],
    ['health.recovered', '2026-03-01T00:11:00.000Z', 'info'],
  ]);
  expect(events[0]?.details).toMatchObject({ check: 'api', from: 'healthy', to: 'unhealthy', message: 'it is fail' });
  await health.stop();
  const [changed] = await health.history({ limit: 1 });
  expect(changed).toMatchObject({ check: 'api', to: 'healthy', by: 'one', atMs: Date.parse('2026-03-01T00:11:00Z') });
  const [{ day } = { day: undefined }] = await health.uptime();
  expect(day).toMatchObject({ upMs: 10 * MINUTE, downMs: 5 * MINUTE, unknownMs: DAY - 15 * MINUTE });
});

test('a check that does not end delays no other, and has failed when its time is over', async () => {
  const check = told('quick');
  const slow: Check = { name: 'slow', kind: 'own', run: async () => new Promise(() => undefined) };
  const { health, clock } = made({ checks: [{ check: slow, timeoutMs: 1_000_000 }, check] });
  health.start();
  await clock.pass(10 * MINUTE);
  expect(check.looks).toBe(11);
  expect(health.report()).toMatchObject({ pending: ['slow'], checks: [{ name: 'quick', state: 'healthy' }] });
  await health.stop();
  const hasty = made({ checks: [{ check: slow, timeoutMs: 20 }, check] });
  expect(await hasty.health.check()).toMatchObject({
    state: 'unhealthy',
    checks: [{ name: 'slow', message: 'not ended within 20 ms' }, { name: 'quick' }],
  });
});

test('jitter spreads looks by no more than it says', async () => {
  const check = told('api');
  const { health, clock } = made({ checks: [check], everyMs: MINUTE, jitterMs: MINUTE / 2 });
  health.start();
  await clock.pass(100 * MINUTE);
  expect(check.looks).toBeGreaterThan(80);
  expect(check.looks).toBeLessThan(135);
  await health.stop();
});

test('a process that comes after goes on from there, and what was between is unknown', async () => {
  const store = memoryStore();
  const check = told('api');
  check.outcome = 'fail';
  const first = made({ checks: [check], store });
  first.health.start();
  await first.clock.pass(HOUR);
  await first.health.stop();
  first.clock.suspend(HOUR);
  const second = made({ checks: [check], store, clock: first.clock });
  second.health.start();
  await second.clock.pass(HOUR);
  await second.health.stop();
  expect(second.health.report().checks[0]?.since).toBe('2026-03-01T00:00:00.000Z');
  expect([first.events.length, second.events.length]).toEqual([1, 0]);
  const [{ day } = { day: undefined }] = await second.health.uptime();
  expect(day).toMatchObject({ upMs: 0, downMs: 2 * HOUR, percent: 0, unknownMs: 22 * HOUR });
});

test('looks of a scheduler count as far as they reach: every five minutes is a day that is known', async () => {
  const store = memoryStore();
  const clock = new VirtualClock('2026-03-01T00:00:00Z');
  for (let at = 0; at <= DAY; at += 5 * MINUTE) {
    await made({ checks: [told('api')], store, clock, everyMs: 5 * MINUTE }).health.check();
    clock.suspend(5 * MINUTE);
  }
  clock.suspend(-5 * MINUTE);
  const [{ day } = { day: undefined }] = await made({ checks: [told('api')], store, clock }).health.uptime();
  expect(day).toMatchObject({ percent: 100, knownPercent: 100 });
});

test('a quarter is few objects, and says the same as when everything was there', async () => {
  const store = memoryStore();
  const clock = new VirtualClock('2026-01-01T00:00:00Z');
  const check = told('api');
  const { health } = made({ checks: [check], store, clock, everyMs: HOUR, markMs: 2 * HOUR, keepMs: 100 * DAY });
  health.start();
  for (let day = 0; day < 95; day++) {
    check.outcome = day % 10 === 4 ? 'fail' : 'ok';
    await clock.pass(DAY);
  }
  const [{ quarter } = { quarter: undefined }] = await health.uptime();
  await health.stop();
  let objects = 0;
  for await (const { key } of listAll(store, '')) objects += key === '' ? 0 : 1;
  expect(objects).toBeLessThan(140);
  // Nine days of the last ninety; each failure counts from its first look.
  expect(quarter?.knownPercent).toBeCloseTo(100, 5);
  expect((quarter?.downMs ?? 0) / HOUR).toBeGreaterThanOrEqual(9 * 24 - 1);
  expect((quarter?.downMs ?? 0) / HOUR).toBeLessThanOrEqual(9 * 24 + 1);
  const changes = await health.history({ fromMs: Date.UTC(2026, 0, 1) });
  // The first look, ten failures and nine recoveries.
  expect(changes).toHaveLength(20);
});

test('what is old is forgotten, and what can’t be read is unknown', async () => {
  const store = memoryStore();
  const clock = new VirtualClock('2026-01-01T00:00:00Z');
  const { health } = made({ checks: [told('api')], store, clock, everyMs: HOUR, markMs: 0, keepMs: 3 * DAY });
  health.start();
  await clock.pass(10 * DAY);
  await health.stop();
  const days = [];
  for await (const { key } of listAll(store, 'days/')) days.push(key.slice(5, 15));
  expect(days[0]).toBe('2026-01-08');
  for await (const { key } of listAll(store, ''))
    await store.put(key, new TextEncoder().encode('{"version":1,"atMs":1,"checks":[{"name":"x"}]}'));
  expect(await health.uptime()).toEqual([]);
});

test('a store that does not answer stops nobody: it is told once, and written later', async () => {
  const inner = memoryStore();
  let isDown = true;
  const store: ObjectStore = {
    ...inner,
    createIfAbsent: async (...call) => {
      if (isDown) throw new Error('no route to host');
      return inner.createIfAbsent(...call);
    },
  };
  const check = told('api');
  const { health, clock, events } = made({ checks: [check], store });
  health.start();
  await clock.pass(HOUR);
  isDown = false;
  await clock.pass(HOUR);
  await health.stop();
  expect(events.map(({ name, details }) => [name, details['message']])).toEqual([
    ['health.unrecorded', 'no route to host'],
  ]);
  const window = { fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 2, 1, 2) };
  const { checks, changes } = await readHealth(store, window);
  expect(checks[0]?.spans).toEqual([{ ...window, state: 'healthy' }]);
  expect(changes).toHaveLength(1);
});

test('a port that closes is unhealthy, and a disk and backups are looked at beside it', async () => {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const health = createHealth({
    checks: [
      tcpCheck({ port, name: 'db' }),
      diskCheck({ path: '.', warnPercent: 100, failPercent: 100 }),
      backupFreshCheck({
        destinations: ['here', { name: 'far', maxAgeMs: 2 * DAY }],
        latest: (name) => Date.now() - (name === 'far' ? 30 : 1) * HOUR,
        maxAgeMs: DAY,
      }),
    ],
    failures: 1,
  });
  expect(await health.check()).toMatchObject({ state: 'healthy', pending: [] });
  server.close();
  await once(server, 'close');
  const report = await health.check();
  expect(report.state).toBe('unhealthy');
  expect(report.checks.map(({ name, state }) => [name, state])).toEqual([
    ['db', 'unhealthy'],
    ['disk .', 'healthy'],
    ['backup here, far', 'healthy'],
  ]);
});

test.each<readonly [string, Partial<HealthOptions>]>([
  ['two checks of one name', { checks: [told('a'), told('a')] }],
  ['an interval that is none', { checks: [told('a')], everyMs: 0.5 }],
  ['no failures at all', { checks: [{ check: told('a'), failures: 0 }] }],
])('%s is refused', (_, options) => {
  expect(() => createHealth({ checks: [], ...options })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
