import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { httpCheck, type HttpCheckOptions } from '../../../src/deploy/index.ts';
import { startServer } from '../local-server.ts';

const once = { attempts: 1, intervalMs: 1, timeoutMs: 30_000 };

async function checked(
  listener: RequestListener,
  options: Partial<HttpCheckOptions> = {},
  version?: string,
): Promise<readonly [string, string]> {
  await using server = await startServer(listener);
  const { outcome, found } = await httpCheck({ ...once, ...options, url: `${server.url}/health?token=hush` }).run({
    version,
  });
  return [outcome, found];
}

const answering =
  (status: number, body = '', headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

test('any status of success will do, and others won’t', async () => {
  expect(await checked(answering(204))).toEqual(['ok', '204']);
  expect(await checked(answering(503))).toEqual(['fail', '503']);
  expect(await checked(answering(418), { expectedStatus: 418 })).toEqual(['ok', '418']);
  expect(await checked(answering(200), { expectedStatus: [401, 403] })).toEqual(['fail', '200']);
});

test('a redirect is an answer, and not followed; where it leads is told without its query', async () => {
  const there = { location: 'https://user:pass@example.com/login?next=secret' };
  expect(await checked(answering(302, '', there))).toEqual(['fail', '302, a redirect to https://example.com/login']);
});

test.each<
  readonly [string, Partial<HttpCheckOptions>, string, Record<string, string>, string | undefined, string, string]
>([
  ['a member', { version: { member: 'version' } }, '{"version":"1.0.5"}', {}, '1.0.5', 'ok', '200, version 1.0.5'],
  ['a member in objects', { version: { member: 'build.no' } }, '{"build":{"no":7}}', {}, '7', 'ok', '200, version 7'],
  [
    'a header',
    { version: { header: 'X-Version' } },
    '',
    { 'x-version': 'v1.0.5' },
    '1.0.5',
    'ok',
    '200, version v1.0.5',
  ],
  ['the old one', { version: { member: 'version' } }, '{"version":"1.0.4"}', {}, '1.0.5', 'fail', '200, version 1.0.4'],
  [
    'any, when none is expected',
    { version: { member: 'version' } },
    '{"version":"1"}',
    {},
    undefined,
    'ok',
    '200, version 1',
  ],
  ['none', { version: { member: 'version' } }, '{"name":"shop"}', {}, '1.0.5', 'fail', '200, no version'],
  ['what is no JSON', { version: { member: 'version' } }, '<html>', {}, '1.0.5', 'fail', '200, no version'],
  ['what every object has', { version: { member: 'constructor.name' } }, '{}', {}, '1.0.5', 'fail', '200, no version'],
])('the version in %s is compared', async (_, options, body, headers, version, outcome, found) => {
  expect(await checked(answering(200, body, headers), options, version)).toEqual([outcome, found]);
});

test('it is tried again until the service has started, and the attempts are told', async () => {
  let calls = 0;
  await using server = await startServer((_, response) => {
    calls += 1;
    response.writeHead(calls < 3 ? 503 : 200).end();
  });
  const check = httpCheck({ url: server.url, attempts: 5, intervalMs: 1 });
  expect(await check.run({})).toMatchObject({ outcome: 'ok', attempts: 3, kind: 'http', limit: '200 to 299' });
});

test('a large body is refused by its header alone, and one without it when it gets too large', async () => {
  const limit = { maxBytes: 1000 };
  // It says that it is large, and never sends it.
  const announced: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-length': '99999999999' });
    response.flushHeaders();
  };
  expect(await checked(announced, limit)).toEqual(['fail', 'a body of more than 1000 bytes']);
  const endless: RequestListener = (_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    };
    response.on('drain', more);
    more();
  };
  expect(await checked(endless, limit)).toEqual(['fail', 'a body of more than 1000 bytes']);
});

test('a server that does not answer is not waited for, and a slow one is a warning', async () => {
  expect(await checked(() => undefined, { timeoutMs: 50 })).toEqual(['fail', 'no answer within 50 ms']);
  const slow: RequestListener = (_, response) => void setTimeout(() => response.end(), 60);
  const [outcome, found] = await checked(slow, { slowMs: 10 });
  expect([outcome, found.startsWith('200, after ')]).toEqual(['warn', true]);
});

test('what nobody listens at has failed, and says why', async () => {
  const server = await startServer(answering(200));
  await server[Symbol.asyncDispose]();
  const { outcome, found, name, hint } = await httpCheck({ url: `${server.url}/health?token=hush`, ...once }).run({});
  expect({ outcome, found, name }).toEqual({
    outcome: 'fail',
    found: `connect ECONNREFUSED 127.0.0.1:${server.port}`,
    name: `http ${server.url}/health`,
  });
  expect(hint).toContain('runs');
});

test('a header can be a secret of the environment', async () => {
  process.env['SHOP_HEALTH_TOKEN'] = 'hush';
  try {
    let seen: string | undefined;
    const listener: RequestListener = (request, response) => {
      seen = request.headers.authorization;
      response.end();
    };
    await checked(listener, { headers: { authorization: { env: 'SHOP_HEALTH_TOKEN' } } });
    expect(seen).toBe('hush');
  } finally {
    delete process.env['SHOP_HEALTH_TOKEN'];
  }
  expect(await checked(answering(200), { headers: { authorization: { env: 'SHOP_HEALTH_TOKEN' } } })).toEqual([
    'fail',
    'the variable SHOP_HEALTH_TOKEN is not set',
  ]);
});

test('an abort is thrown, also between two attempts', async () => {
  await using server = await startServer(answering(503));
  const stop = new AbortController();
  const running = httpCheck({ url: server.url, attempts: 100, intervalMs: 60_000 }).run({ signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 30);
  await expect(running).rejects.toThrow('enough');
});
