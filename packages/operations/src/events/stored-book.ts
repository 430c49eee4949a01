import { randomBytes } from 'node:crypto';
import { ledger, type ObjectStore } from '@x/storage';
import { OperationsError } from '../errors.ts';
import type { EventBook, OperationEvent } from './contract.ts';
import { isWanted } from './memory-book.ts';

/** The largest event, in bytes. */
const MAX_EVENT_BYTES = 256 * 1024;

/**
 * A book of events in a store, one numbered object for each: for those who keep no audit log. Many machines may write to it at the same time.
 * It reads all of its objects each time, so it is for hundreds of events a month, such as drills and objectives, and not for every request.
 * What can't be read is passed over.
 *
 * @param name Of the ledger, a key. Default `events`.
 * @throws {StorageError} from its calls; {OperationsError} `INVALID_OPTION` for an event of more than 256 KiB.
 *
 * @example
 * ```ts
 * import { storedEventBook } from '@x/operations';
 * import { fsStore } from '@x/storage';
 *
 * const book = storedEventBook(fsStore('/var/lib/shop/operations'));
 * for await (const { at, name } of book.read({ names: ['drill.failed'] })) console.log(at, name);
 * ```
 */
export function storedEventBook(store: ObjectStore, name = 'events'): EventBook {
  const book = ledger(store, name, { maxBytes: MAX_EVENT_BYTES });
  return {
    append: async (event) => {
      await book.append(encode(event));
    },
    read: async function* (query = {}) {
      for await (const { body } of book.entries()) {
        const event = decode(body);
        if (event !== undefined && isWanted(event, query)) yield event;
      }
    },
  };
}

/** The token first: bodies differ from the beginning, so that a lost answer is found out. */
function encode(event: OperationEvent): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify({ token: randomBytes(16).toString('hex'), ...event }));
  if (bytes.length <= MAX_EVENT_BYTES) return bytes;
  throw new OperationsError('INVALID_OPTION', `Expected an event of at most 256 KiB, got ${bytes.length} bytes`, {
    hint: 'Keep long lists elsewhere, and tell how many there are.',
  });
}

const LEVELS: ReadonlySet<unknown> = new Set(['info', 'warn', 'error']);

function decode(bytes: Uint8Array): OperationEvent | undefined {
  let value: (Partial<OperationEvent> & { readonly token?: unknown }) | null;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as typeof value;
  } catch {
    return undefined;
  }
  const { token: _token, ...event } = value ?? {};
  const isWhole =
    typeof event.at === 'string' &&
    !Number.isNaN(Date.parse(event.at)) &&
    typeof event.name === 'string' &&
    LEVELS.has(event.level) &&
    typeof event.details === 'object' &&
    event.details !== null;
  return isWhole ? (event as OperationEvent) : undefined;
}
