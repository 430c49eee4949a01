import { randomUUID } from 'node:crypto';
import { isStorageError, ledger, type Ledger, type LedgerEntry, type ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import { ModelError } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import { damaged, decodeEvent, encodeEvent, type HistoryEntry, type LoggedEvent, type ModelEvent } from './events.ts';
import { emptyState, type ModelState, stateAfter } from './state.ts';

/** Lost races before a change is given up. */
const ATTEMPTS = 50;
/** An entry has at most the description of a version and what was found in it. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Whose history it is, who writes, and by which clock. */
export interface HistoryOptions {
  readonly model: string;
  readonly clock: Clock;
  readonly by: string;
}

/** All that happened to one model, as a ledger in a store: of all who write an entry, one wins. */
export class ModelHistory {
  readonly #ledger: Ledger;
  readonly #options: HistoryOptions;
  #state: ModelState = emptyState;

  constructor(store: ObjectStore, key: string, options: HistoryOptions) {
    this.#ledger = ledger(store, key, { maxBytes: MOST_BYTES });
    this.#options = options;
  }

  /**
   * What the history says now.
   *
   * @throws {ModelError} `HISTORY_DAMAGED`.
   */
  async read(): Promise<ModelState> {
    const latest = await this.#ledger.latest();
    const state = this.#state;
    const entries = await this.#entries(latest, state.last);
    const next = entries.length > 0 ? stateAfter(state, entries) : state;
    // Another call may have read further meanwhile.
    if ((next.last?.event.n ?? 0) > (this.#state.last?.event.n ?? 0)) this.#state = next;
    return this.#state;
  }

  /** The events in their order. @throws {ModelError} `HISTORY_DAMAGED`. */
  async events(): Promise<readonly LoggedEvent[]> {
    const entries = await this.#entries(await this.#ledger.latest(), undefined);
    return entries.map(({ event }) => event);
  }

  /** The entries after `before`, up to the latest one. They are read in lanes, and held against each other in their order. */
  async #entries(latest: LedgerEntry | undefined, before: HistoryEntry | undefined): Promise<readonly HistoryEntry[]> {
    const from = (before?.event.n ?? 0) + 1;
    const numbers = Array.from({ length: Math.max(0, (latest?.n ?? 0) + 1 - from) }, (_, index) => from + index);
    const bodies = await inLanes(numbers, async (n) => (n === latest?.n ? latest.body : await this.#entry(n)));
    const { model } = this.#options;
    let last = before;
    return bodies.map((body, index) => (last = decodeEvent(body, { model, n: from + index, before: last })));
  }

  async #entry(n: number): Promise<Uint8Array> {
    try {
      return await this.#ledger.read(n);
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) throw damaged(n, 'nothing');
      throw error;
    }
  }

  /**
   * Writes the event that `decide` makes of what the history says; when somebody else was faster, it is asked again with what is said then.
   *
   * @param decide Throws where the event must not be.
   * @throws {ModelError} `CONFLICT` when others were faster each time; `INVALID_INPUT` for more than an entry holds.
   */
  async append(decide: (state: ModelState) => ModelEvent): Promise<LoggedEvent> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const state = await this.read();
      const n = (state.last?.event.n ?? 0) + 1;
      const event: LoggedEvent = {
        ...decide(state),
        n,
        // A clock that was set back does not put events before others that they follow.
        at: Math.max(this.#options.clock(), state.last?.event.at ?? 0),
        by: this.#options.by,
        ...(state.last === undefined ? {} : { previous: state.last.digest }),
        token: randomUUID(),
      };
      const bytes = encodeEvent(event);
      // One that can't be read again would end the history.
      if (bytes.length > MOST_BYTES) {
        throw new ModelError(
          'INVALID_INPUT',
          `Expected at most ${MOST_BYTES} bytes to write to a history, got ${bytes.length}`,
          {
            hint: 'Say less of it. A model that names so many inputs and outputs can not be kept.',
          },
        );
      }
      if (await this.#ledger.appendAt(n, bytes)) return event;
    }
    throw new ModelError('CONFLICT', `Expected to write to the history of a model, got ${ATTEMPTS} lost races`, {
      hint: 'Others write to the same model all the time. Try again.',
    });
  }
}
