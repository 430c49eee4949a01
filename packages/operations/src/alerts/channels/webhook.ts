import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { OperationsError } from '../../errors.ts';
import { type Channel, ChannelError } from '../channel.ts';
import { subjectOf, textOf } from '../notice-text.ts';
import type { Severity } from '../rule.ts';
import type { Notice } from '../state.ts';
import { checkSecretSource, isSecretSource, readSecret, type SecretSource } from './secret.ts';

/** Options of {@link webhookChannel}. */
export interface WebhookOptions {
  readonly name: string;
  /** `https://…`, or `http://…` in one's own network. One that is a secret itself, as those of chats are, stands in a file or a variable. */
  readonly url: string | SecretSource;
  /**
   * Signs what is sent: the header `X-Holdfast-Signature` is `t=SECONDS,v1=HEX`, where HEX is HMAC-SHA-256 of `SECONDS.BODY` with this secret.
   */
  readonly secret?: SecretSource | undefined;
  /** A file with certificates (PEM) of authorities that are trusted instead of the usual ones. */
  readonly caFile?: string | undefined;
  /** Milliseconds without an answer; default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Nothing less is sent. */
  readonly least?: Severity | undefined;
  /** Milliseconds since 1970. Default: the system clock. */
  readonly clock?: (() => number) | undefined;
}

/** What a webhook is sent, as JSON. */
export interface WebhookBody extends Notice {
  /** The version of this form. */
  readonly version: 1;
  /** All in a few lines: chats show it. */
  readonly text: string;
  /** All on one line. */
  readonly subject: string;
}

/** Statuses that say: not now. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Sends notices to a URL by POST, as JSON that chats understand, too (`text`). Any answer 2xx is enough; redirections are not followed.
 *
 * @throws {OperationsError} `INVALID_ALERTS` for what is no URL.
 */
export function webhookChannel(options: WebhookOptions): Channel {
  const { name, url, least } = options;
  if (!isSecretSource(url)) checkUrl(url, name);
  checkSecretSource(options.secret, `the secret of the channel ${name}`);
  return { name, least, send: async (notice, signal) => send(options, notice, signal) };
}

async function send(options: WebhookOptions, notice: Notice, signal: AbortSignal): Promise<void> {
  const { name, url, secret, caFile, timeoutMs = 10_000, clock = Date.now } = options;
  const text = isSecretSource(url) ? await readSecret(url, `the URL of the channel ${name}`) : url;
  const target = checkUrl(text, name);
  const body = JSON.stringify(bodyOf(notice));
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'holdfast',
    'x-holdfast-delivery': notice.id,
  };
  if (secret !== undefined) {
    const key = await readSecret(secret, `the secret of the channel ${name}`);
    headers['x-holdfast-signature'] = signatureOf(body, key, Math.floor(clock() / 1000));
  }
  const ca = caFile === undefined ? undefined : await readFile(caFile);
  const answer = await post(
    target,
    { headers, body, ca, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) },
    name,
  );
  if (answer.status >= 200 && answer.status < 300) return;
  const isLater = answer.status >= 500 || LATER.has(answer.status);
  throw new ChannelError(`Expected the webhook ${name} to answer with 2xx, got ${answer.status}`, {
    isRefusal: !isLater,
    retryAfterMs: retryAfterMs(answer.retryAfter, clock()),
    hint: isLater ? 'It is sent again later.' : 'Look at the URL and at what it takes.',
  });
}

/** What stands in the body. */
export function bodyOf(notice: Notice): WebhookBody {
  return { version: 1, text: textOf(notice), subject: subjectOf(notice), ...notice };
}

/** The header that proves who has sent a body, and when. */
function signatureOf(body: string, secret: string, seconds: number): string {
  const hex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${hex}`;
}

function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly ca: Buffer | undefined;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** One request. What a server says in its answer is not read: it may be long, and is nobody's business. */
async function post(url: URL, { headers, body, ca, signal }: Post, name: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const call = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = call(
    url,
    { method: 'POST', headers, signal, agent: false, ...(ca === undefined ? {} : { ca }) },
    (response) => {
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      response.on('error', () => undefined).destroy();
    },
  );
  request.on('error', (error: NodeJS.ErrnoException) => {
    const what = signal.aborted ? 'no answer in time' : (error.code ?? 'an error');
    // No cause: it has the address.
    reject(
      new ChannelError(`Expected the webhook ${name} to answer, got ${what}`, { hint: 'It is sent again later.' }),
    );
  });
  request.end(body);
  return promise;
}

/** @throws {OperationsError} `INVALID_ALERTS`. The URL itself is in no message. */
function checkUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isGood = url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:');
  if (isGood && url.username === '' && url.password === '') return url;
  throw new OperationsError(
    'INVALID_ALERTS',
    `Expected a URL with https: and without a password for the channel ${name}`,
    {
      hint: 'As "https://example.com/hook"; a URL that is a secret stands in a file: {"file": "/etc/holdfast/hook-url"}.',
    },
  );
}
