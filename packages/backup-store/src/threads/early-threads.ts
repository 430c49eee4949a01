import type { Worker } from 'node:worker_threads';

import { type Role, startWorker, type ThreadKeeper, type ThreadOptions } from './thread.ts';

interface Early {
  readonly role: Role;
  readonly worker: Worker;
}

/** How long a thread without anything to do is kept, in milliseconds: for the next backup of many, of whatever repository. */
const KEPT_MS = 500;
/** Threads of one role that are kept. */
const MOST_KEPT = 8;

const shared = new Map<string, EarlyThreads>();

/** Those of this process that start this module: threads hold nothing of a repository, so all repositories of a process share them. */
export function sharedThreads(entry: URL | undefined): EarlyThreads {
  const key = entry?.href ?? '';
  const found = shared.get(key) ?? new EarlyThreads({ entry });
  shared.set(key, found);
  return found;
}

/**
 * Threads that are started before it is known what exactly they have to do: it takes some ten milliseconds until a
 * thread has loaded its modules, and a processor is idle meanwhile when the repository is being looked at. And threads whose role is
 * over, for the next that need such: many small backups, one after the other, then take no longer than a large one.
 */
export class EarlyThreads implements ThreadKeeper {
  readonly #options: ThreadOptions;
  readonly #waiting = new Set<Early>();
  #runs = 0;
  #end: NodeJS.Timeout | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Threads that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Somebody will need threads. @returns What is to be called when that is over. */
  begin(): () => void {
    this.#runs++;
    clearTimeout(this.#end);
    return () => {
      this.#runs--;
      this.#endLater();
    };
  }

  #endLater(): void {
    clearTimeout(this.#end);
    if (this.#runs === 0) this.#end = setTimeout(() => void this.close(), KEPT_MS).unref();
  }

  start(role: Role): void {
    if (this.#of(role).length === 0) this.#wait(role, startWorker({ role, early: true }, this.#options));
  }

  keep(role: Role, worker: Worker): boolean {
    if (this.#of(role).length >= MOST_KEPT) return false;
    this.#wait(role, worker);
    this.#endLater();
    return true;
  }

  #of(role: Role): Early[] {
    return [...this.#waiting].filter((each) => each.role === role);
  }

  #wait(role: Role, worker: Worker): void {
    const early: Early = { role, worker };
    // It keeps no process alive, and if it fails, the next thread of its role will tell.
    early.worker.unref();
    early.worker.on('error', () => this.#waiting.delete(early));
    early.worker.on('exit', () => this.#waiting.delete(early));
    this.#waiting.add(early);
  }

  /** A thread that waits for this role's first message, if there is one. */
  take(role: Role): Worker | undefined {
    const [early] = this.#of(role);
    if (early === undefined) return undefined;
    this.#waiting.delete(early);
    early.worker.removeAllListeners('error').removeAllListeners('exit');
    early.worker.ref();
    return early.worker;
  }

  /** Ends those that wait. */
  async close(): Promise<void> {
    clearTimeout(this.#end);
    const left = [...this.#waiting];
    this.#waiting.clear();
    await Promise.all(left.map(({ worker }) => worker.terminate()));
  }
}
