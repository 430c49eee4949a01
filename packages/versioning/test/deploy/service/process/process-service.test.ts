import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../../../../tooling/test-servers/free-port.ts';
import type { ServiceSpec } from '../../../../src/deploy/service/contract.ts';
import { checkSystem, type ProcessServiceOptions } from '../../../../src/deploy/service/process/options.ts';
import { processService } from '../../../../src/deploy/service/process/process-service.ts';
import { isThere } from '../../../../src/deploy/service/process/process-identity.ts';
import { openShop, release, type Shop } from '../fixtures/shop.ts';

interface Answer {
  readonly version: string;
  readonly pid: number;
}

const ask = async ({ options }: Shop, path = '/'): Promise<Answer> => {
  const response = await fetch(`http://127.0.0.1:${options.port}${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
};

const crash = async ({ options }: Shop): Promise<void> => {
  const response = await fetch(`http://127.0.0.1:${options.port}/crash`, { method: 'POST' });
  expect(response.status).toBe(502);
};

/** Windows can't ask a process to end. */
const onWindows = process.platform === 'win32';

describe.skipIf(onWindows)('a service of processes', () => {
  it('starts, answers at its port, and stops', async () => {
    const shop = await openShop();
    const service = shop.of('v1');
    expect((await service.status()).state).toBe('missing');
    expect((await service.plan('start')).map((action) => action.kind === 'own' && action.text)).toContain(
      `serve port ${shop.options.port}`,
    );
    await service.run('start');
    const { version, pid } = await ask(shop);
    expect(version).toBe('v1');
    expect(await service.status()).toMatchObject({ state: 'running', pids: [pid], restarts: 0 });
    await service.run('start');
    expect((await ask(shop)).pid).toBe(pid);
    await service.run('stop');
    await service.run('stop');
    expect(await service.status()).toMatchObject({ state: 'stopped', pids: [] });
    expect(isThere(pid)).toBe(false);
    await expect(fetch(`http://127.0.0.1:${shop.options.port}`)).rejects.toThrow();
    expect(readFileSync(shop.spec.stdout, 'utf8')).toBe('v1 begins\nv1 ends\n');
  });

  it('is started again when it ends, and requests wait for that', async () => {
    const shop = await openShop();
    const service = shop.of('v1');
    await service.run('start');
    const { pid } = await ask(shop);
    await crash(shop);
    const next = await ask(shop);
    expect(next.pid).not.toBe(pid);
    await expect
      .poll(() => service.status(), { timeout: 30_000 })
      .toMatchObject({ state: 'running', restarts: 1, pids: [next.pid] });
  });

  it('is restarted while requests wait', async () => {
    const shop = await openShop();
    await shop.of('v1').run('start');
    const restarted = shop.of('v2').run('restart');
    let version = '';
    while (version !== 'v2') ({ version } = await ask(shop));
    await restarted;
    expect(shop.starts().filter(isThere)).toHaveLength(1);
  });

  it('stays what it was when the new copy ends at once, and its last words are told', async () => {
    const shop = await openShop();
    await shop.of('v1').run('start');
    await expect(shop.of('v2', { APP_FAILS: '3' }).run('handOver')).rejects.toMatchObject({
      code: 'SERVICE_FAILED',
      message: expect.stringContaining('got one that ended with exit code 3'),
      hint: expect.stringContaining("v2 can't find its database"),
    });
    expect((await ask(shop)).version).toBe('v1');
    expect(shop.starts().filter(isThere)).toHaveLength(1);
    expect((await shop.of('v1').status()).detail).toBeUndefined();
  });

  it('stays what it was when the new copy does not become healthy in its time', async () => {
    const shop = await openShop();
    await shop.of('v1').run('start');
    const deaf = shop.of('v2', { APP_DEAF: 'yes' }, { health: { path: '/health', timeoutMs: 8000 } });
    await expect(deaf.run('handOver')).rejects.toThrow('got status 500 for /health for 8000 ms');
    expect((await ask(shop)).version).toBe('v1');
  });

  it('that is told to stop by a call that is aborted meanwhile keeps the old copy', async () => {
    const shop = await openShop();
    await shop.of('v1').run('start');
    const abort = new AbortController();
    const deaf = shop.of('v2', { APP_DEAF: 'yes' });
    const call = deaf.run('handOver', { signal: abort.signal });
    await expect.poll(() => shop.starts().length, { timeout: 20_000 }).toBe(2);
    abort.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect((await ask(shop)).version).toBe('v1');
    expect(shop.starts().filter(isThere)).toHaveLength(1);
  });

  it('that does not end when it is asked to is killed', async () => {
    const shop = await openShop();
    const spec = { ...shop.of('v1', { APP_DEAF: 'SIGTERM' }).spec, stopTimeoutMs: 300 };
    const service = processService(spec, { ...shop.options, health: {} });
    await service.run('start');
    await service.run('stop');
    expect(shop.starts().filter(isThere)).toEqual([]);
  });

  it('leaves nothing behind of what it has started', async () => {
    const shop = await openShop({ port: undefined, health: { settledMs: 300 } });
    const file = join(shop.folder, 'child');
    const program = `const { pid } = require('child_process').spawn('sleep', ['600']); require('fs').writeFileSync(${JSON.stringify(file)}, String(pid))`;
    const service = processService({ ...shop.spec, command: [process.execPath, '-e', program] }, shop.options);
    await service.run('start');
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8'), { timeout: 20_000 }).toMatch(/^\d+$/);
    const child = Number(readFileSync(file, 'utf8'));
    expect(isThere(child)).toBe(true);
    await service.run('stop');
    await expect.poll(() => isThere(child), { timeout: 20_000 }).toBe(false);
    expect(readdirSync(join(shop.options.state, 'tickets'))).toEqual([]);
  });

  it('changed by two calls at once is changed by one after the other', async () => {
    const shop = await openShop();
    await Promise.all(['v1', 'v2', 'v3'].map((version) => shop.of(version).run('handOver', { version })));
    expect(shop.starts()).toHaveLength(3);
    expect(shop.starts().filter(isThere)).toHaveLength(1);
  });

  it('goes on as the version that it was when it is started again after "current" was switched', async () => {
    const shop = await openShop();
    for (const version of ['1', '2'])
      writeFileSync(join(release(shop.folder, version), '.env'), `APP_VERSION=v${version}\n`);
    release(shop.folder, '1');
    const current = join(shop.folder, 'releases', 'current');
    const spec = { ...shop.spec, workingDirectory: current, environmentFile: join(current, '.env') };
    const service = processService(spec, shop.options);
    await service.run('start');
    release(shop.folder, '2');
    await crash(shop);
    expect((await ask(shop)).version).toBe('v1');
    await service.run('handOver');
    expect((await ask(shop)).version).toBe('v2');
  });

  it('without an address is healthy when it has run for a while, and hands over, too', async () => {
    const shop = await openShop({ port: undefined, health: { settledMs: 200 } });
    const worker = (version: string, end = '', settledMs = 200): ReturnType<Shop['of']> => {
      const { spec } = shop.of(version);
      const program = `require('fs').appendFileSync(process.env.APP_STARTS, process.pid + '\\n'); setInterval(() => {}, 1000);${end}`;
      return processService(
        { ...spec, command: [process.execPath, '-e', program] },
        {
          ...shop.options,
          health: { settledMs },
        },
      );
    };
    await worker('v1').run('start');
    await expect.poll(() => shop.starts().length, { timeout: 20_000 }).toBe(1);
    await worker('v2').run('handOver');
    await expect.poll(() => shop.starts().length, { timeout: 20_000 }).toBe(2);
    expect(shop.starts().map(isThere)).toEqual([false, true]);
    await expect(worker('v3', 'process.exit(0)', 30_000).run('handOver')).rejects.toThrow('ended with exit code 0');
    expect(shop.starts().map(isThere)).toEqual([false, true, false]);
  });

  it('gets nothing of the environment of whoever starts it but what programs need, and its file before its variables', async () => {
    process.env['SHOP_PASSWORD'] = 'hunter2';
    const shop = await openShop();
    const path = join(shop.folder, 'shop.env');
    writeFileSync(path, 'PORT=1\nAPP_VERSION="from the file"\n');
    // It is there at once, however busy the machine is.
    const command = ['sh', '-c', 'env > seen; exec sleep 600'] as const;
    const spec = { ...shop.of('v1').spec, command, environmentFile: path };
    const service = processService(spec, {
      ...shop.options,
      front: { command: ['true'] },
      health: { timeoutMs: 2000 },
    });
    await expect(service.run('start')).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
    const lines = readFileSync(join(shop.folder, 'seen'), 'utf8').trimEnd().split('\n');
    const seen = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
    delete process.env['SHOP_PASSWORD'];
    expect(seen).not.toHaveProperty('SHOP_PASSWORD');
    expect(seen).toMatchObject({ APP_VERSION: 'from the file', PATH: process.env['PATH'] });
    expect(Number(seen['PORT'])).toBeGreaterThan(1);
  });

  it('whose program is not there says so', async () => {
    const shop = await openShop();
    const service = processService({ ...shop.spec, command: ['no-such-program'] }, shop.options);
    await expect(service.run('start')).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
  });

  it('whose state can not be written says so', async () => {
    const shop = await openShop();
    const file = join(shop.folder, 'file');
    writeFileSync(file, '');
    const service = processService({ ...shop.spec, stdout: join(file, 'out.log') }, shop.options);
    await expect(service.run('start')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });

  it('whose port is taken says so', async () => {
    const other = await openShop();
    await other.of('v1').run('start');
    const shop = await openShop({ port: other.options.port });
    await expect(shop.of('v1').run('start')).rejects.toThrow('EADDRINUSE');
  });

  it('of another user is not started', async () => {
    const shop = await openShop();
    const service = processService({ ...shop.spec, user: 'nobody-at-all' }, shop.options);
    await expect(service.run('start')).rejects.toMatchObject({ code: 'SERVICE_NOT_PERMITTED' });
    await processService({ ...shop.spec, user: userInfo().username }, shop.options).run('install');
    expect(existsSync(shop.options.state)).toBe(true);
  });

  it('with another group is not started, as it would have that of this process', async () => {
    const shop = await openShop();
    const service = processService({ ...shop.spec, group: 'nobody-at-all' }, shop.options);
    await expect(service.run('start')).rejects.toMatchObject({
      code: 'SERVICE_NOT_PERMITTED',
      message: expect.stringMatching(/group "nobody-at-all", while this process runs with "[^"]+"/) as string,
    });
    const mine = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
    for (const group of [mine, String(process.getegid?.())]) {
      await processService({ ...shop.spec, group }, shop.options).run('install');
    }
  });

  it.each<[string, Partial<ProcessServiceOptions>]>([
    ['a relative folder', { state: 'state' }],
    ['a port out of range', { port: 70_000 }],
    ['a port and a socket', { port: 80, socket: '/run/shop.sock' }],
    ['a range of one port', { port: 80, portRange: [3000, 3000] }],
    ['a folder too long for sockets', { state: `/${'a'.repeat(100)}`, socket: '/run/shop.sock' }],
  ])('refuses %s', async (_, options) => {
    const shop = await openShop({ port: undefined });
    expect(() => processService(shop.spec, { ...shop.options, ...options })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }) as Error,
    );
  });
});

describe.skipIf(onWindows)('the address of a service', () => {
  /** Opens a connection that is no longer HTTP, and says something on it. */
  const upgrade = (port: number): Promise<(line: string) => Promise<string>> =>
    new Promise((resolve, reject) => {
      const asked = request({ port, headers: { Connection: 'Upgrade', Upgrade: 'websocket' } });
      asked.on('error', reject);
      asked.on('upgrade', (_, socket) => {
        resolve(
          (line) =>
            new Promise((answered) => {
              if (socket.destroyed) answered('closed');
              socket.once('data', (piece: Buffer) => answered(piece.toString()));
              socket.once('close', () => answered('closed'));
              socket.write(line);
            }),
        );
      });
      asked.end();
    });

  it('passes WebSockets through, which stay with their copy until they end or its time is over', async () => {
    const shop = await openShop({ drainMs: 6000 });
    await shop.of('v1').run('start');
    const say = await upgrade(shop.options.port as number);
    expect(await say('hello')).toBe('v1 hello');
    const handedOver = shop.of('v2').run('handOver');
    while ((await ask(shop)).version !== 'v2');
    expect(await say('still there?')).toBe('v1 still there?');
    await handedOver;
    expect(await say('and now?')).toBe('closed');
    expect(await (await upgrade(shop.options.port as number))('hello')).toBe('v2 hello');
  });

  it('waits for slow answers of the old copy', async () => {
    const shop = await openShop();
    await shop.of('v1').run('start');
    const slow = ask(shop, '/?ms=1500');
    await shop.of('v2').run('handOver');
    expect((await slow).version).toBe('v1');
  });

  it('can be one of connections instead of requests', async () => {
    const shop = await openShop({ front: 'tcp' });
    await shop.of('v1').run('start');
    expect((await ask(shop)).version).toBe('v1');
    const old = connect(shop.options.port as number, '127.0.0.1').setEncoding('utf8');
    const handedOver = shop.of('v2').run('handOver');
    await expect
      .poll(
        async () =>
          (await fetch(`http://127.0.0.1:${shop.options.port}/`, { headers: { connection: 'close' } })).text(),
        { timeout: 20_000 },
      )
      .toContain('"v2"');
    const answer = new Promise<string>((resolve) => void old.once('data', resolve));
    old.write('GET /old HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n');
    expect(await answer).toContain('"v1"');
    await handedOver;
  });

  it('can be a socket', async () => {
    const shop = await openShop({ port: undefined });
    const socketPath = join(shop.folder, 'shop.sock');
    const at = (version: string): ReturnType<Shop['of']> => shop.of(version, {}, { socket: socketPath });
    const version = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const asked = request({ socketPath, path: '/' }, (response) => {
          response.setEncoding('utf8').once('data', (text: string) => resolve((JSON.parse(text) as Answer).version));
        });
        asked.on('error', reject).end();
      });
    await at('v1').run('start');
    expect(await version()).toBe('v1');
    await at('v2').run('handOver');
    expect(await version()).toBe('v2');
    await at('v2').run('stop');
  });

  it("can be somebody else's, who is told of each switch by a command", async () => {
    const shop = await openShop({ port: undefined });
    const log = join(shop.folder, 'told');
    const program = `require('fs').appendFileSync(${JSON.stringify(log)}, [process.env.PREVIOUS_PORT, process.env.PORT].join(' to ') + '\\n'); process.exit(process.env.VERSION === 'bad' ? 1 : 0)`;
    const options = { front: { command: [process.execPath, '-e', program] } } as const;
    await shop.of('v1', {}, options).run('start');
    await shop.of('v2', {}, options).run('handOver');
    const [first, second] = readFileSync(log, 'utf8').split('\n') as [string, string];
    expect(second.startsWith(`${first.slice(' to '.length)} to `)).toBe(true);
    const [pid] = (await shop.of('v2', {}, options).status()).pids;
    await expect(shop.of('v3', {}, options).run('handOver', { version: 'bad' })).rejects.toThrow('exit code 1');
    expect((await shop.of('v2', {}, options).status()).pids).toEqual([pid]);
  });

  it('can be its own, so that a hand-over restarts it', async () => {
    const port = await freePort();
    const shop = await openShop({ port, front: 'none' });
    await shop.of('v1').run('start');
    const { pid } = await ask(shop);
    await shop.of('v2').run('handOver');
    expect((await ask(shop)).version).toBe('v2');
    expect(isThere(pid)).toBe(false);
  });

  it('can become another one', async () => {
    const shop = await openShop();
    await shop.of('v1').run('start');
    const { pid } = await ask(shop);
    const port = await freePort();
    await shop.of('v1', {}, { port }).run('start');
    expect((await ask({ ...shop, options: { ...shop.options, port } })).pid).toBe(pid);
  });
});

describe('on Windows', () => {
  it('there is no such service', () => {
    expect(() => checkSystem({ name: 'shop' } as ServiceSpec, 'win32')).toThrow(
      expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }) as Error,
    );
  });
});
