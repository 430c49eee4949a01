import { type MessagePort, Worker } from 'node:worker_threads';

import { BackupError } from '../errors.ts';

/** What a thread is started for. */
export type Role = 'scan' | 'seal' | 'cut' | 'restore' | 'check';

/** What a worker thread finds in its `workerData`; a bundled program tests `holdfast` to know that it is one. */
export interface ThreadStart {
  readonly holdfast: true;
  readonly role: Role;
  readonly init?: unknown;
  /** The thread was started early: `init` comes as its first message. */
  readonly early?: boolean | undefined;
}

/** Has threads that wait for something to do. */
export interface ThreadKeeper {
  /** A thread that waits for the first message of this role, if there is one. */
  take(role: Role): Worker | undefined;
  /** Keeps a thread whose role is over. @returns Whether it does. */
  keep(role: Role, worker: Worker): boolean;
}

/** How threads are started. */
export interface ThreadOptions {
  /** The module to start; default: this package's own. */
  readonly entry?: URL | undefined;
  /** Largest heap of a thread, in MiB. */
  readonly heapMiB?: number | undefined;
  /** Threads that were started before they were needed. */
  readonly early?: ThreadKeeper | undefined;
}

/** The worker module beside this one: TypeScript in a checkout, JavaScript once built. */
function defaultEntry(): URL {
  const here = import.meta.url;
  return here.endsWith('.ts') ? new URL('./worker.ts', here) : new URL('./worker.js', here);
}

/** Starts a worker of this package. */
export function startWorker(
  start: Omit<ThreadStart, 'holdfast'>,
  options: ThreadOptions,
  transfer: readonly MessagePort[] = [],
): Worker {
  const workerData: ThreadStart = { holdfast: true, ...start };
  return new Worker(options.entry ?? defaultEntry(), {
    workerData,
    transferList: [...transfer],
    name: `holdfast-${start.role}`,
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: options.heapMiB ?? 256 },
  });
}

/** A worker thread with typed messages. Ends at once when closed: it holds nothing that needs a goodbye. */
export class Thread<Out, In> {
  readonly #worker: Worker;
  readonly #role: Role;
  readonly #keeper: ThreadKeeper | undefined;
  #failed: Error | undefined;
  #closed = false;
  /** Told of each message. */
  onMessage: (message: In) => void = () => undefined;
  /** Told when the thread ended without being closed. */
  onFailure: (error: Error) => void = () => undefined;

  constructor(
    role: Role,
    init: unknown,
    options: ThreadOptions & { readonly transfer?: readonly MessagePort[] | undefined } = {},
  ) {
    this.#role = role;
    this.#keeper = options.early;
    const early = options.early?.take(role);
    early?.postMessage(init, options.transfer);
    this.#worker = early ?? startWorker({ role, init }, options, options.transfer);
    this.#worker.on('message', (message: In) => {
      if (!this.#closed) this.onMessage(message);
    });
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`exit code ${code}`)));
  }

  #fail(cause: Error): void {
    if (this.#closed || this.#failed !== undefined) return;
    this.#failed = isOurs(cause)
      ? cause
      : new BackupError('WORKER_FAILED', `Expected a worker thread to go on, it ended: ${cause.message}`, { cause });
    this.onFailure(this.#failed);
  }

  post(message: Out, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Leaves the thread, whose role is over, to the next one that needs such a thread. */
  async rest(): Promise<void> {
    if (this.#closed || this.#failed !== undefined) return await this.close();
    this.#closed = true;
    // Not all: the worker has some of its own.
    for (const event of ['message', 'error', 'exit']) this.#worker.removeAllListeners(event);
    if (this.#keeper?.keep(this.#role, this.#worker) !== true) await this.#worker.terminate();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker.terminate();
  }
}

/** An error of this package that a thread threw arrives as a plain copy with its own fields. */
function isOurs(error: Error): boolean {
  return error.name === 'BackupError' && 'code' in error;
}
