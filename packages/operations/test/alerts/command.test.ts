import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Channel, commandChannel, logChannel, type Notice } from '../../src/alerts/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = '2026-11-28T12:00:00.000Z';
const NOTICE: Notice = {
  id: '1',
  kind: 'opened',
  key: 'k',
  rule: 'r',
  severity: 'info',
  title: 't',
  openedAt: at,
  at,
  count: 1,
  details: {},
};
const send = async (channel: Channel): Promise<void> => channel.send(NOTICE, new AbortController().signal);
const node = (script: string, more: object = {}): Channel =>
  commandChannel({ name: 'own', command: [process.execPath, '-e', script], ...more });

it('a program gets a notice on its standard input, and little of the environment', async () => {
  const out = join(folder, 'out');
  process.env['HOLDFAST_PASSPHRASE'] = 'a secret';
  const script = `require('fs').writeFileSync(${JSON.stringify(out)}, JSON.stringify([require('fs').readFileSync(0, 'utf8'), process.env]))`;
  await send(node(script, { env: { ROOM: '12' } }));
  delete process.env['HOLDFAST_PASSPHRASE'];
  const [input, env] = JSON.parse(readFileSync(out, 'utf8')) as [string, Readonly<Record<string, string>>];
  expect(JSON.parse(input)).toMatchObject({ version: 1, id: '1', text: expect.any(String) as string });
  expect(env['ROOM']).toBe('12');
  expect(Object.keys(env)).not.toContain('HOLDFAST_PASSPHRASE');
});

it.each([
  ['exit code 3', node('process.exit(3)')],
  ['no end in time', node('setInterval(() => {}, 1000)', { timeoutMs: 200 })],
  ['SIGTERM', node('process.kill(process.pid)')],
  ['ENOENT', commandChannel({ name: 'own', command: [join(folder, 'nothing')] })],
])('%s is a failure', async (what, channel) => {
  await expect(send(channel)).rejects.toMatchObject({
    code: 'CHANNEL_FAILED',
    message: expect.stringContaining(what) as string,
  });
});

it('a program that does not read has taken it when it ends well', async () => {
  await send(node('process.exit(0)'));
  expect(() => commandChannel({ name: 'own', command: [] })).toThrow(
    expect.objectContaining({ code: 'INVALID_ALERTS' }),
  );
});

it('a log has a line for each notice, or it is a failure', async () => {
  const file = join(folder, 'log');
  const channel = logChannel({ name: 'log', to: file });
  await send(channel);
  await send(channel);
  expect(
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Notice).id),
  ).toEqual(['1', '1']);
  await expect(send(logChannel({ name: 'log', to: folder }))).rejects.toMatchObject({
    code: 'CHANNEL_FAILED',
    message: expect.stringContaining('EISDIR') as string,
  });
});
