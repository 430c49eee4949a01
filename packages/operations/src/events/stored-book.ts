import { randomBytes } from 'node:crypto';
import { listAll, type ObjectStore } from '@x/storage';
import { OperationsError, shown } from '../errors.ts';
import { writtenOnce } from '../objects/written-once.ts';
import { slotName, slotOfName } from '../slots/slot-name.ts';
import type { EventBook, EventQuery, OperationEvent } from './contract.ts';
import { isWanted } from './memory-book.ts';

/** The largest event, in bytes. */
const MAX_EVENT_BYTES = 256 * 1024;

/**
 * A book of events in a store, one object for each, named by its time: for those who keep no audit log. Many machines may write to it at the same
 * time. A question about some days reads these days, and what was read once is remembered, but it is for thousands of events, such as drills and
 * objectives, and not for every request. What can't be read is passed over.
 *
 * @param name Of its folder, a key. Default `events`.
 * @throws {StorageError} from its calls; {OperationsError} `INVALID_OPTION` for an event of more than 256 KiB, or without a time.
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
  const objects = writtenOnce(store, { maxBytes: MAX_EVENT_BYTES });
  let count = 0;
  return {
    append: async (event) => {
      const body = encode(event);
      // What one process tells within a millisecond stays in its order.
      const turn = (count++ % 2 ** 32).toString(16).padStart(8, '0');
      // Nobody else has this name: what is there already is this event, whose answer was lost.
      await store.createIfAbsent(
        `${name}/${slotName(Date.parse(event.at))}-${turn}${randomBytes(8).toString('hex')}`,
        body,
      );
    },
    read: async function* (query = {}) {
      for await (const { body } of objects.read(keysOf(store, `${name}/`, query))) {
        const event = body === undefined ? undefined : decode(body);
        if (event !== undefined && isWanted(event, query)) yield event;
      }
    },
  };
}

async function* keysOf(
  store: ObjectStore,
  folder: string,
  { fromMs, toMs = Infinity }: EventQuery,
): AsyncGenerator<string> {
  const after = fromMs === undefined || !Number.isFinite(fromMs) ? undefined : folder + slotName(fromMs);
  for await (const { key } of listAll(store, folder, { after })) {
    const [slot = ''] = key.slice(folder.length).split('-');
    const atMs = slotOfName(slot);
    if (atMs === undefined) continue;
    if (atMs >= toMs) return;
    yield key;
  }
}

/** The token first: bodies differ from the beginning, so that a lost answer is found out. */
function encode(event: OperationEvent): Uint8Array {
  if (Number.isNaN(Date.parse(event.at)))
    throw new OperationsError('INVALID_OPTION', `Expected an event with a time, got ${shown(event.at)}`, {
      hint: 'Write it in ISO 8601, as 2026-03-01T02:30:00Z.',
    });
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
