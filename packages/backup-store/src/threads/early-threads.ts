import type { Worker } from 'node:worker_threads';

import { type Role, startWorker, type ThreadOptions } from './thread.ts';

interface Early {
  readonly role: Role;
  readonly worker: Worker;
}

/**
 * Threads that are started before it is known what exactly they have to do: it takes some ten milliseconds until a
 * thread has loaded its modules, and a processor is idle meanwhile when the repository is being looked at.
 */
export class EarlyThreads {
  readonly #options: ThreadOptions;
  readonly #waiting = new Set<Early>();

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Threads that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  start(role: Role): void {
    const early: Early = { role, worker: startWorker({ role, early: true }, this.#options) };
    // It keeps no process alive, and if it fails, the next thread of its role will tell.
    early.worker.unref();
    early.worker.on('error', () => this.#waiting.delete(early));
    early.worker.on('exit', () => this.#waiting.delete(early));
    this.#waiting.add(early);
  }

  /** A thread that waits for this role's first message, if there is one. */
  take(role: Role): Worker | undefined {
    const early = [...this.#waiting].find((each) => each.role === role);
    if (early === undefined) return undefined;
    this.#waiting.delete(early);
    early.worker.removeAllListeners('error').removeAllListeners('exit');
    early.worker.ref();
    return early.worker;
  }

  /** Ends those that were not needed. */
  async close(): Promise<void> {
    const left = [...this.#waiting];
    this.#waiting.clear();
    await Promise.all(left.map(({ worker }) => worker.terminate()));
  }
}
