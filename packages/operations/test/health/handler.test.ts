import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Check, CheckOutcome } from '@x/versioning/deploy';
import { expect, onTestFinished, test } from 'vitest';
import { createHealth, type Health, healthHandler, type HealthHandlerOptions } from '../../src/health/index.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

async function serving(
  health: Health,
  options?: HealthHandlerOptions,
): Promise<(path: string, method?: string) => Promise<Response>> {
  const answer = healthHandler(health, options);
  const server: Server = createServer((request, response) => {
    if (!answer(request, response)) response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async (path, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });
}

test('/readyz says whether what it stands on is there, /healthz whether it looks', async () => {
  let outcome: CheckOutcome = 'ok';
  const check: Check = {
    name: 'db',
    kind: 'own',
    run: async () => ({ name: 'db', kind: 'own', outcome, found: 'secret.internal:5432', ms: 1, attempts: 1 }),
  };
  const clock = new VirtualClock('2026-03-01T00:00:00Z');
  const health = createHealth({ checks: [check], clock, everyMs: 1000, timeoutMs: 1000, failures: 1, successes: 1 });
  const ask = await serving(health);
  expect((await ask('/healthz')).status).toBe(503);
  expect(await (await ask('/readyz')).json()).toMatchObject({ state: 'unknown', pending: ['db'] });
  health.start();
  await clock.pass(2000);
  expect((await ask('/healthz')).status).toBe(200);
  const ready = await ask('/readyz?verbose');
  expect([ready.status, ready.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(await ready.text()).not.toContain('secret');
  outcome = 'warn';
  await clock.pass(1000);
  expect((await ask('/readyz')).status).toBe(200);
  outcome = 'fail';
  await clock.pass(1000);
  expect((await ask('/readyz')).status).toBe(503);
  expect((await ask('/healthz')).status).toBe(200);
  expect(await (await ask('/readyz', 'HEAD')).text()).toBe('');
  expect((await ask('/readyz', 'POST')).status).toBe(405);
  expect((await ask('/other')).status).toBe(404);
  const open = await serving(health, { details: true });
  expect(await (await open('/readyz')).text()).toContain('secret.internal');
  await health.stop();
  expect((await ask('/healthz')).status).toBe(503);
});
