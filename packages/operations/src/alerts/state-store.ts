import { randomUUID } from 'node:crypto';
import { ledger, listAll, type ObjectStore } from '@x/storage';
import { OperationsError } from '../errors.ts';
import { type AlertState, NO_ALERTS, readState, writeState } from './state.ts';

/** The state of alerts in a store: a ledger, of which the newest entry counts. */
export interface StateStore {
  read(): Promise<AlertState>;
  /** Makes a change of the state as it is then, again where somebody else was faster. The same state: nothing is written. */
  update<T>(change: (state: AlertState) => Changed<T>): Promise<T>;
}

/** A state after a change, and what came of it. */
export interface Changed<T> {
  readonly state: AlertState;
  readonly result: T;
}

const LEDGER = 'alerts';
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_RACES = 1000;
/** Entries that stay: whoever has read one so old and writes only now would else find its number free. */
const KEPT = 100;
const KEPT_MS = 3_600_000;

/** Opens the state in a store. Nothing is read yet. */
export function stateStore(store: ObjectStore, now: () => number): StateStore {
  const book = ledger(store, LEDGER, { maxBytes: MAX_BYTES });
  let last: Promise<unknown> = Promise.resolve();
  const newest = async (): Promise<{ readonly n: number; readonly state: AlertState }> => {
    const found = await book.latest();
    if (found === undefined) return { n: 0, state: NO_ALERTS };
    return { n: found.n, state: readState(found.body, book.key(found.n)) };
  };
  const clean = async (n: number): Promise<void> => {
    if (n % KEPT !== 0 || n <= KEPT) return;
    const { atMs } = readState(await book.read(n - KEPT), book.key(n - KEPT));
    if (now() - atMs < KEPT_MS) return;
    const before = book.key(n - KEPT);
    for await (const { key } of listAll(store, `${LEDGER}/`)) {
      if (key >= before) return;
      await store.delete(key);
    }
  };
  const write = async <T>(change: (state: AlertState) => Changed<T>): Promise<T> => {
    for (let race = 0; race < MAX_RACES; race++) {
      const { n, state } = await newest();
      const changed = change(state);
      if (changed.state === state) return changed.result;
      const body = writeState({ ...changed.state, atMs: now() }, randomUUID());
      if (!(await book.appendAt(n + 1, body))) continue;
      // What is old may stay: the next one takes it away.
      await clean(n + 1).catch(() => undefined);
      return changed.result;
    }
    throw new OperationsError('ALERTS_DAMAGED', `Expected to write the state of alerts, got ${MAX_RACES} lost races`);
  };
  return {
    read: async () => (await newest()).state,
    // One after the other here: races are for other processes.
    update: async (change) => {
      const mine = last.then(async () => write(change));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
