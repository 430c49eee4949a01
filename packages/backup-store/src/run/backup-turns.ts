import { Turns } from './turns.ts';

/** A backup's turn. Calling either again does nothing. */
export interface BackupTurn {
  /** All is handed to the threads that there is to read: the next backup may begin, and takes the threads over as they come free. */
  readonly handedOut: () => void;
  /** The backup is over. */
  readonly over: () => void;
}

/**
 * Turns of the backups of a repository. So many read at a time; while one ends (seals what was read last, stores its index, commits), the
 * next one begins. Those of one dedup domain never overlap so: what the first has stored, the second shall find.
 */
export class BackupTurns {
  readonly #most: number;
  readonly #alive: Turns;
  readonly #reading: Turns;
  readonly #domains = new Map<string, { readonly turns: Turns; backups: number }>();

  /** @param most Backups that read at a time. */
  constructor(most: number) {
    this.#most = most;
    this.#reading = new Turns(most);
    // One that ends holds buffers until its store has taken them: no more of these than of those that read.
    this.#alive = new Turns(2 * most);
  }

  /**
   * Waits for a turn.
   *
   * @param domain What the backup may share blobs with others by: the tenant's label.
   * @param signal ends the waiting: it then rejects with the signal's reason.
   */
  async take(domain: string, signal?: AbortSignal): Promise<BackupTurn> {
    const leave = this.#enter(domain);
    const taken: (() => void)[] = [leave];
    const over = (): void => {
      for (const end of taken.splice(0).toReversed()) end();
    };
    try {
      for (const turns of [this.#domain(domain), this.#alive, this.#reading]) taken.push(await turns.take(signal));
    } catch (error) {
      over();
      throw error;
    }
    const handedOut = taken.at(-1) as () => void;
    return { handedOut, over };
  }

  #domain(domain: string): Turns {
    return (this.#domains.get(domain) as { readonly turns: Turns }).turns;
  }

  /** @returns To be called when the backup is over: a domain without any is forgotten. */
  #enter(domain: string): () => void {
    const known = this.#domains.get(domain) ?? { turns: new Turns(this.#most), backups: 0 };
    known.backups++;
    this.#domains.set(domain, known);
    return () => {
      if (--known.backups === 0) this.#domains.delete(domain);
    };
  }
}
