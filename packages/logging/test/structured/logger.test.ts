import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Logger } from '../../src/index.ts';
import { all, newLogs } from '../fixtures/folders.ts';

/** What a logger has written, as it stands in the file. */
async function written(log: (logger: Logger) => void, options = {}): Promise<Record<string, unknown>[]> {
  const { logs } = await newLogs(options);
  log(logs.logger);
  await logs.flush();
  return (await all(logs.search('', { order: 'oldest' }))).map(
    ({ line }) => JSON.parse(line) as Record<string, unknown>,
  );
}

test('a record has the shape of pino’s, with a time that people read and a level by its name', async () => {
  const [record] = await written((log) => log.child({ tenant: 'hotel-a' }).info('booked', { room: 12 }));
  expect(record).toEqual({
    time: '2026-11-28T12:00:00.000Z',
    level: 'info',
    hostname: 'web-1',
    pid: process.pid,
    tenant: 'hotel-a',
    room: 12,
    msg: 'booked',
  });
});

test('text and fields come in either order, and an error alone speaks for itself', async () => {
  const records = await written((log) => {
    log.warn({ room: 1 }, 'pino’s order');
    log.warn('ours', { room: 2 });
    log.error(new TypeError('broken'));
    log.error(new TypeError('broken'), 'with a text');
  });
  expect(records).toMatchObject([
    { room: 1, msg: 'pino’s order' },
    { room: 2, msg: 'ours' },
    { msg: 'broken', err: { type: 'TypeError', message: 'broken' } },
    { msg: 'with a text', err: { stack: expect.stringContaining('logger.test') as string } },
  ]);
});

test('an error is written with its code, its cause and what hangs on it', async () => {
  const cause = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  const error = Object.assign(new Error('not saved', { cause }), { code: 'SAVE_FAILED', attempt: 3, password: 'x' });
  const [record] = await written((log) => log.error('failed', { err: error }));
  expect(record).toMatchObject({
    err: { code: 'SAVE_FAILED', attempt: 3, password: '[hidden]', cause: { code: 'ENOSPC', message: 'no space left' } },
  });
});

test('what gives access is not written, wherever it stands', async () => {
  const records = await written(
    (log) => {
      log.info('in', { password: 'geheim', 'x-api-key': 'geheim', headers: { Cookie: 'geheim', accept: 'json' } });
      log.info('connecting to postgres://app:geheim@db:5432/shop');
      log.info('GET /reset?token=geheim&page=2 with Bearer geheimgeheim');
      log.info('in', { list: [{ deep: { refreshToken: 'geheim' } }], user: { email: 'geheim', name: 'ada' } });
      log.child({ session: { cookie: 'geheim' } }).info('bound');
      log.info(`PGPASSWORD=geheim pg_dump "host=db user=app password='geheim und mehr'" (api_key=geheim), tries=3`);
    },
    { redact: { paths: ['user.email'] } },
  );
  const text = JSON.stringify(records);
  expect(text).not.toContain('geheim');
  expect(text).toContain('postgres://app:[hidden]@db:5432/shop');
  expect(records).toMatchObject([{ headers: { accept: 'json' } }, {}, {}, { user: { name: 'ada' } }, {}, {}]);
  expect(JSON.stringify(records[5])).toContain('user=app password=[hidden]\\" (api_key=[hidden]), tries=3');
  expect(JSON.stringify(records[2])).toContain('page=2');
});

test('names that only look like secrets are written, and usual ones can be', async () => {
  const [record] = await written((log) => log.info('x', { maxTokens: 5, spin: 1, keyboard: 'qwerty', pin: 'P1' }), {
    redact: { except: ['pin'] },
  });
  expect(record).toMatchObject({ maxTokens: 5, spin: 1, keyboard: 'qwerty', pin: 'P1' });
});

test('a record that is too large is cut with a mark until it fits', async () => {
  const [record] = await written(
    (log) => log.info('large', { text: 'a'.repeat(100_000), list: Array(5000).fill('b'.repeat(50)) }),
    {
      limits: { maxRecordBytes: 4096 },
    },
  );
  expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(4096);
  expect(record?.['text']).toMatch(/…\[cut \d+\]$/);
  expect(record?.['msg']).toBe('large');
});

test('nothing that an application hands over makes a logger throw', async () => {
  const circular: Record<string, unknown> = { name: 'ring' };
  circular['self'] = circular;
  const hostile = {
    get boom() {
      throw new Error('getter');
    },
    toJSON() {
      throw new Error('toJSON');
    },
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const records = await written((log) => {
    log.info('odd', { circular, hostile, big: 12n, none: undefined, nan: Number.NaN, map: new Map([['a', 1]]) });
    log.info('odd', { date: new Date(Number.NaN), half: '\ud800', bytes: new Uint8Array(9), symbol: Symbol('s') });
    log.info(revoked.proxy as never, 'revoked');
    log.info(undefined as never);
    log.info(JSON.parse('{"__proto__": 1, "time": 2}') as never, 'reserved');
    log.info('deep', JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`) as never);
  });
  expect(records).toHaveLength(6);
  expect(records[0]).toMatchObject({
    circular: { self: '[circular]' },
    hostile: '[unreadable]',
    big: '12',
    nan: 'NaN',
    map: { a: 1 },
  });
  expect(records[4]).toMatchObject({ _time: 2, time: '2026-11-28T12:00:00.000Z' });
});

test('levels below that of a logger are not written, and a child may differ', async () => {
  const records = await written((log) => {
    log.debug('no');
    const child = log.child({});
    child.level = 'trace';
    child.trace('yes');
    log.level = 'error';
    log.warn('no');
    expect(log.isEnabled('warn')).toBe(false);
  });
  expect(records).toMatchObject([{ msg: 'yes' }]);
});

test('files begin anew each UTC day and when they are full; full ones are compressed, and nothing is lost', async () => {
  const { logs, directory, time } = await newLogs({ maxFileBytes: 16_384 });
  for (let index = 0; index < 300; index++) {
    logs.logger.info('a line of some length, so that files fill', { index });
    if (index % 50 === 49) await logs.flush();
  }
  time.ms += 86_400_000;
  logs.logger.info('the next day');
  await logs.flush();
  await logs.tidy();
  const names = await readdir(join(directory, 'structured'));
  expect(names.filter((name) => name.startsWith('2026-11-28') && name.endsWith('.jsonl.zst')).length).toBeGreaterThan(
    1,
  );
  expect(names.filter((name) => name.endsWith('.jsonl'))).toEqual([expect.stringMatching(/^2026-11-29\.web_1-\d+-/)]);
  const found = await all(logs.search('', { order: 'oldest' }));
  expect(found.slice(0, 300).map(({ fields }) => fields['index'])).toEqual(
    Array.from({ length: 300 }, (_, index) => index),
  );
  expect(found[300]?.message).toBe('the next day');
  const [open = ''] = names.filter((name) => name.endsWith('.jsonl'));
  await expect(readFile(join(directory, 'structured', open), 'utf8')).resolves.toMatch(/^\{.*\}\n$/);
});
