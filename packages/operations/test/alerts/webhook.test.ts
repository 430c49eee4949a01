import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Channel, type Notice, webhookChannel, type WebhookOptions } from '../../src/alerts/index.ts';
import { hasOpenssl, ownCertificate } from '../fixtures/certificate.ts';
import { type Answer, hookServer } from '../fixtures/hook-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-hook-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const SECRET = 'swordfish-4711';
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, `${SECRET}\n`);

const NOTICE: Notice = {
  id: '6f1c2d9e-0000-4000-8000-000000000001',
  kind: 'opened',
  key: 'backup-failed/a',
  rule: 'backup-failed',
  severity: 'critical',
  title: 'Backup of a failed',
  tenant: 'a',
  host: 'm1',
  openedAt: '2026-11-28T12:00:00.000Z',
  at: '2026-11-28T12:00:01.000Z',
  count: 1,
  details: { error: { code: 'SOURCE_FAILED' } },
};
const channelOf = (options: Partial<WebhookOptions> & Pick<WebhookOptions, 'url'>): Channel =>
  webhookChannel({ name: 'ops', ...options });
const send = async (channel: Channel): Promise<void> => channel.send(NOTICE, new AbortController().signal);

it('posts a notice as JSON that chats show, with its id and a signature that proves who has sent it, and when', async () => {
  await using server = await hookServer();
  await send(channelOf({ url: server.url, secret: { file: secretFile }, clock: () => 1_764_000_000_500 }));
  const [posted] = server.posted;
  expect(posted).toMatchObject({
    method: 'POST',
    path: '/hook',
    headers: { 'content-type': 'application/json', 'x-holdfast-delivery': NOTICE.id },
  });
  const body = posted?.body ?? '';
  expect(JSON.parse(body)).toMatchObject({ version: 1, ...NOTICE, subject: '[critical] Backup of a failed' });
  expect((JSON.parse(body) as { text: string }).text).toContain('[critical] Backup of a failed\n\ntenant: a\nhost: m1');
  const hex = createHmac('sha256', SECRET).update(`1764000000.${body}`).digest('hex');
  expect(posted?.headers['x-holdfast-signature']).toBe(`t=1764000000,v1=${hex}`);
});

it('what an event says is no fact of its own in the text of a notice', async () => {
  await using server = await hookServer();
  const details = { message: 'no such file\ntenant: b\r\nalert: all is well', 'x\nhost': 'm2' };
  await channelOf({ url: server.url }).send({ ...NOTICE, details }, new AbortController().signal);
  const { text } = JSON.parse(server.posted[0]?.body ?? '') as { readonly text: string };
  expect(text.split('\n').filter((line) => /^(?:tenant|alert|host):/.test(line))).toEqual([
    'tenant: a',
    'host: m1',
    'alert: backup-failed/a',
  ]);
});

it.each<[string, Answer, Readonly<Record<string, unknown>>]>([
  ['500', { status: 500 }, { isRefusal: false }],
  ['429 with seconds', { status: 429, headers: { 'retry-after': '120' } }, { isRefusal: false, retryAfterMs: 120_000 }],
  [
    '503 with a date',
    { status: 503, headers: { 'retry-after': new Date(1_764_000_060_000).toUTCString() } },
    { isRefusal: false, retryAfterMs: 60_000 },
  ],
  ['408', { status: 408 }, { isRefusal: false }],
  ['404', { status: 404 }, { isRefusal: true }],
  ['410', { status: 410 }, { isRefusal: true }],
  [
    'a redirection, which is not followed',
    { status: 302, headers: { location: 'http://localhost:1/' } },
    { isRefusal: true },
  ],
  ['a connection that is closed', 'hang up', { isRefusal: false }],
  ['silence', 'say nothing', { isRefusal: false }],
])('%s is a failure', async (_what, answer, expected) => {
  await using server = await hookServer();
  server.answer = () => answer;
  const failure = send(channelOf({ url: server.url, timeoutMs: 300, clock: () => 1_764_000_000_000 }));
  await expect(failure).rejects.toMatchObject({ code: 'CHANNEL_FAILED', ...expected });
  expect(server.posted).toHaveLength(1);
});

it('nobody at home is a failure, and says no address', async () => {
  const failure = await send(channelOf({ url: 'http://127.0.0.1:1/hook-with-token-123' })).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({
    code: 'CHANNEL_FAILED',
    message: 'Expected the webhook ops to answer, got ECONNREFUSED',
  });
  expect((failure as Error).cause).toBeUndefined();
});

describe('secrets', () => {
  it('are read when they are needed: from a file that has come late, and from a variable', async () => {
    await using server = await hookServer();
    const late = join(folder, 'late');
    const channel = channelOf({ url: { file: late }, secret: { env: 'HOLDFAST_TEST_HOOK_SECRET' } });
    await expect(send(channel)).rejects.toMatchObject({
      code: 'CHANNEL_FAILED',
      message: expect.stringContaining('ENOENT') as string,
    });
    writeFileSync(late, server.url);
    await expect(send(channel)).rejects.toMatchObject({
      message: expect.stringContaining('HOLDFAST_TEST_HOOK_SECRET') as string,
    });
    process.env['HOLDFAST_TEST_HOOK_SECRET'] = SECRET;
    await send(channel);
    delete process.env['HOLDFAST_TEST_HOOK_SECRET'];
    expect(server.posted[0]?.headers['x-holdfast-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  });

  it.each([
    { url: 'ftp://example.com/x' },
    { url: `https://user:${SECRET}@example.com/` },
    { url: `no url but ${SECRET}` },
    { url: 'https://example.com/', secret: SECRET as never },
  ])('are refused where they do not belong, and not repeated', (options) => {
    let said: unknown;
    try {
      channelOf(options);
    } catch (error) {
      said = error;
    }
    expect(said).toMatchObject({ code: 'INVALID_ALERTS' });
    const { message, hint } = said as { readonly message: string; readonly hint: string };
    expect(message + hint).not.toContain(SECRET);
  });
});

it.skipIf(!hasOpenssl)('an authority of one’s own is trusted where it is named, and nowhere else', async () => {
  const certificate = ownCertificate(folder);
  await using server = await hookServer(certificate);
  await expect(send(channelOf({ url: server.url }))).rejects.toMatchObject({ code: 'CHANNEL_FAILED' });
  expect(server.posted).toEqual([]);
  await send(channelOf({ url: server.url, caFile: certificate.file }));
  expect(server.posted).toHaveLength(1);
});
