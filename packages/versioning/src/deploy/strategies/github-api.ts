import { shown, VersioningError } from '../../errors.ts';
import { failureText, oneLine } from '../checks/failure.ts';
import { readSecret, type Secret } from '../checks/secret.ts';

/** How a GitHub is reached. */
export interface GithubAccess {
  readonly owner: string;
  readonly repository: string;
  /** May start workflows: `actions: write`. It goes into one header, and nowhere else. */
  readonly token: Secret;
  /** Default: `https://api.github.com`. */
  readonly baseUrl?: string | undefined;
}

/** An answer of its REST API. */
export interface GithubAnswer {
  readonly status: number;
  /** The JSON; nothing where there was none. */
  readonly body: unknown;
  /** How long it asks to wait before the next request, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** One request. */
export interface GithubRequest {
  readonly method: 'GET' | 'POST';
  /** Below the repository, as `actions/runs/7`. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const BASE_URL = 'https://api.github.com';
const API_VERSION = '2022-11-28';
const REQUEST_MS = 30_000;
const MOST_BYTES = 4 * 1024 * 1024;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** The URL of something below a repository. @throws {VersioningError} `INVALID_OPTION` for names and addresses that are none. */
export function githubUrl({ owner, repository, baseUrl = BASE_URL }: GithubAccess, path: string): string {
  for (const name of [owner, repository]) {
    if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) {
      throw new VersioningError('INVALID_OPTION', `Expected an owner and a repository of GitHub, got ${shown(name)}`);
    }
  }
  const base = URL.parse(baseUrl);
  const isSafe = base?.protocol === 'https:' || (base?.protocol === 'http:' && LOOPBACK.test(base.hostname));
  if (base === null || !isSafe) {
    throw new VersioningError(
      'INVALID_OPTION',
      `Expected the address of an API with https:, got ${shown(base?.origin ?? baseUrl)}`,
      {
        hint: 'A token is sent there: without encryption only to this machine.',
      },
    );
  }
  return `${baseUrl.replace(/\/+$/, '')}/repos/${owner}/${repository}/${path}`;
}

/**
 * Asks GitHub's REST API (https://docs.github.com/rest). Every status is an answer; redirects are not followed, as they would carry the token elsewhere.
 *
 * @throws {VersioningError} `CI_UNREACHABLE` when there is no answer; `CI_REFUSED` when the token can't be read; the reason of the signal.
 */
export async function askGithub(
  access: GithubAccess,
  { method, path, body, signal }: GithubRequest,
): Promise<GithubAnswer> {
  const url = githubUrl(access, path);
  const token = await readToken(access);
  const timeout = AbortSignal.timeout(REQUEST_MS);
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'holdfast',
        'x-github-api-version': API_VERSION,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return {
      status: response.status,
      body: jsonIn(await limitedText(response)),
      retryAfterMs: waitOf(response.headers),
    };
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachable(url, cause);
  }
}

async function readToken({ token }: GithubAccess): Promise<string> {
  try {
    const text = (await readSecret(token)).trim();
    if (/^[\x21-\x7E]+$/.test(text)) return text;
  } catch (error) {
    throw noToken(failureText(error));
  }
  // What it is instead is not shown.
  throw noToken('a text that is none');
}

const noToken = (found: string): VersioningError =>
  new VersioningError('CI_REFUSED', `Expected a token for GitHub, got: ${found}`, {
    hint: 'Name a variable or a file that has one, with the right to start workflows (actions: write).',
  });

function unreachable(url: string, cause: unknown): VersioningError {
  const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  return new VersioningError(
    'CI_UNREACHABLE',
    `Expected ${new URL(url).origin} to answer, got: ${failureText(reason)}`,
    {
      cause,
      hint: 'Check the network; or deploy another way, as hybrid or server-controlled.',
    },
  );
}

async function limitedText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error('an answer that is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** GitHub says how long in seconds, or when in seconds since 1970 (REST API, "Exceeding the rate limit"). */
function waitOf(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** A member of an answer that is a text. */
export function textOf(body: unknown, name: string): string | undefined {
  const value = memberOf(body, name);
  return typeof value === 'string' ? value : undefined;
}

/** A member of an answer that is a number. */
export function numberOf(body: unknown, name: string): number | undefined {
  const value = memberOf(body, name);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** A member of an answer. */
export function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

/** The error of an answer that refuses. */
export function refusal({ status, body }: GithubAnswer, what: string): VersioningError {
  const said = oneLine(textOf(body, 'message') ?? 'nothing more');
  const hints: Readonly<Record<number, string>> = {
    401: 'The token is wrong or has ended: make another one.',
    403: 'The token has no right to do that (actions: write), or too much was asked: wait.',
    404: 'Check owner, repository and workflow; a token without rights sees nothing, too.',
    422: 'Check that the workflow has `workflow_dispatch` with these inputs, on the ref that is started.',
  };
  return new VersioningError('CI_REFUSED', `Expected GitHub to ${what}, got ${status}: ${said}`, {
    hint: hints[status],
  });
}
