import { randomUUID } from 'node:crypto';
import { type Ledger, ledger, type ObjectStore } from '@x/storage';
import { shown, VersioningError } from '../../errors.ts';
import type { Secret } from '../checks/secret.ts';
import { readKey, signed, type Trust, trustOf } from './request-signature.ts';

/** What somebody wants servers to deploy. */
export interface DeployRequest {
  /** Its number: 1, 2, 3, … */
  readonly n: number;
  /** None for the newest release of the channel. */
  readonly version?: string | undefined;
  readonly channel: string;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What a server has done, by itself or because of a request. */
export interface DeployAnswer {
  readonly server: string;
  /** The request that it answers, and with it all before; none for what it did by itself. */
  readonly request?: number | undefined;
  readonly version?: string | undefined;
  /** `current`: it was there already. `none`: there is no release to deploy. */
  readonly outcome: 'deployed' | 'current' | 'failed' | 'none';
  readonly at: string;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** Requests and answers in a store, both ledgers: what is there never changes. `docs/formats/deploy-requests.md` has the format. */
export interface RequestBook {
  /** @throws {StorageError} Those of the store. */
  request(wanted: Omit<DeployRequest, 'n'>, signal?: AbortSignal): Promise<DeployRequest>;
  /** @throws {VersioningError} `INVALID_REQUEST` for what is none. */
  requests(signal?: AbortSignal): Promise<readonly Found<DeployRequest>[]>;
  answer(answer: DeployAnswer, signal?: AbortSignal): Promise<void>;
  /** @throws {VersioningError} `INVALID_REQUEST` for what is none. */
  answers(server: string, signal?: AbortSignal): Promise<readonly Found<DeployAnswer>[]>;
}

/** An entry that was read, and what is to be thought of it. */
export interface Found<T> {
  readonly entry: T;
  readonly trust: Trust;
}

const FORMAT = { format: 'holdfast-deploy-request', formatVersion: 0 } as const;
const MOST_BYTES = 65_536;
const PLACE = 'deploy';
const OUTCOMES: readonly unknown[] = ['deployed', 'current', 'failed', 'none'];

/**
 * Opens the book of a store. Nothing is read or written yet.
 *
 * @param secret With it, what is written is signed, and what is read is held against it: `INVALID_OPTION` where it can't be read. Else all is trusted.
 */
export function requestBook(store: ObjectStore, secret?: Secret): RequestBook {
  const open = (name: string): Ledger => ledger(store, `${PLACE}/${name}`, { maxBytes: MOST_BYTES });
  const requests = open('requests');
  const answersOf = (server: string): Ledger => open(`answers/${checkedServer(server)}`);
  const key = async (): Promise<Uint8Array | undefined> => (secret === undefined ? undefined : readKey(secret));
  return {
    async request(wanted, signal) {
      return { n: await append(requests, wanted, { key: await key(), signal }), ...wanted };
    },
    requests: async (signal) => readAll(requests, requestIn, { key: await key(), signal }),
    async answer(answer, signal) {
      await append(answersOf(answer.server), answer, { key: await key(), signal });
    },
    answers: async (server, signal) => readAll(answersOf(server), answerIn, { key: await key(), signal }),
  };
}

interface BookCall {
  readonly key: Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Lost races before it is given up. */
const ATTEMPTS = 100;

/** A signature is for one place, so whoever loses a race signs for the next. */
async function append(book: Ledger, content: { readonly at: string }, { key, signal }: BookCall): Promise<number> {
  const text = encoded(content);
  const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);
  if (key === undefined) return book.append(bytes(text), { signal });
  let n = (await book.latest({ signal }))?.n ?? 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    n += 1;
    const place = { path: book.key(n), at: content.at };
    if (await book.appendAt(n, bytes(signed(text, place, key)), { signal })) return n;
  }
  throw new Error('Expected to write a request to deploy, got a hundred lost races');
}

/** A name that can be a part of a key. @throws {VersioningError} `INVALID_OPTION`. */
export function checkedServer(server: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(server)) return server;
  throw new VersioningError('INVALID_OPTION', `Expected a name of a server, got ${shown(server)}`, {
    hint: 'At most 64 letters, digits, dots, dashes and underscores.',
  });
}

/** The token tells two that are otherwise the same apart, as a ledger needs. */
function encoded(content: object): string {
  return JSON.stringify({ ...FORMAT, ...content, token: randomUUID() });
}

async function readAll<T extends { readonly at: string }>(
  book: Ledger,
  parse: (value: Fields, n: number) => T | undefined,
  { key, signal }: BookCall,
): Promise<Found<T>[]> {
  const found: Found<T>[] = [];
  for await (const { n, body } of book.entries({ signal })) {
    const text = textOf(body);
    const entry = parse(fieldsIn(text), n);
    if (entry === undefined) throw invalidRequest(n);
    const place = { path: book.key(n), at: entry.at };
    found.push({ entry, trust: key === undefined ? 'trusted' : trustOf(text, place, key) });
  }
  return found;
}

type Fields = Readonly<Record<string, unknown>>;

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return '';
  }
}

function fieldsIn(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    const fields = value as Fields;
    return fields['format'] === FORMAT.format && fields['formatVersion'] === FORMAT.formatVersion ? fields : {};
  } catch {
    return {};
  }
}

function requestIn({ version, channel, by, at }: Fields, n: number): DeployRequest | undefined {
  const isRight = isOptionalText(version) && isText(channel) && isText(by) && isText(at);
  return isRight ? { n, version, channel, by, at } : undefined;
}

function answerIn({ server, request, version, outcome, at, error }: Fields): DeployAnswer | undefined {
  const isRight = isText(server) && isText(at) && isOptionalText(version) && OUTCOMES.includes(outcome);
  const isNumbered = request === undefined || (Number.isSafeInteger(request) && Number(request) > 0);
  if (!isRight || !isNumbered) return undefined;
  return {
    server,
    request: request as number | undefined,
    version,
    outcome: outcome as DeployAnswer['outcome'],
    at,
    error: error as DeployAnswer['error'],
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isOptionalText = (value: unknown): value is string | undefined => value === undefined || isText(value);

function invalidRequest(n: number): VersioningError {
  return new VersioningError('INVALID_REQUEST', `Expected a request to deploy as entry ${n}, got something else`, {
    hint: 'The store was damaged, or written by a newer Holdfast. Nothing is deployed from it.',
  });
}
