import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import {
  guardFlags,
  type MetricReading,
  prometheusMetrics,
  type PrometheusMetricsOptions,
} from '../../src/guard/index.ts';
import { percentageOf, ramped, SharedFlags, calm } from './ramps.ts';

const TIME = 1_782_820_800.781;

const servers: (() => void)[] = [];
afterEach(() => {
  for (const close of servers.splice(0)) close();
});

/** A server that answers as it is told. Gives its address, and what it was asked. */
async function serving(answer: RequestListener): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  servers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const json =
  (body: unknown, status = 200): RequestListener =>
  (_, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const success = (data: unknown): RequestListener => json({ status: 'success', data });
const vector = (...values: readonly string[]): RequestListener =>
  success({
    resultType: 'vector',
    result: values.map((value, index) => ({ metric: { instance: String(index) }, value: [TIME, value] })),
  });

async function ask(
  url: string,
  {
    flag = 'new_ui',
    signal = new AbortController().signal,
    ...options
  }: Partial<PrometheusMetricsOptions> & { flag?: string; signal?: AbortSignal } = {},
): Promise<MetricReading> {
  return prometheusMetrics({ url, queries: { error_rate: 'rate(errors[5m])' }, ...options })('error_rate', {
    flag,
    signal,
  });
}

it('asks with GET for the query of the metric, and gives the value with its time', async () => {
  const { url, asked } = await serving(vector('0.25'));
  expect(await ask(url)).toEqual({ value: 0.25, atMs: 1_782_820_800_781 });
  expect([asked[0]?.method, asked[0]?.url]).toEqual(['GET', '/api/v1/query?query=rate%28errors%5B5m%5D%29']);
});

it.each<[string, RequestListener, MetricReading]>([
  ['a scalar', success({ resultType: 'scalar', result: [1, '3'] }), { value: 3, atMs: 1000 }],
  ['a number with an exponent', vector('1.5e-07'), { value: 1.5e-7, atMs: 1_782_820_800_781 }],
  ['NaN', vector('NaN'), { value: Number.NaN, atMs: 1_782_820_800_781 }],
  ['infinity', vector('+Inf'), { value: Infinity, atMs: 1_782_820_800_781 }],
  ['an empty vector, which is no value', vector(), undefined],
])('reads %s', async (_, answer, reading) => {
  const { url } = await serving(answer);
  expect(await ask(url)).toEqual(reading);
});

it.each<[string, RequestListener, string]>([
  ['several series', vector('1', '2'), 'Expected one series, got 2'],
  ['a range', success({ resultType: 'matrix', result: [] }), 'Expected a vector or a scalar, got "matrix"'],
  ['a histogram', success({ resultType: 'vector', result: [{ metric: {}, histogram: [1, {}] }] }), 'Expected a sample'],
  ['a text in place of a number', vector('0x10'), 'Expected a sample [seconds, "number"], got something else'],
  ['an empty text in place of a number', vector(''), 'Expected a sample [seconds, "number"], got something else'],
  ['something else in JSON', json([]), 'Expected an answer { status: "success", data }, got a list of 0'],
  [
    'an error with status 200',
    json({ status: 'error' }),
    'Expected an answer { status: "success", data }, got status "error"',
  ],
  ['no JSON', json('<html>'), 'Expected JSON, got something else'],
  [
    'a bad query',
    json({ status: 'error', errorType: 'bad_data', error: 'parse error: unexpected end' }, 400),
    'Expected an answer, got status 400: parse error: unexpected end',
  ],
  ['a failing proxy', json('<html>Bad Gateway</html>', 502), 'Expected an answer, got status 502'],
  ['a cut connection', (request) => void request.socket.destroy(), 'Expected an answer of the server, got '],
])('%s is an error', async (_, answer, message) => {
  const { url } = await serving(answer);
  await expect(ask(url)).rejects.toMatchObject({ code: 'METRIC_FAILED', message: expect.stringContaining(message) });
});

it('a server that is not there is an error with the system’s code', async () => {
  const { url } = await serving(vector('1'));
  for (const close of servers.splice(0)) close();
  await expect(ask(url)).rejects.toThrow('Expected an answer of the server, got ECONNREFUSED');
});

it('a metric without a query is an error that names those with one', async () => {
  const metric = prometheusMetrics({ url: 'http://localhost', queries: { a: 'a', b: 'b' } });
  const about = { flag: 'f', signal: new AbortController().signal };
  for (const name of ['c', 'toString'])
    await expect(metric(name, about)).rejects.toThrow(`Expected one of a, b, got "${name}"`);
});

it('a server that takes too long is given up, before its answer and within it', async () => {
  const silent = await serving(() => undefined);
  await expect(ask(silent.url, { timeoutMs: 30 })).rejects.toThrow('Expected an answer within 30 ms, got none');
  const slow = await serving((_, response) => void response.write('{"status":'));
  await expect(ask(slow.url, { timeoutMs: 30 })).rejects.toThrow('Expected an answer within 30 ms, got none');
});

it('ends when nobody waits for it any more', async () => {
  const { url, asked } = await serving(() => undefined);
  const stop = new AbortController();
  const asking = ask(url, { signal: stop.signal });
  while (asked.length === 0) await new Promise(setImmediate);
  stop.abort();
  await expect(asking).rejects.toMatchObject({ code: 'METRIC_FAILED' });
});

it.each([200, 500])('an answer above 1 MiB with status %i is refused, and not read to its end', async (status) => {
  const part = Buffer.alloc(256 * 1024, ' ');
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  const { url } = await serving((_, response) => {
    response.writeHead(status);
    const send = (): void => {
      if (sent > 1000) return void response.end();
      sent++;
      response.write(part, () => setImmediate(send));
    };
    response.on('close', closed.resolve);
    send();
  });
  await expect(ask(url)).rejects.toThrow('Expected an answer of at most 1048576 bytes, got more');
  await closed.promise;
  expect(sent).toBeLessThan(1000);
});

it.each([301, 302, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const elsewhere = await serving(vector('0'));
  const { url } = await serving((_, response) => void response.writeHead(status, { location: elsewhere.url }).end());
  await expect(ask(url)).rejects.toThrow(`Expected an answer, got a redirect (${status})`);
  expect(elsewhere.asked).toEqual([]);
});

it('sends a name and a password of the URL, and headers, and keeps path and parameters', async () => {
  const { url, asked } = await serving(vector('1'));
  const address = new URL('/prometheus/?dedup=true', url);
  address.username = 'ann';
  address.password = 'p@ss wörd';
  await ask(address.href, { headers: { 'x-scope-orgid': 'team' } });
  const [request] = asked;
  expect(request?.url).toBe('/prometheus/api/v1/query?dedup=true&query=rate%28errors%5B5m%5D%29');
  expect(request?.headers).toMatchObject({
    authorization: `Basic ${Buffer.from('ann:p@ss wörd').toString('base64')}`,
    'x-scope-orgid': 'team',
  });
});

it('credentials stand in no error, even if the server or fetch repeats them', async () => {
  const { url } = await serving((request, response) =>
    json({ status: 'error', error: `no: ${request.headers.authorization} (s3cret-pass, s3cret-key)` }, 401)(
      request,
      response,
    ),
  );
  const address = new URL(url);
  address.username = 'ann-user';
  address.password = 's3cret-pass';
  const headers = { 'x-key': 's3cret-key' };
  const basic = Buffer.from('ann-user:s3cret-pass').toString('base64');
  const throwing: typeof fetch = (input, init) =>
    Promise.reject(new Error(`${JSON.stringify([input, init])} s3cret-pass`));
  for (const options of [{}, { fetch: throwing }]) {
    const error: unknown = await ask(address.href, { headers, ...options }).catch((reason: unknown) => reason);
    const shown = `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
    expect(error).toMatchObject({ code: 'METRIC_FAILED' });
    for (const secret of ['s3cret', 'ann-user', basic]) expect(shown).not.toContain(secret);
  }
});

it.each(['ftp://ann:s3cret@host', 'no url', 'http://ann:s3cret@'])('%s is refused without being told', (url) => {
  const make = (): unknown => prometheusMetrics({ url, queries: {} });
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  expect(make).not.toThrow(/s3cret/);
});

it('the name of a flag stands for $flag, and can’t end the text that it stands in', async () => {
  const { url, asked } = await serving(vector('1'));
  const queries = { error_rate: 'errors{flag="$flag"} / requests{flag="$flag"}' };
  const queryOf = async (flag: string): Promise<string | null> => {
    await ask(url, { queries, flag });
    return new URL(asked.at(-1)?.url ?? '', url).searchParams.get('query');
  };
  expect(await queryOf('new_ui')).toBe('errors{flag="new_ui"} / requests{flag="new_ui"}');
  expect(await queryOf('a"} or up{x="\\$&')).toMatch(
    /^errors\{flag="a\\U00000022\\U0000007d or up\\U0000007bx\\U0000003d\\U00000022\\U0000005c\\U00000024\\U00000026"\} /,
  );
});

it('guards a ramp by what the server says', async () => {
  let value = '0.2';
  const { url } = await serving((request, response) => {
    const result = [{ metric: {}, value: [Date.now() / 1000, value] }];
    success({ resultType: 'vector', result })(request, response);
  });
  const store = new SharedFlags(ramped({ at: '2020-01-01T00:00:00Z', percentage: 10, guard: calm }));
  const metric = prometheusMetrics({ url, queries: { error_rate: 'up' } });
  await using guard = guardFlags({ store, metric });
  expect((await guard.check())[0]?.action).toBe('enter');
  expect(percentageOf(store.definitions)).toBe(10);
  value = '7';
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await guard.check())[0]?.action).toBe('stepBack');
  expect(percentageOf(store.definitions)).toBe(0);
  expect((await guard.check())[0]?.action).toBe('wait');
});
