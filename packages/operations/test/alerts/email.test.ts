import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { memoryStore } from '@x/storage';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { type Channel, createAlerts, emailChannel, type EmailOptions, type Notice } from '../../src/alerts/index.ts';
import { hasOpenssl, ownCertificate } from '../fixtures/certificate.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-mail-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const PASSWORD = 'correct horse';
const passwordFile = join(folder, 'password');
writeFileSync(passwordFile, `${PASSWORD}\n`);

interface MailServer {
  readonly port: number;
  readonly mails: readonly { readonly to: readonly string[]; readonly text: string }[];
  /** What is answered instead of taking a mail. */
  refuse: { readonly responseCode: number } | undefined;
  close(): Promise<void>;
}

/** A real mail server on this machine. */
async function mailServer(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const mails: { to: string[]; text: string }[] = [];
  const state: { refuse: MailServer['refuse'] } = { refuse: undefined };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key === undefined ? ['STARTTLS', 'AUTH'] : [],
    ...options,
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (state.refuse !== undefined) {
          done(Object.assign(new Error(`no, and your password is ${PASSWORD}`), state.refuse));
          return;
        }
        mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString('utf8'),
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const close = async (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
    });
  onTestFinished(close);
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    get refuse() {
      return state.refuse;
    },
    set refuse(next) {
      state.refuse = next;
    },
    close,
  };
}

const NOTICE: Notice = {
  id: '6f1c2d9e-0000-4000-8000-000000000001',
  kind: 'opened',
  key: 'backup-failed/a',
  rule: 'backup-failed',
  severity: 'critical',
  title: 'Backup of Pousada São João failed',
  tenant: 'a',
  openedAt: '2026-11-28T12:00:00.000Z',
  at: '2026-11-28T12:00:00.000Z',
  count: 1,
  details: { reason: 'disk' },
};
const channelOf = (port: number, options: Partial<EmailOptions> = {}): Channel =>
  emailChannel({
    name: 'mail',
    host: '127.0.0.1',
    port,
    tls: 'none',
    from: 'holdfast@example.com',
    to: ['ann@example.com', 'ben@example.com'],
    ...options,
  });
const send = async (channel: Channel): Promise<void> => channel.send(NOTICE, new AbortController().signal);

it('a notice is a mail to all, which names itself the same at each attempt', async () => {
  const server = await mailServer();
  await send(channelOf(server.port));
  const [mail] = server.mails;
  expect(mail?.to).toEqual(['ann@example.com', 'ben@example.com']);
  expect(mail?.text).toContain(`Message-ID: <${NOTICE.id}@holdfast>`);
  expect(mail?.text).toContain('Auto-Submitted: auto-generated');
  expect(mail?.text).toMatch(/Subject: .*critical/);
  expect(mail?.text).toContain('tenant: a');
});

it('a server that is down, one that is busy, and one that refuses are told apart, and none repeats a secret', async () => {
  const server = await mailServer();
  for (const [responseCode, isRefusal] of [
    [451, false],
    [550, true],
  ] as const) {
    server.refuse = { responseCode };
    const failure = await send(channelOf(server.port)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'CHANNEL_FAILED', isRefusal });
    expect((failure as Error).cause).toBeUndefined();
    expect((failure as Error).message).toContain(String(responseCode));
    expect((failure as Error).message).not.toContain(PASSWORD);
  }
  await server.close();
  await expect(send(channelOf(server.port))).rejects.toMatchObject({
    message: 'Expected the mail server of the channel mail to take a mail, got ESOCKET',
    isRefusal: false,
  });
});

it('what could not be sent is sent when the server is back, oldest first', async () => {
  const server = await mailServer();
  await server.close();
  const clock = new VirtualClock('2026-11-28T12:00:00Z');
  const alerts = createAlerts({ store: memoryStore(), channels: [channelOf(server.port)], clock, host: 'm1' });
  for (const tenant of ['a', 'b', 'c'])
    await alerts.onEvent({ at: '2026-11-28T12:00:00Z', name: 'backup.failed', level: 'error', tenant, details: {} });
  expect(await alerts.check()).toEqual({ sent: 0, failed: 1, left: 3 });
  const back = await mailServer({}, server.port);
  await clock.pass(60_000);
  expect(await alerts.check()).toEqual({ sent: 3, failed: 0, left: 0 });
  expect(back.mails.map(({ text }) => /Subject: .*Backup of (\w)/.exec(text)?.[1])).toEqual(['a', 'b', 'c']);
});

it.skipIf(!hasOpenssl)(
  'a password goes over an encrypted connection to a server that is trusted, or not at all',
  async () => {
    const { cert, key, file } = ownCertificate(folder);
    const seen: string[] = [];
    const secured: SMTPServerOptions = {
      key,
      cert,
      authOptional: false,
      onAuth: ({ username = '', password = '' }, _session, done) => {
        seen.push(`${username}:${password}`);
        if (password === PASSWORD) done(undefined, { user: username });
        else done(Object.assign(new Error('no'), { responseCode: 535 }));
      },
    };
    const server = await mailServer(secured);
    const login = { host: 'localhost', tls: 'starttls', user: 'holdfast', password: { file: passwordFile } } as const;
    await expect(send(channelOf(server.port, login))).rejects.toMatchObject({ code: 'CHANNEL_FAILED' });
    expect(seen).toEqual([]);
    await send(channelOf(server.port, { ...login, caFile: file }));
    expect(seen).toEqual([`holdfast:${PASSWORD}`]);
    writeFileSync(join(folder, 'wrong'), 'wrong');
    await expect(
      send(channelOf(server.port, { ...login, caFile: file, password: { file: join(folder, 'wrong') } })),
    ).rejects.toMatchObject({
      message: expect.stringContaining('EAUTH (535)') as string,
      isRefusal: false,
    });
    const plain = await mailServer();
    await expect(send(channelOf(plain.port, { ...login, caFile: file }))).rejects.toMatchObject({
      code: 'CHANNEL_FAILED',
    });
    expect(plain.mails).toEqual([]);
  },
);

it.each([
  { to: [] },
  { from: '' },
  { from: 'a@example.com\r\nBcc: eve@example.com' },
  { user: 'a' },
  { user: 'a', password: { file: 'x' } },
  { tls: 'starttls', user: 'a', password: 'secret' as never },
] as const)('%j is refused', (options) => {
  expect(() => channelOf(25, options)).toThrow(expect.objectContaining({ code: 'INVALID_ALERTS' }));
});
