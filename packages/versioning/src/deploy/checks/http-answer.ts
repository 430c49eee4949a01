import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  header(name: string): string | undefined;
}

/** How it is asked. */
export interface HttpQuestion {
  /** The largest body that is taken, in bytes. */
  readonly maxBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Asks for a URL once, on a connection of its own, without following redirects.
 *
 * @throws The system's error; an error for a body that is too large, before room is made for it, and for a URL that is none.
 */
export async function askHttp(url: string, question: HttpQuestion): Promise<HttpAnswer> {
  const target = URL.parse(url);
  if (target === null || !/^https?:$/.test(target.protocol)) throw new Error('Expected a URL with http: or https:');
  const message = await answered(target, question);
  try {
    const body = await limitedBody(message, question.maxBytes);
    const header = (name: string): string | undefined => {
      const value = message.headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    };
    return { status: message.statusCode ?? 0, body, header };
  } finally {
    message.destroy();
  }
}

function answered(url: URL, { headers, signal }: HttpQuestion): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  // A compressed body could be a small one that becomes very large.
  const wanted = { 'accept-encoding': 'identity', 'user-agent': 'holdfast', ...headers };
  const asked = send(url, { agent: false, headers: wanted, signal }, resolve);
  asked.on('error', reject);
  asked.end();
  return promise;
}

async function limitedBody(message: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLarge = (): Error => new Error(`a body of more than ${maxBytes} bytes`);
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
