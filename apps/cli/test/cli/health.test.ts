import { once } from 'node:events';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineIn, type Machine, parseLines } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

let machine: Machine;
let server: Server;

const configure = async (health: object): Promise<void> =>
  writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ health }));

const port = (): number => (server.address() as AddressInfo).port;
const checks = (): object[] => [
  { kind: 'disk', path: '.', warnPercent: 100, failPercent: 100 },
  { kind: 'tcp', port: port(), name: 'database', failures: 1, successes: 1, every: '1s' },
  { kind: 'backup', destinations: ['repository', { name: 'copy', maxAgeMs: 86_400_000 }], maxAgeMs: 3_600_000 },
];

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(join(machine.cwd, 'data'), { recursive: true });
  await writeFile(join(machine.cwd, 'data', 'a.txt'), 'a');
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await machine.run(['init']);
  await machine.run(['backup', 'create', 'data']);
  await cp(machine.repository, join(machine.cwd, 'copy'), { recursive: true });
  await configure({ checks: checks(), destinations: { copy: 'copy' } });
}, 240_000);

afterAll(async () => {
  server.close();
  await removeFolder(machine.root);
});

describe('holdfast health', () => {
  it('looks once at everything, backups at each destination too, and remembers it', async () => {
    const report = await machine.json('HealthReport', ['health']);
    expect(report).toMatchObject({ state: 'healthy', pending: [] });
    expect(report.checks.map(({ name, state }) => [name, state])).toEqual([
      [expect.stringMatching(/^disk /), 'healthy'],
      ['database', 'healthy'],
      ['backup repository, copy', 'healthy'],
    ]);
    expect(report.checks[2]?.message).toMatch(/^repository: .* old; copy: .* old$/);
    const { changes, uptime } = await machine.json('HealthHistory', ['health', 'history', 'database']);
    expect(changes).toMatchObject([{ check: 'database', to: 'healthy' }]);
    expect(uptime).toMatchObject([{ check: 'database', day: { knownPercent: 0, unknownMs: 86_400_000 } }]);
  });

  it('answers others, tells what fails and recovers, and ends in order', async () => {
    let step = 0;
    let address: string | undefined;
    const answers: Record<string, number> = {};
    const ask = async (name: string): Promise<void> => {
      answers[name] = (await fetch(`${address}/readyz`)).status;
      answers[`${name} alive`] = (await fetch(`${address}/healthz`)).status;
    };
    const closedPort = port();
    const { code, stdout, stderr } = await machine.run(['health', '--listen', '127.0.0.1:0', '--json'], {
      onStderr: (child, text) => {
        address ??= /answers at (\S+)\/readyz/.exec(text)?.[1];
        if (address === undefined || step > 0) return;
        step = 1;
        const until = async (name: string, status: number): Promise<void> => {
          for (let tries = 0; tries < 600 && answers[name] !== status; tries++) {
            await ask(name);
            await new Promise((done) => setTimeout(done, 100));
          }
        };
        void (async () => {
          await until('first', 200);
          server.close();
          await until('closed', 503);
          server = createServer((socket) => socket.destroy()).listen(closedPort, '127.0.0.1');
          await until('open', 200);
          child.kill('SIGTERM');
        })();
      },
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining('3 checks, kept in ')]);
    expect(answers).toEqual({
      first: 200,
      'first alive': 200,
      closed: 503,
      'closed alive': 200,
      open: 200,
      'open alive': 200,
    });
    const events = parseLines('HealthEvent', stdout);
    expect(events.map(({ name, details }) => [name, details['check']])).toEqual([
      ['health.failed', 'database'],
      ['health.recovered', 'database'],
    ]);
    const { uptime } = await machine.json('HealthHistory', ['health', 'history', 'database']);
    expect(uptime[0]?.day.downMs).toBeGreaterThan(0);
    expect(uptime[0]?.day.unknownMs).toBeGreaterThan(80_000_000);
  }, 240_000);

  it('ends with 1 when something is unhealthy, and says what to do', async () => {
    await configure({ checks: [{ kind: 'backup', destinations: ['repository'], maxAgeMs: 1 }] });
    const { code, stdout, stderr } = await machine.run(['health']);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/backup repository\s+unhealthy/)]);
    expect(stderr).toContain('Make a backup at repository first.');
  });

  it.each<readonly [string, object, readonly string[], string]>([
    ['no checks', {}, [], 'Expected checks, got none'],
    ['a kind that is none', { checks: [{ kind: 'dsk' }] }, [], 'Expected health.checks[0].kind to be one of disk'],
    [
      'an interval that is none',
      { checks: [{ kind: 'disk', every: 5 }] },
      [],
      'Expected a duration like 30s as health.checks[0].every, got 5',
    ],
    [
      'an address that is none',
      { checks: [{ kind: 'disk' }] },
      ['--listen', '8081'],
      'Expected an address, got "8081"',
    ],
    [
      'a destination that is none',
      { checks: [{ kind: 'backup', destinations: ['moon'], maxAgeMs: 1 }] },
      [],
      'Expected a destination of repository, got "moon"',
    ],
  ])('%s is told', async (_, health, args, message) => {
    await configure(health);
    const { code, stdout, stderr } = await machine.run(['health', ...args]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(message);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
