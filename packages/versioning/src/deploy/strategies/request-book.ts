import { randomUUID } from 'node:crypto';
import { ledger, type LedgerEntry, type ObjectStore } from '@x/storage';
import { shown, VersioningError } from '../../errors.ts';

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
  requests(signal?: AbortSignal): Promise<readonly DeployRequest[]>;
  answer(answer: DeployAnswer, signal?: AbortSignal): Promise<void>;
  /** @throws {VersioningError} `INVALID_REQUEST` for what is none. */
  answers(server: string, signal?: AbortSignal): Promise<readonly DeployAnswer[]>;
}

const FORMAT = { format: 'holdfast-deploy-request', formatVersion: 0 } as const;
const MOST_BYTES = 65_536;
const PLACE = 'deploy';
const OUTCOMES: readonly unknown[] = ['deployed', 'current', 'failed', 'none'];

/** Opens the book of a store. Nothing is read or written yet. */
export function requestBook(store: ObjectStore): RequestBook {
  const open = (name: string): ReturnType<typeof ledger> => ledger(store, `${PLACE}/${name}`, { maxBytes: MOST_BYTES });
  const requests = open('requests');
  const answersOf = (server: string): ReturnType<typeof ledger> => open(`answers/${checkedServer(server)}`);
  return {
    async request(wanted, signal) {
      return { n: await requests.append(encoded(wanted), { signal }), ...wanted };
    },
    requests: (signal) => readAll(requests.entries({ signal }), requestIn),
    async answer(answer, signal) {
      await answersOf(answer.server).append(encoded(answer), { signal });
    },
    answers: async (server, signal) => readAll(answersOf(server).entries({ signal }), answerIn),
  };
}

/** A name that can be a part of a key. @throws {VersioningError} `INVALID_OPTION`. */
export function checkedServer(server: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(server)) return server;
  throw new VersioningError('INVALID_OPTION', `Expected a name of a server, got ${shown(server)}`, {
    hint: 'At most 64 letters, digits, dots, dashes and underscores.',
  });
}

/** The token tells two that are otherwise the same apart, as a ledger needs. */
function encoded(content: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...FORMAT, ...content, token: randomUUID() }));
}

async function readAll<T>(
  entries: AsyncIterable<LedgerEntry>,
  parse: (value: Fields, n: number) => T | undefined,
): Promise<T[]> {
  const found: T[] = [];
  for await (const { n, body } of entries) {
    const parsed = parse(fieldsIn(body), n);
    if (parsed === undefined) throw invalidRequest(n);
    found.push(parsed);
  }
  return found;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsIn(body: Uint8Array): Fields {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
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
