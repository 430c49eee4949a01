import { randomUUID } from 'node:crypto';
import { isStorageError, ledger, type Ledger, type ObjectStore } from '@x/storage';
import { inLanes } from '../lanes.ts';
import { decodeEvent, encodeEvent, invalidHistory, type LoggedEvent, type ReleaseEvent } from './events.ts';
import { emptyState, type HistoryState, stateAfter } from './history-state.ts';

/** Lost races before a change is given up. */
const ATTEMPTS = 100;
/** An event is some hundred bytes. */
const MOST_BYTES = 1024 * 1024;

/** All that happened to the releases of a component, as a ledger: of all who write an entry, one wins. */
export class ReleaseHistory {
  readonly #ledger: Ledger;
  #state: HistoryState = emptyState;

  constructor(store: ObjectStore, prefix: string) {
    this.#ledger = ledger(store, `${prefix}/history`, { maxBytes: MOST_BYTES });
  }

  /** What the history says now. @throws {VersioningError} `INVALID_HISTORY`. */
  async read(signal?: AbortSignal): Promise<HistoryState> {
    const latest = await this.#ledger.latest({ signal });
    const from = this.#state.last?.n ?? 0;
    const numbers = Array.from({ length: Math.max(0, (latest?.n ?? 0) - from) }, (_, index) => from + 1 + index);
    const bodies = new Map<number, Uint8Array>(latest === undefined ? [] : [[latest.n, latest.body]]);
    await inLanes(numbers, async (n) => {
      if (!bodies.has(n)) bodies.set(n, await this.#entry(n, signal));
    });
    for (const n of numbers) {
      this.#state = stateAfter(this.#state, await decodeEvent(bodies.get(n) ?? new Uint8Array(), n, this.#state.last));
    }
    return this.#state;
  }

  /** An entry that is missing is no entry, too. */
  async #entry(n: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    try {
      return await this.#ledger.read(n, { signal });
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) throw invalidHistory(n, 'nothing');
      throw error;
    }
  }

  /**
   * Writes the event that `decide` makes of what the history says; if somebody else was faster, it is asked again.
   *
   * @param decide Throws where the event must not be; `undefined` where there is nothing to write.
   */
  async append(
    decide: (state: HistoryState) => ReleaseEvent | undefined,
    signal?: AbortSignal,
  ): Promise<LoggedEvent | undefined> {
    for (let attempt = 0; ; attempt++) {
      const state = await this.read(signal);
      const event = decide(state);
      if (event === undefined) return undefined;
      const n = (state.last?.n ?? 0) + 1;
      const bytes = encodeEvent(event, { n, previous: state.last?.digest, token: randomUUID() });
      const isOurs = await this.#ledger.appendAt(n, bytes, { signal });
      if (isOurs) return decodeEvent(bytes, n, state.last);
      // One more look tells why; to lose this often, others would have to release a hundred times meanwhile.
      if (attempt >= ATTEMPTS) throw new Error('Expected to write to the release history, got a hundred lost races');
    }
  }
}
