import { randomUUID } from 'node:crypto';
import { listAll, type ObjectStore } from '@x/storage';
import { shown, VersioningError } from '../../errors.ts';
import type { Secret } from '../checks/secret.ts';
import { MOST_GAP, numbersOf, type OpenBook, openBook, textOf } from './open-book.ts';
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
  /** The highest number in use, whatever stands there; 0 for none. */
  readonly last: number;
  /** Keys of objects that are no entries: damaged, of a newer format, or written by somebody who wants to be in the way. They are passed over. */
  readonly odd: readonly string[];
}

/** An entry that was read, and what is to be thought of it. */
export interface Found<T> {
  readonly entry: T;
  readonly trust: Trust;
}

const FORMAT = { format: 'holdfast-deploy-request', formatVersion: 0 } as const;
const PLACE = 'deploy';
const ANSWERS = `${PLACE}/answers/`;
const OUTCOMES: readonly unknown[] = ['deployed', 'current', 'failed', 'none'];

/**
 * Opens the book of a store. Nothing is read or written yet.
 *
 * @param secret With it, what is written is signed, and what is read is held against it: `INVALID_OPTION` where it can't be read. Else all is trusted.
 */
export function requestBook(store: ObjectStore, secret?: Secret): RequestBook {
  const requests = openBook(store, `${PLACE}/requests`);
  const answersOf = (server: string): OpenBook => openBook(store, `${ANSWERS}${checkedServer(server)}`);
  const key = async (): Promise<Uint8Array | undefined> => (secret === undefined ? undefined : readKey(secret));
  return {
    async request(wanted, signal) {
      const call = { key: await key(), signal };
      return { n: await append(requests, wanted, { ...call, after: await answeredByAny(requests, call) }), ...wanted };
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
async function append(
  { store, book }: OpenBook,
  content: { readonly at: string },
  { key, signal, after = 0 }: BookCall & { readonly after?: number },
): Promise<number> {
  const text = encoded(content);
  let n = Math.max(after, (await numbersOf({ store, book }, signal)).numbers.at(-1) ?? 0);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    n += 1;
    const place = { path: book.key(n), at: content.at };
    const body = new TextEncoder().encode(key === undefined ? text : signed(text, place, key));
    if (await book.appendAt(n, body, { signal })) return n;
  }
  throw new Error('Expected to write a request to deploy, got a hundred lost races');
}

/**
 * The number up to which a server has answered requests. Those that are gone count all the same: else taking one away would have an earlier one obeyed that it has replaced. What lies
 * so far beyond the last one that no request can follow is of none.
 */
export function answeredIn(answers: readonly Found<DeployAnswer>[], last: number): number {
  const counts = (request: number): boolean => request < last + MOST_GAP;
  return answers
    .filter(({ trust }) => trust === 'trusted')
    .reduce((most, { entry: { request = 0 } }) => (counts(request) ? Math.max(most, request) : most), 0);
}

/** The highest number that any server has answered: a request with it, or a lower one, would be obeyed by none. */
async function answeredByAny(requests: OpenBook, call: BookCall): Promise<number> {
  const { store } = requests;
  const names = new Set<string>();
  for await (const { key } of listAll(store, ANSWERS, { signal: call.signal }))
    names.add(key.slice(ANSWERS.length).split('/')[0] ?? '');
  const last = (await numbersOf(requests, call.signal)).numbers.at(-1) ?? 0;
  let most = 0;
  for (const name of [...names].filter(isServer))
    most = Math.max(most, await lastAnswered(openBook(store, `${ANSWERS}${name}`), last, call));
  return most;
}

/** Answers come in the order of their requests, so the newest that counts says it. */
async function lastAnswered(answers: OpenBook, last: number, call: BookCall): Promise<number> {
  const { numbers } = await numbersOf(answers, call.signal);
  for (const n of numbers.toReversed()) {
    const found = await readOne(answers, { parse: answerIn, n }, call);
    const answered = found === undefined ? 0 : answeredIn([found], last);
    if (answered > 0) return answered;
  }
  return 0;
}

const isServer = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);

/** A name that can be a part of a key. @throws {VersioningError} `INVALID_OPTION`. */
export function checkedServer(server: string): string {
  if (isServer(server)) return server;
  throw new VersioningError('INVALID_OPTION', `Expected a name of a server, got ${shown(server)}`, {
    hint: 'At most 64 letters, digits, dots, dashes and underscores.',
  });
}

/** The token tells two that are otherwise the same apart, as a ledger needs. */
function encoded(content: object): string {
  return JSON.stringify({ ...FORMAT, ...content, token: randomUUID() });
}

async function readAll<T extends { readonly at: string }>(
  open: OpenBook,
  parse: Parse<T>,
  call: BookCall,
): Promise<Entries<T>> {
  const found: Found<T>[] = [];
  const odd: string[] = [];
  const { numbers, beyond } = await numbersOf(open, call.signal);
  for (const n of numbers) {
    const one = await readOne(open, { parse, n }, call);
    if (one === undefined) odd.push(open.book.key(n));
    else found.push(one);
  }
  return { found, last: numbers.at(-1) ?? 0, odd: [...odd, ...beyond] };
}

/** `undefined` for what is no entry. */
async function readOne<T extends { readonly at: string }>(
  { book }: OpenBook,
  { parse, n }: { readonly parse: Parse<T>; readonly n: number },
  { key, signal }: BookCall,
): Promise<Found<T> | undefined> {
  const text = await textOf(book, n, signal);
  const entry = parse(fieldsIn(text), n);
  if (entry === undefined) return undefined;
  return { entry, trust: key === undefined ? 'trusted' : trustOf(text, { path: book.key(n), at: entry.at }, key) };
}

type Fields = Readonly<Record<string, unknown>>;
type Parse<T> = (value: Fields, n: number) => T | undefined;

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
