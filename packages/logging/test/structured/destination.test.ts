import { pino } from 'pino';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { all, newLogs } from '../fixtures/folders.ts';

test('pino writes into the logs as it is: its times and levels become those of the logs, and secrets are hidden', async () => {
  const { logs } = await newLogs();
  const destination = logs.destination();
  const log = pino({ name: 'booking', level: 'debug' }, destination).child({ tenant: 'hotel-a' });
  log.warn({ url: 'postgres://app:geheim@db/shop', password: 'geheim' }, 'slow');
  log.error(new Error('broken'));
  log.debug('quiet');
  destination.end('plain text\n{"level":30,"time":1,"nested":{"deep":"half');
  await finished(destination);
  await logs.flush();
  const found = await all(logs.search('', { order: 'oldest' }));
  expect(found.map(({ line }) => line).join('')).not.toContain('geheim');
  expect(found).toMatchObject([
    { level: undefined, message: 'plain text' },
    { message: '{"level":30,"time":1,"nested":{"deep":"half' },
    {
      level: 'warn',
      name: 'booking',
      tenant: 'hotel-a',
      message: 'slow',
      fields: { password: '[hidden]', pid: process.pid },
    },
    { level: 'error', message: 'broken', fields: { err: { type: 'Error', message: 'broken' } } },
    { level: 'debug', message: 'quiet' },
  ]);
  expect(found[2]?.fields['time']).toMatch(/^20\d\d-\d\d-\d\dT/);
  expect(await all(logs.search('tenant=hotel-a level>=warn'))).toHaveLength(2);
  expect(destination.lines).toBe(5);
});

test('whoever pours in more than the buffer holds is made to wait, and nothing is lost', async () => {
  const { logs } = await newLogs({ maxBufferBytes: 8192 });
  const destination = logs.destination();
  for (let index = 0; index < 2000; index++) destination.write(`{"level":30,"index":${index},"msg":"a line"}\n`);
  destination.end();
  await finished(destination);
  await logs.flush();
  expect(logs.losses.lost).toBe(0);
  expect(await all(logs.search())).toHaveLength(2000);
});
