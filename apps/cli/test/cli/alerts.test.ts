import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { machineIn, type Machine } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

const TOKEN = 'token-of-the-hook';
const me = userInfo().username;
let machine: Machine;
let server: Server;
let status = 200;
let posted: {
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}[] = [];
let url: string;

const configure = async (alerts: object, more: object = {}): Promise<void> =>
  writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ alerts, ...more }));
const HOOK = { ops: { type: 'webhook', urlFile: 'hook-url', secretEnv: 'HOOK_SECRET' } };
const LOW_DISK = {
  disk: {
    destinations: ['.'],
    warning: { percent: 0, bytes: Number.MAX_SAFE_INTEGER },
    critical: { percent: 0, bytes: 1 },
  },
};
const env = { HOOK_SECRET: 'swordfish' };

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(join(machine.cwd, 'data'), { recursive: true });
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Readonly<Record<string, unknown>>;
      posted.push({ path: request.url, headers: request.headers, body });
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${TOKEN}`;
  await writeFile(join(machine.cwd, 'hook-url'), `${url}\n`);
  await machine.run(['init']);
});
afterAll(async () => {
  server.close();
  await removeFolder(machine.root);
});
beforeEach(() => {
  posted = [];
  status = 200;
});

describe('holdfast alerts', () => {
  it('tells of a low disk by a webhook whose URL and secret stand in no configuration, once, and again when it is fixed', async () => {
    await configure({ channels: HOOK, ...LOW_DISK });
    expect(await machine.json('AlertsSent', ['alerts', 'check'], { env })).toMatchObject({
      sent: 1,
      failed: 0,
      left: 0,
    });
    expect(posted).toMatchObject([
      { path: `/${TOKEN}`, body: { kind: 'opened', rule: 'disk-low', severity: 'warning' } },
    ]);
    expect(posted[0]?.headers['x-holdfast-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(await machine.json('AlertsSent', ['alerts', 'check'], { env })).toMatchObject({ sent: 0 });
    const { alerts } = await machine.json('AlertList', ['alerts', 'list']);
    expect(alerts).toMatchObject([{ rule: 'disk-low', status: 'open', count: 2 }]);
    await configure({ channels: HOOK, disk: { ...LOW_DISK.disk, warning: { percent: 0, bytes: 1 } } });
    await machine.json('AlertsSent', ['alerts', 'check'], { env });
    expect(posted.at(-1)?.body).toMatchObject({ kind: 'resolved', rule: 'disk-low' });
    expect((await machine.run(['alerts', 'list'])).stderr).toContain('No alert is open.');
    expect((await machine.json('AlertList', ['alerts', 'list', '--all'])).alerts).toMatchObject([
      { status: 'resolved' },
    ]);
  });

  it('keeps what a channel did not take, says which is down and why without its address, and exits with 3', async () => {
    status = 503;
    await configure({ channels: HOOK, ...LOW_DISK });
    const { code, stdout, stderr } = await machine.run(['alerts', 'check'], { env });
    expect([code, stdout]).toEqual([3, '0 notices sent, 1 waiting\n']);
    const list = await machine.run(['alerts', 'list']);
    expect(list.stdout).toMatch(/^SEVERITY\s+STATUS\s+SINCE\s+SEEN\s+ALERT\s+WHAT\nwarning\s+open\s/);
    expect(list.stderr).toMatch(
      /Channel ops is down, and tried again at .*: Expected the webhook ops to answer with 2xx, got 503/,
    );
    expect(list.stderr).toContain('1 notice waiting for ops');
    expect(list.stdout + list.stderr + stderr).not.toContain(TOKEN);
    // Its time has not come yet.
    status = 200;
    expect(await machine.json('AlertsSent', ['alerts', 'send'], { env })).toMatchObject({
      sent: 0,
      failed: 0,
      left: 1,
    });
  });

  it('takes note of who looks after an alert, and of who says that it is over', async () => {
    const [alert] = (await machine.json('AlertList', ['alerts', 'list'])).alerts;
    const key = alert?.key ?? '';
    expect(await machine.json('Alert', ['alerts', 'ack', key, '--note', 'looking'])).toMatchObject({
      status: 'acknowledged',
      acknowledgedBy: me,
      note: 'looking',
    });
    expect(await machine.json('Alert', ['alerts', 'ack', key, '--resolve'])).toMatchObject({
      status: 'resolved',
      resolvedBy: me,
    });
    expect((await machine.run(['alerts', 'ack', key])).code).toBe(4);
  });

  it('tells people also when the repository is away, and fails then', async () => {
    await configure({
      store: 'alerts of away',
      channels: HOOK,
      ransomware: true,
      rules: { 'disk-low': false, 'disk-critical': false },
    });
    const away = { ...env, HOLDFAST_REPO: join(machine.root, 'nowhere') };
    const { code, stderr } = await machine.run(['alerts', 'check'], { env: away });
    expect(code).toBe(4);
    expect(stderr).not.toContain('    at ');
    expect(posted).toMatchObject([{ body: { rule: 'repository-unreachable', kind: 'opened' } }]);
    expect((await machine.run(['alerts', 'check'], { env })).code).toBe(0);
    expect(posted.at(-1)).toMatchObject({ body: { rule: 'repository-unreachable', kind: 'resolved' } });
  });

  it('tells of a check that fails, a drill and a damaged log, and writes into no log that is evidence', async () => {
    const audit = join(machine.cwd, 'what happened', 'audit');
    await configure(
      {
        store: 'alerts of all',
        channels: HOOK,
        rules: { drilled: { severity: 'info', event: 'drill.finished', by: ['tenant'] } },
      },
      {
        health: { checks: [{ kind: 'disk', path: '.', failPercent: 0, failures: 1 }] },
        drills: { keepFree: '1MB' },
        logs: { directory: 'what happened' },
      },
    );
    expect((await machine.run(['health'], { env })).code).toBe(1);
    expect(posted).toMatchObject([{ body: { rule: 'health-failed', kind: 'opened' } }]);
    await machine.json('BackupRun', ['backup', 'create', 'data', '--tenant', 'drilled'], { env });
    const { drills } = await machine.json('DrillRun', ['drill', 'run', '--tenant', 'drilled'], { env });
    expect(drills).toMatchObject([{ status: 'passed' }]);
    expect(posted.at(-1)).toMatchObject({ body: { rule: 'drilled', tenant: 'drilled' } });
    expect((await machine.run(['logs', 'verify'], { env })).code).toBe(0);
    const [name = ''] = (await readdir(audit)).filter((each) => each.endsWith('.jsonl'));
    const changed = (await readFile(join(audit, name), 'utf8')).replace('"tenant":"drilled"', '"tenant":"another"');
    await writeFile(join(audit, name), changed);
    const before = posted.length;
    expect((await machine.run(['logs', 'verify'], { env })).code).toBe(6);
    expect(posted.slice(before)).toMatchObject([{ body: { rule: 'log-damaged', severity: 'critical' } }]);
    expect(await readFile(join(audit, name), 'utf8')).toBe(changed);
  });

  it('tries each channel: mail, program and log too', async () => {
    const mails: string[] = [];
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData: (stream, _session, done) => {
        let text = '';
        stream.setEncoding('utf8').on('data', (part: string) => (text += part));
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    smtp.listen(0, '127.0.0.1');
    await once(smtp.server, 'listening');
    const { port } = smtp.server.address() as AddressInfo;
    await configure({
      channels: {
        ...HOOK,
        mail: { type: 'email', host: '127.0.0.1', port, tls: 'none', from: 'a@example.com', to: ['b@example.com'] },
        own: {
          type: 'command',
          command: [process.execPath, '-e', 'process.stdin.pipe(require("fs").createWriteStream("notice.json"))'],
        },
        file: { type: 'log', file: 'alerts.log' },
        broken: { type: 'command', command: [process.execPath, '-e', 'process.exit(3)'] },
      },
    });
    const { code, stdout } = await machine.run(['alerts', 'test'], { env });
    expect([code, stdout]).toEqual([
      1,
      'ops: ok\nmail: ok\nown: ok\nfile: ok\nbroken: Expected the program of the channel broken to take a notice, got exit code 3\n',
    ]);
    expect(mails).toHaveLength(1);
    expect(posted).toHaveLength(1);
    for (const file of ['notice.json', 'alerts.log'])
      expect(JSON.parse(await readFile(join(machine.cwd, file), 'utf8'))).toMatchObject({ kind: 'test' });
    expect((await machine.run(['alerts', 'test', 'file'])).code).toBe(0);
    expect((await machine.run(['alerts', 'test', 'fax'])).code).toBe(2);
    await new Promise<void>((resolve) => {
      smtp.close(() => resolve());
    });
  });

  it.each([
    [
      { channels: { ops: { type: 'webhook', url: 'https://example.com/', secret: 'x' } } },
      'no secret in the configuration',
    ],
    [{ channels: { ops: { type: 'webhook' } } }, 'alerts.channels.ops: Expected one of "url", "urlFile" and "urlEnv"'],
    [{ channels: { ops: { type: 'pigeon' } } }, 'alerts.channels.ops'],
    [{ channels: { Ops: { type: 'log', file: 'x' } } }, '"Ops"'],
    [{ rules: { own: { severity: 'info', event: 'backup.failed', channels: ['fax'] } } }, '"fax"'],
    [{ rules: { own: { severity: 'info', event: 'backup.failed', remind: 'soon' } } }, 'a duration'],
    [{ quietHours: { from: '7', to: '8' } }, 'a time of day'],
  ])('%j is refused with words', async (alerts, text) => {
    await configure(alerts);
    const { code, stderr } = await machine.run(['alerts', 'list']);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('    at ');
  });
});

it(
  'an encrypted tree freezes its tenant before anything is forgotten, until somebody says why it may be',
  { timeout: 240_000 },
  async () => {
    await configure({
      store: 'alerts of rio',
      channels: HOOK,
      ransomware: true,
      disk: LOW_DISK.disk,
      rules: { 'disk-low': false, 'disk-critical': false },
    });
    const data = join(machine.cwd, 'data');
    const page = (name: string, edition: number): string =>
      Array.from({ length: 600 }, (_, line) => `${name}, edition ${edition}, line ${line}: a room with a view\n`).join(
        '',
      );
    for (let edition = 0; edition < 4; edition++) {
      for (let n = 0; n < 40; n++)
        if (edition === 0 || n % 20 === edition) await writeFile(join(data, `doc-${n}.txt`), page(`doc ${n}`, edition));
      await machine.json('BackupRun', ['backup', 'create', 'data', '--tenant', 'rio']);
    }
    expect(await machine.json('AlertsSent', ['alerts', 'check'], { env })).toMatchObject({ frozen: [] });
    for (const name of await readdir(data)) {
      const cipher = createCipheriv('aes-256-ctr', randomBytes(32), randomBytes(16));
      await writeFile(
        join(data, name),
        Buffer.concat([cipher.update(await readFile(join(data, name))), cipher.final()]),
      );
    }
    await machine.json('BackupRun', ['backup', 'create', 'data', '--tenant', 'rio']);
    const forget = ['backup', 'forget', '--keep-last', '1', '--tenant', 'rio'];
    const kept = await machine.run(forget, { env });
    expect(kept.stderr).toContain('Tenant rio is frozen, as ransomware is suspected');
    expect((await machine.json('SnapshotList', ['backup', 'list', '--tenant', 'rio'])).snapshots).toHaveLength(5);
    await machine.json('AlertsSent', ['alerts', 'check'], { env });
    expect(posted.at(-1)?.body).toMatchObject({ rule: 'ransomware-suspected', severity: 'critical', tenant: 'rio' });
    expect((await machine.json('AlertList', ['alerts', 'list'])).frozen).toMatchObject([{ tenant: 'rio' }]);
    expect((await machine.run(['alerts', 'release', 'rio'])).code).toBe(2);
    const released = await machine.json('AlertsReleased', ['alerts', 'release', 'rio', '--reason', 'it was a trial']);
    expect(released).toEqual({ tenant: 'rio', by: me, released: true });
    expect((await machine.run(['alerts', 'release', 'rio', '--reason', 'again'])).code).toBe(4);
    expect((await machine.run(forget, { env })).code).toBe(0);
    expect((await machine.json('SnapshotList', ['backup', 'list', '--tenant', 'rio'])).snapshots.length).toBeLessThan(
      5,
    );
  },
);
