import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request as startRequest,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Backend } from './backend.ts';
import { endToEnd, forwardedHeaders, hasBody, upgradeHead } from './headers.ts';
import { Patience, type Router } from './router.ts';
import { type FrontServer, passThrough } from './tcp-front.ts';

const MOST_HEADER_BYTES = 64 * 1024;
/** Idle connections of clients are kept for longer than load balancers keep theirs, which is a minute mostly: who lets go first loses no request. */
const KEEP_ALIVE_MS = 75_000;
/** Methods of which a second time changes nothing, RFC 9110, section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Node 24.9 asks it; before, every upgrade is one. */
interface UpgradeOptions extends ServerOptions {
  readonly shouldUpgradeCallback: (request: IncomingMessage) => boolean;
}

/**
 * Passes each request on to the instance that is active when it comes. Connections of clients therefore move to another instance between two requests, without being
 * closed. A request that can't be delivered because nobody listens waits; one of which a part was sent is only sent again when that changes nothing.
 */
export function httpFront(router: Router): FrontServer {
  const upgraded = new Set<Socket>();
  const options: UpgradeOptions = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MOST_HEADER_BYTES,
    // How long a request may take is the service's to say.
    requestTimeout: 0,
    noDelay: true,
    // Clients that could do HTTP/2 say so in passing; HTTP/1.1 is an answer, too.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() !== 'h2c',
  };
  const server = createServer(options, (request, response) => {
    new Exchange(router, { request, response }).attempt();
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const first = Buffer.concat([Buffer.from(upgradeHead(request), 'latin1'), head]);
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    passThrough(router, socket, first);
  });
  return {
    server,
    letGo(): void {
      server.closeIdleConnections();
      // They would last as long as their clients like; the service ends next.
      for (const socket of upgraded) socket.destroy();
    },
  };
}

/** One request and its answer. */
class Exchange {
  readonly #router: Router;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #patience: Patience;
  #isRepeated = false;

  constructor(
    router: Router,
    { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  ) {
    this.#router = router;
    this.#request = request;
    this.#response = response;
    this.#patience = new Patience(router.holdMs);
    // The client went away; its response is closed, too, which is what counts.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    response.sendDate = false;
  }

  readonly attempt = (): void => {
    if (this.#response.closed) return;
    const backend = this.#router.active;
    if (backend === undefined) this.#retry(undefined);
    else this.#send(backend);
  };

  #send(backend: Backend): void {
    const end = backend.begin();
    const { method, url } = this.#request;
    const upstream = startRequest({
      agent: backend.agent,
      method,
      path: url,
      headers: forwardedHeaders(this.#request),
      setHost: false,
      maxHeaderSize: MOST_HEADER_BYTES,
    } as RequestOptions);
    let isConnected = false;
    const onConnected = (): void => {
      isConnected = true;
      this.#sendBody(upstream);
    };
    upstream.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', onConnected);
      else onConnected();
    });
    const onClose = (): void => {
      end();
      if (!this.#response.writableFinished) upstream.destroy();
    };
    this.#response.once('close', onClose);
    upstream.on('response', (answer) => this.#answer(answer));
    upstream.on('error', (error) => {
      this.#request.unpipe(upstream);
      if (this.#response.closed) return;
      this.#response.off('close', onClose);
      end();
      this.#failed(error, { isSafe: !isConnected || (this.#isRepeatable && this.#mayRepeat(upstream)) });
    });
  }

  /** A process that ends may take a last connection and never look at it. Once: a request that ends the service would do so again and again. */
  #mayRepeat({ reusedSocket }: ClientRequest): boolean {
    if (reusedSocket) return true;
    const isFirst = !this.#isRepeated;
    this.#isRepeated = true;
    return isFirst;
  }

  get #isRepeatable(): boolean {
    return IDEMPOTENT.has(this.#request.method) && !hasBody(this.#request);
  }

  #sendBody(upstream: ClientRequest): void {
    if (!hasBody(this.#request)) {
      this.#request.resume();
      upstream.end();
      return;
    }
    this.#request.once('end', () => {
      if (this.#request.rawTrailers.length > 0) upstream.addTrailers(asPairs(this.#request.rawTrailers));
    });
    this.#request.pipe(upstream);
  }

  #answer(answer: IncomingMessage): void {
    const response = this.#response;
    try {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer));
    } catch {
      // A status that is none can be read, but not written.
      answer.on('error', () => undefined).destroy();
      return this.#refuse(502);
    }
    answer.on('error', () => response.destroy());
    answer.once('end', () => {
      if (answer.rawTrailers.length > 0) response.addTrailers(asPairs(answer.rawTrailers));
    });
    answer.pipe(response);
  }

  #failed(error: unknown, { isSafe }: { readonly isSafe: boolean }): void {
    if (this.#response.headersSent) this.#response.destroy();
    else if (isSafe) this.#retry(error);
    else this.#refuse(502);
  }

  #retry(error: unknown): void {
    if (!this.#patience.again(error, this.attempt)) this.#refuse(503);
  }

  #refuse(status: 502 | 503): void {
    const text =
      status === 503 ? 'The service is not there. Try again in a moment.\n' : 'The service gave no answer.\n';
    // What the client still sends of its body is not for the next request.
    const fields = { 'Content-Type': 'text/plain', 'Retry-After': '1', Connection: 'close' };
    this.#response.writeHead(status, STATUS_CODES[status], fields).end(text);
  }
}

function asPairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : []));
}
