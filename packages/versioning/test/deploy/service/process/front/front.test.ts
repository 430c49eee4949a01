import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../../../../../tooling/test-servers/free-port.ts';

const KEEPER = fileURLToPath(new URL('../../../../../src/deploy/service/process/keeper.ts', import.meta.url));

test.skipIf(process.platform === 'win32')('what can not be read for a moment changes nothing', async () => {
  const service = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'front-'));
  const port = await freePort();
  const wanted = {
    format: 1,
    instances: [{ id: 'a', address: { port: (service.address() as AddressInfo).port } }],
    active: 'a',
    front: { protocol: 'http', listen: { port, host: '127.0.0.1' }, holdMs: 1000 },
  };
  await writeFile(join(folder, 'wanted.json'), JSON.stringify(wanted));
  const child = spawn(process.execPath, [KEEPER, 'front', folder], { stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    service.closeAllConnections();
    service.close();
    await rm(folder, { recursive: true, force: true });
  });
  const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();
  while ((await ask().catch(() => '')) !== 'ok') await setTimeout(20);
  await writeFile(join(folder, 'wanted.json'), '{');
  // Longer than it takes until it looks again by itself.
  await setTimeout(700);
  expect(await ask()).toBe('ok');
  expect(child.exitCode).toBe(null);
});
