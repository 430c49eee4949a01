import { randomUUID } from 'node:crypto';
import { isStorageError, type Ledger, ledger, listAll, type ObjectStore } from '@x/storage';
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
  /** In the order of their numbers. */
  requests(signal?: AbortSignal): Promise<Entries<DeployRequest>>;
  answer(answer: DeployAnswer, signal?: AbortSignal): Promise<void>;
  /** In the order of their numbers. */
  answers(server: string, signal?: AbortSignal): Promise<Entries<DeployAnswer>>;
}

/** What a ledger has. */
export interface Entries<T> {
  readonly found: readonly Found<T>[];
  /** Keys of objects that are no entries: damaged, of a newer format, or written by somebody who wants to be in the way. They are passed over. */
  readonly odd: readonly string[];
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
  const open = (name: string): OpenBook => ({
    store,
    book: ledger(store, `${PLACE}/${name}`, { maxBytes: MOST_BYTES }),
  });
  const requests = open('requests');
  const answersOf = (server: string): OpenBook => open(`answers/${checkedServer(server)}`);
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

interface OpenBook {
  readonly store: ObjectStore;
  readonly book: Ledger;
}

interface BookCall {
  readonly key: Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Numbers that may be missing in a row. None is by itself: entries are not removed. */
const MOST_GAP = 1000;
/** Lost races before it is given up. */
const ATTEMPTS = 100;

/** A signature is for one place, so whoever loses a race signs for the next. */
async function append(
  { store, book }: OpenBook,
  content: { readonly at: string },
  { key, signal }: BookCall,
): Promise<number> {
  const text = encoded(content);
  let n = (await numbersOf({ store, book }, signal)).numbers.at(-1) ?? 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    n += 1;
    const place = { path: book.key(n), at: content.at };
    const body = new TextEncoder().encode(key === undefined ? text : signed(text, place, key));
    if (await book.appendAt(n, body, { signal })) return n;
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
  { store, book }: OpenBook,
  parse: (value: Fields, n: number) => T | undefined,
  { key, signal }: BookCall,
): Promise<Entries<T>> {
  const found: Found<T>[] = [];
  const odd: string[] = [];
  const { numbers, beyond } = await numbersOf({ store, book }, signal);
  for (const n of numbers) {
    const path = book.key(n);
    const text = await textOf(book, n, signal);
    const entry = parse(fieldsIn(text), n);
    if (entry === undefined) odd.push(path);
    else found.push({ entry, trust: key === undefined ? 'trusted' : trustOf(text, { path, at: entry.at }, key) });
  }
  return { found, odd: [...odd, ...beyond] };
}

interface Numbers {
  /** Ascending. */
  readonly numbers: readonly number[];
  /** Keys of those that are no next ones. */
  readonly beyond: readonly string[];
}

/**
 * Numbers in use, without a look at what stands there. Each is the next one after those before. What lies beyond a gap was put there to use up all numbers, or
 * to be the last one for ever: it does not count.
 */
async function numbersOf({ store, book }: OpenBook, signal: AbortSignal | undefined): Promise<Numbers> {
  const prefix = `${book.name}/`;
  const numbers: number[] = [];
  for await (const { key } of listAll(store, prefix, { signal })) {
    const digits = key.slice(prefix.length);
    if (/^\d{12}$/.test(digits) && Number(digits) > 0) numbers.push(Number(digits));
  }
  numbers.sort((a, b) => a - b);
  const end = numbers.findIndex((n, index) => n - (numbers[index - 1] ?? 0) > MOST_GAP);
  if (end < 0) return { numbers, beyond: [] };
  return { numbers: numbers.slice(0, end), beyond: numbers.slice(end).map((n) => book.key(n)) };
}

type Fields = Readonly<Record<string, unknown>>;

/** Empty for what is no text, or too long for an entry. */
async function textOf(book: Ledger, n: number, signal: AbortSignal | undefined): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await book.read(n, { signal }));
  } catch (error) {
    if (isStorageError(error) && error.code !== 'TOO_LARGE') throw error;
    signal?.throwIfAborted();
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
