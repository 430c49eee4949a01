import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../clock.ts';
import { OperationsError } from '../errors.ts';
import { acceptedFormat, CONTENT_TYPES, metricsText } from './exposition.ts';
import type { MetricFamily } from './family-list.ts';

/** Options of {@link serveMetrics}. */
export interface ServeMetricsOptions {
  /** Default `127.0.0.1`: this machine only. */
  readonly host?: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
  /** Reads the numbers. */
  readonly read: () => Promise<readonly MetricFamily[]>;
  /** Numbers are read again when they are older, in milliseconds; those who ask meanwhile get the same. Default 10 seconds. */
  readonly freshMs?: number | undefined;
  /** Told of what could not be read; who asked gets 503 and no reason. */
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly clock?: Pick<Clock, 'monotonic'> | undefined;
}

/** A server that Prometheus can ask. */
export interface MetricsServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  readonly port: number;
  /** Takes no more questions, answers those that it has, and ends those that take longer than `graceMs` (default 5 seconds). */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

const PATH = '/metrics';

/**
 * Answers `GET /metrics` in the format that is asked for: the text format of Prometheus, or OpenMetrics. It has no password: let only those reach it that
 * may know names of tenants.
 *
 * @throws {OperationsError} `LISTEN_FAILED`
 */
export async function serveMetrics(options: ServeMetricsOptions): Promise<MetricsServer> {
  const { host = '127.0.0.1', port } = options;
  const numbers = freshNumbers(options);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    void answer(request, response, { numbers, onError: options.onError });
  });
  server.maxConnections = 100;
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    throw new OperationsError('LISTEN_FAILED', `Expected to listen at ${host}:${port}: ${(cause as Error).message}`, {
      cause,
      hint: 'Name another port, or a host that is this machine.',
    });
  }
  const bound = (server.address() as AddressInfo).port;
  const close: MetricsServer['close'] = async ({ graceMs = 5000 } = {}) => await closeServer(server, graceMs);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}${PATH}`,
    port: bound,
    close,
    [Symbol.asyncDispose]: async () => await close(),
  };
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

/** Reads once for all who ask at the same time, and not again as long as it is fresh. */
function freshNumbers({
  read,
  freshMs = 10_000,
  clock = systemClock,
}: ServeMetricsOptions): ServeMetricsOptions['read'] {
  let last: { readonly atMs: number; readonly numbers: Promise<readonly MetricFamily[]> } | undefined;
  return async () => {
    if (last === undefined || clock.monotonic() - last.atMs > freshMs) {
      const numbers = read();
      last = { atMs: clock.monotonic(), numbers };
      // What has failed is not kept.
      numbers.catch(() => {
        if (last?.numbers === numbers) last = undefined;
      });
    }
    return await last.numbers;
  };
}

interface Answering {
  readonly numbers: ServeMetricsOptions['read'];
  readonly onError: ServeMetricsOptions['onError'];
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { numbers, onError }: Answering,
): Promise<void> {
  const say = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
  request.resume();
  if (request.url?.split('?')[0] !== PATH) return say(404, `Look at ${PATH}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'Expected GET\n', { allow: 'GET, HEAD' });
  const format = acceptedFormat(request.headers.accept);
  try {
    say(200, metricsText(await numbers(), format), { 'content-type': CONTENT_TYPES[format], vary: 'accept' });
  } catch (error) {
    onError?.(error);
    say(503, 'The numbers could not be read\n');
  }
}
