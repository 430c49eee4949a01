import { Turns } from './turns.ts';

/** A backup's turn, in the order of its life. Calling anything again does nothing. */
export interface BackupTurn {
  /** Waits until it may read, with the session begun and the index loaded. Once it was its turn, it does not wait again. */
  readonly mayRead: () => Promise<void>;
  /** Little is left to read: the next backup may begin its session and look at what is stored. */
  readonly nearlyOut: () => void;
  /** All is handed to the threads that there is to read: the next backup may read, and takes the threads over as they come free. */
  readonly handedOut: () => void;
  /** The backup is over. */
  readonly over: () => void;
}

/** The turn of a backup that need not wait for any other. */
export const NO_TURN: BackupTurn = {
  mayRead: async () => undefined,
  nearlyOut: () => undefined,
  handedOut: () => undefined,
  over: () => undefined,
};

/**
 * Turns of the backups of a repository. So many read at a time; while one ends (seals what was read last, stores its index, commits), the
 * next one begins. Those of one dedup domain never overlap so: what the first has stored, the second shall find.
 *
 * Nobody begins a session long before it may read: whoever prunes waits for sessions.
 */
export class BackupTurns {
  readonly #most: number;
  readonly #alive: Turns;
  readonly #beginning: Turns;
  readonly #reading: Turns;
  readonly #domains = new Map<string, { readonly turns: Turns; backups: number }>();

  /** @param most Backups that read at a time. */
  constructor(most: number) {
    this.#most = most;
    this.#beginning = new Turns(most);
    this.#reading = new Turns(most);
    // One that ends holds buffers until its store has taken them: no more of these than of those that read.
    this.#alive = new Turns(2 * most);
  }

  /** Whether no backup is under way, and none waits. */
  get isIdle(): boolean {
    return this.#domains.size === 0;
  }

  /**
   * Waits for a turn.
   *
   * @param domain What the backup may share blobs with others by: the tenant's label.
   * @param signal ends the waiting: it then rejects with the signal's reason.
   */
  async take(domain: string, signal?: AbortSignal): Promise<BackupTurn> {
    const { turns, leave } = this.#enter(domain);
    const taken = [leave];
    const over = (): void => {
      for (const end of taken.splice(0).toReversed()) end();
    };
    const next = async (from: Turns): Promise<() => void> => {
      const end = await from.take(signal);
      taken.push(end);
      return end;
    };
    try {
      await next(turns);
      await next(this.#alive);
      const nearlyOut = await next(this.#beginning);
      let endReading: (() => void) | undefined;
      return {
        mayRead: async () => {
          endReading ??= await next(this.#reading);
        },
        nearlyOut,
        handedOut: () => {
          nearlyOut();
          endReading?.();
        },
        over,
      };
    } catch (error) {
      over();
      throw error;
    }
  }

  /** @returns `leave`: to be called when the backup is over; a domain without any is forgotten. */
  #enter(domain: string): { readonly turns: Turns; readonly leave: () => void } {
    const known = this.#domains.get(domain) ?? { turns: new Turns(this.#most), backups: 0 };
    known.backups++;
    this.#domains.set(domain, known);
    const leave = (): void => {
      if (--known.backups === 0) this.#domains.delete(domain);
    };
    return { turns: known.turns, leave };
  }
}
