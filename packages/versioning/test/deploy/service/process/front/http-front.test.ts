import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type RequestListener,
  type RequestOptions,
  type Server,
} from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpFront } from '../../../../../src/deploy/service/process/front/http-front.ts';
import { Router } from '../../../../../src/deploy/service/process/front/router.ts';
import type { Instance, Wanted } from '../../../../../src/deploy/service/process/model.ts';
import { freePort } from '../../../../../../../tooling/test-servers/free-port.ts';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function serve(listener: RequestListener, port = 0): Promise<Server> {
  const server = createServer(listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

const wanted = (ports: Readonly<Record<string, number>>, active: string | undefined): Wanted => ({
  format: 1,
  instances: Object.entries(ports).map(([id, port]) => ({ id, address: { port } }) as Instance),
  active,
});

interface Front {
  readonly port: number;
  readonly router: Router;
}

async function front(
  ports: Readonly<Record<string, number>>,
  active: string | undefined,
  holdMs = 10_000,
): Promise<Front> {
  const router = new Router(holdMs, () => undefined);
  router.route(wanted(ports, active));
  const server = httpFront(router).server as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    for (const id of Object.keys(ports)) if (router.active?.id === id) router.active.retire();
  });
  return { port: portOf(server), router };
}

interface Answer {
  readonly response: IncomingMessage;
  readonly body: string;
}

function ask(port: number, options: RequestOptions = {}, body: string | Buffer = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('error', reject);
      response.on('end', () => resolve({ response, body: text }));
    });
    asked.on('error', reject).end(body);
  });
}

const rawOf = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  rawHeaders.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? '']] : []));

describe('a request through the proxy', () => {
  it('arrives as it was sent, but for what is about the connection', async () => {
    let got: IncomingMessage | undefined;
    const server = await serve((asked, response) => {
      got = asked;
      response
        .writeHead(201, 'Made', ['X-Case', 'a', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Keep-Alive', 'timeout=1'])
        .end('ok');
    });
    const { port } = await front({ a: portOf(server) }, 'a');
    const headers = {
      Host: 'shop.example',
      'X-MiXed': 'Ü'.normalize('NFC').replace('Ü', 'u'),
      Connection: 'close, X-Secret',
      'X-Secret': '1',
      'X-Forwarded-For': '203.0.113.9',
      TE: 'trailers',
    };
    const { response, body } = await ask(port, { method: 'DELETE', path: '/a%20b?x=/../&y', headers });
    expect([response.statusCode, response.statusMessage, body]).toEqual([201, 'Made', 'ok']);
    expect(response.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(rawOf(response)).toContainEqual(['X-Case', 'a']);
    expect([got?.method, got?.url]).toEqual(['DELETE', '/a%20b?x=/../&y']);
    expect(got?.headers).toMatchObject({
      host: 'shop.example',
      te: 'trailers',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    });
    expect(got?.headers).not.toHaveProperty('x-secret');
    expect(rawOf(got as IncomingMessage)).toContainEqual(['X-MiXed', 'u']);
  });

  it('is not read as two when it takes away how long it is', async () => {
    const asked: (string | undefined)[] = [];
    const server = await serve((got, response) => {
      asked.push(got.url);
      got.resume().on('end', () => response.end('ok'));
    });
    const { port } = await front({ a: portOf(server) }, 'a');
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: shop\r\n\r\n';
    const headers = { Host: 'shop', Connection: 'close, Content-Length', 'Content-Length': hidden.length };
    expect((await ask(port, { path: '/seen', headers }, hidden)).body).toBe('ok');
    expect((await ask(port, { path: '/next' })).body).toBe('ok');
    expect(asked).toEqual(['/seen', '/next']);
  });

  it('has an answer, also where that of the service is none', async () => {
    const lines = ['HTTP/1.1 099 Odd', 'HTTP/1.1 200 Od\u0001d'];
    const service = createTcpServer((socket) => {
      socket.once('data', () => socket.end(`${lines.shift()}\r\nContent-Length: 0\r\n\r\n`));
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    onTestFinished(() => void service.close());
    const { port } = await front({ a: (service.address() as AddressInfo).port }, 'a');
    for (const _ of [1, 2]) expect((await ask(port)).response.statusCode).toBe(502);
  });

  it('is sent once more when a service that ends has taken its connection, and no more than that', async () => {
    let connections = 0;
    const service = createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined).once('data', () => socket.resetAndDestroy());
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    onTestFinished(() => void service.close());
    const { port } = await front({ a: (service.address() as AddressInfo).port }, 'a');
    expect((await ask(port)).response.statusCode).toBe(502);
    expect(connections).toBe(2);
    expect((await ask(port, { method: 'POST' }, 'x')).response.statusCode).toBe(502);
    expect(connections).toBe(3);
  });

  it('has its body, of known length and in chunks, with trailers, both ways', async () => {
    const server = await serve((asked, response) => {
      let size = 0;
      asked.on('data', (piece: Buffer) => (size += piece.length));
      asked.on('end', () => {
        response.writeHead(200, { Trailer: 'X-Sum' });
        response.write(`${asked.headers['content-length'] ?? 'chunked'} ${size} ${asked.trailers['x-check'] ?? ''}`);
        response.addTrailers({ 'X-Sum': '42' });
        response.end();
      });
    });
    const { port } = await front({ a: portOf(server) }, 'a');
    const known = await ask(
      port,
      { method: 'POST', headers: { 'Content-Length': 3_000_000 } },
      Buffer.alloc(3_000_000),
    );
    expect([known.body, known.response.trailers]).toEqual(['3000000 3000000 ', { 'x-sum': '42' }]);
    const chunked = new Promise<string>((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', method: 'PUT', headers: { Trailer: 'X-Check' } }, (response) => {
        response.setEncoding('utf8').once('data', resolve);
      });
      asked.on('error', reject);
      asked.write('abc');
      asked.addTrailers({ 'X-Check': 'sum' });
      asked.end('def');
    });
    expect(await chunked).toBe('chunked 6 sum');
    expect((await ask(port, { method: 'POST', headers: { 'Content-Length': 0 } })).body).toBe('0 0 ');
    expect(
      (await ask(port, { method: 'POST', headers: { Expect: '100-continue', 'Content-Length': 2 } }, 'ab')).body,
    ).toBe('2 2 ');
  });

  it('without a body gets an answer without one: HEAD, 204, 304', async () => {
    const server = await serve((asked, response) => {
      if (asked.method === 'HEAD') response.writeHead(200, { 'Content-Length': '5' }).end();
      else response.writeHead(asked.url === '/none' ? 204 : 304, { ETag: '"x"' }).end();
    });
    const { port } = await front({ a: portOf(server) }, 'a');
    expect((await ask(port, { method: 'HEAD' })).response.headers['content-length']).toBe('5');
    expect((await ask(port, { path: '/none' })).response.statusCode).toBe(204);
    const { response } = await ask(port, { path: '/same' });
    expect([response.statusCode, response.headers.etag]).toEqual([304, '"x"']);
  });

  it('that asks for HTTP/2 in passing gets an answer in HTTP/1.1', async () => {
    const server = await serve((asked, response) => response.end(String(asked.headers.upgrade)));
    const { port } = await front({ a: portOf(server) }, 'a');
    const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' };
    expect((await ask(port, { headers })).response.statusCode).toBe(200);
  });

  it('streams: the first part of an answer is there before the last', async () => {
    let finish: () => void = () => undefined;
    const server = await serve((_, response) => {
      response.write('first ');
      finish = (): void => void response.end('last');
    });
    const { port } = await front({ a: portOf(server) }, 'a');
    const asked = request({ port, host: '127.0.0.1' }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(String((await once(response, 'data'))[0])).toBe('first ');
    finish();
    expect(String((await once(response, 'data'))[0])).toBe('last');
  });

  it('whose client goes away is given up', async () => {
    let isGivenUp: (() => void) | undefined;
    const givenUp = new Promise<void>((resolve) => (isGivenUp = resolve));
    const server = await serve((_, response) => {
      response.on('close', () => isGivenUp?.());
      response.write('begin');
    });
    const { port, router } = await front({ a: portOf(server) }, 'a');
    const asked = request({ port, host: '127.0.0.1' }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    asked.destroy();
    await givenUp;
    await expect.poll(() => router.active?.isIdle, { timeout: 20_000 }).toBe(true);
  });

  it('whose answer breaks off breaks off, too', async () => {
    const server = await serve((asked, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half', () => asked.socket.destroy());
    });
    const { port } = await front({ a: portOf(server) }, 'a');
    await expect(ask(port)).rejects.toThrow(/aborted|hang up|reset/i);
  });
});

describe('when nobody listens', () => {
  it('a request waits, with its body, until somebody does', async () => {
    const port = await freePort();
    const here = await front({ a: port }, 'a');
    const asked = ask(here.port, { method: 'POST', headers: { 'Content-Length': 5 } }, 'order');
    await setTimeout(200);
    await serve((got, response) => void got.pipe(response), port);
    expect((await asked).body).toBe('order');
  });

  it('a request goes to whoever is active by then', async () => {
    const other = await serve((_, response) => response.end('b'));
    const here = await front({ a: await freePort() }, 'a');
    const asked = ask(here.port);
    await setTimeout(100);
    here.router.route(wanted({ b: portOf(other) }, 'b'));
    expect((await asked).body).toBe('b');
  });

  it.each([['a' as const], [undefined]])('a request gets a 503 in the end (active: %s)', async (active) => {
    const here = await front({ a: await freePort() }, active, 100);
    const { response } = await ask(here.port);
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
  });
});

describe('a connection that the service ends just when it is used again', () => {
  it.each([
    ['GET', '', 200],
    ['POST', 'order', 502],
  ])('has a %s with "%s" end with %i', async (method, body, status) => {
    let count = 0;
    const server = await serve((asked, response) => {
      // The first one is answered and the connection kept; the second one finds it closed.
      if (++count === 2) asked.socket.resetAndDestroy();
      else response.end('ok');
    });
    const here = await front({ a: portOf(server) }, 'a');
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    expect((await ask(here.port, { agent })).body).toBe('ok');
    expect((await ask(here.port, { agent, method }, body)).response.statusCode).toBe(status);
    expect(count).toBe(status === 200 ? 3 : 2);
  });
});

describe('a new connection that the service ends', () => {
  it.each([
    ['GET', 1, 200, 2],
    ['GET', 9, 502, 2],
    ['POST', 1, 502, 1],
  ])('has a %s, ended %i times, end with %i', async (method, times, status, seen) => {
    let count = 0;
    const server = await serve((asked, response) => {
      if (++count <= times) asked.socket.resetAndDestroy();
      else response.end('ok');
    });
    const here = await front({ a: portOf(server) }, 'a');
    const { response } = await ask(here.port, { method }, method === 'POST' ? 'order' : '');
    expect([response.statusCode, count]).toEqual([status, seen]);
  });
});

describe('a switch', () => {
  it('moves connections of clients between two requests, and lets slow answers end where they began', async () => {
    let finish: (() => void) | undefined;
    const a = await serve((asked, response) => {
      if (asked.url === '/slow') finish = (): void => void response.end('slow a');
      else response.end('a');
    });
    const b = await serve((_, response) => response.end('b'));
    const ports = { a: portOf(a), b: portOf(b) };
    const here = await front(ports, 'a');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    expect((await ask(here.port, { agent })).body).toBe('a');
    const slow = ask(here.port, { path: '/slow' });
    await expect.poll(() => finish).toBeDefined();
    here.router.route(wanted(ports, 'b'));
    expect(here.router.draining).toEqual(['a']);
    expect((await ask(here.port, { agent })).body).toBe('b');
    finish?.();
    expect((await slow).body).toBe('slow a');
    await expect.poll(() => here.router.draining).toEqual([]);
  });
});

describe('what is no request', () => {
  it('is refused, and nothing of it arrives', async () => {
    let count = 0;
    const server = await serve((_, response) => response.end(String(++count)));
    const { port } = await front({ a: portOf(server) }, 'a');
    for (const text of [
      'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n',
      'nonsense\r\n\r\n',
    ]) {
      const socket = connect(port, '127.0.0.1').setEncoding('latin1');
      socket.end(text);
      let answer = '';
      for await (const piece of socket) answer += String(piece);
      expect(answer).toContain('400 Bad Request');
    }
    expect(count).toBe(0);
  });
});
