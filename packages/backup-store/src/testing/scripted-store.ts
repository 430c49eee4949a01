import { type Body, type ListOptions, memoryStore, type ObjectStore, StorageError } from '@x/storage';

/** A call that a client has made and that has not been carried out yet. */
export interface PendingCall {
  readonly client: string;
  readonly what: 'create' | 'get' | 'stat' | 'list' | 'delete';
  readonly key: string;
  /** Carries it out. */
  readonly apply: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** An effect that is on its way: its caller has been answered, or is gone. */
export interface LateEffect {
  readonly client: string;
  readonly what: PendingCall['what'];
  readonly key: string;
  readonly apply: () => Promise<unknown>;
}

/** Objects of one page of a listing: so few that other things happen between the pages. */
const PAGE = 3;

/** A store in which nothing happens by itself: calls wait until a schedule carries them out, in its order and with its faults. */
export class ScriptedStore {
  readonly inner: ObjectStore;
  readonly pending: PendingCall[] = [];
  readonly late: LateEffect[] = [];

  constructor(clock: () => number) {
    this.inner = memoryStore({ clock });
  }

  /** The store as one client sees it. Calls of a client that has died are never answered. */
  handle(client: string): ObjectStore {
    const { inner } = this;
    // There are two hundred calls in a schedule: no promise more than each of them needs.
    const call = <T>(what: PendingCall['what'], key: string, apply: () => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        this.pending.push({ client, what, key, apply, resolve: resolve as (value: unknown) => void, reject });
      });
    return {
      url: inner.url,
      capabilities: inner.capabilities,
      async createIfAbsent(key, body) {
        const bytes = await collected(body);
        return call('create', key, () => inner.createIfAbsent(key, bytes));
      },
      get: (key, options) => call('get', key, () => inner.get(key, { range: options?.range })),
      stat: (key) => call('stat', key, () => inner.stat(key)),
      list: (prefix, options) => call('list', prefix, () => inner.list(prefix, paged(options))),
      delete: (key) => call('delete', key, () => inner.delete(key)),
      put: async () => {
        throw new StorageError('IO_FAILED', 'Expected no overwrite of anything that counts, got one');
      },
      close: async () => undefined,
    };
  }

  /** Forgets what a client waits for. */
  drop(client: string): PendingCall[] {
    const dropped = this.pending.filter((call) => call.client === client);
    const kept = this.pending.filter((call) => call.client !== client);
    this.pending.splice(0, this.pending.length, ...kept);
    return dropped;
  }
}

const paged = (options: ListOptions | undefined): ListOptions => ({
  limit: PAGE,
  ...(options?.after === undefined ? {} : { after: options.after }),
});

async function collected(body: Body): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return Uint8Array.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of typeof body === 'function' ? body() : body) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

/** The failure of a call whose answer does not come. */
export function unavailable({ what, key }: { readonly what: string; readonly key: string }): StorageError {
  return new StorageError('UNAVAILABLE', `Expected an answer to ${what} of "${key}", got none`, { key });
}
