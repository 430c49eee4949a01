import { MessageChannel, type MessagePort } from 'node:worker_threads';

import { free } from '../bytes/free.ts';
import { Credits } from '../threads/credits.ts';
import { Thread, type ThreadOptions } from '../threads/thread.ts';
import type { PackUpload } from './pack-upload.ts';
import type { FromSealer, SealInit, ToSealer } from './seal-messages.ts';

/** What a thread has to say of a job. */
export type SealerOutcome = Extract<FromSealer, { type: 'outcome' }>;

/** What a thread has to say when it has ended all packs. */
export type SealerFinished = Extract<FromSealer, { type: 'finished' }>;

/** What a sealing thread is started with. */
export interface SealerOptions extends ThreadOptions {
  readonly init: Omit<SealInit, 'credits' | 'returns'>;
  readonly upload: PackUpload;
  readonly onFailure: (error: unknown) => void;
  readonly onOutcome: (outcome: SealerOutcome) => void;
}

/** One sealing thread of a backup. */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #thread: Thread<ToSealer, FromSealer>;
  readonly #credits: Credits;
  /** Takes the memory of stored pieces back to the thread. */
  readonly #returns: MessagePort;
  #finished: ((finished: SealerFinished) => void) | undefined;
  #hasLeft = false;
  /** Jobs that it has, and that are not done. */
  jobs = 0;

  constructor(options: SealerOptions) {
    const shared = Credits.share();
    const { port1, port2 } = new MessageChannel();
    const start: SealInit = { ...options.init, credits: shared, returns: port2 };
    this.#options = options;
    this.#returns = port1;
    this.#credits = new Credits(shared, options.init.creditBytes);
    this.#thread = new Thread('seal', start, { ...options, transfer: [port2] });
    this.#thread.onMessage = (message) => this.#onMessage(message);
    this.#thread.onFailure = options.onFailure;
  }

  #onMessage(message: FromSealer): void {
    const { upload, onOutcome } = this.#options;
    if (message.type === 'piece') upload.piece(message.pack, message.bytes, (piece) => this.#giveBack(piece));
    else if (message.type === 'pack') upload.finish(message.pack, message.sealed);
    else if (message.type === 'finished') this.#finished?.(message);
    else {
      this.jobs--;
      onOutcome(message);
    }
  }

  /** A piece is stored: the thread may go on, and write to the same memory again. */
  #giveBack(piece: Uint8Array): void {
    const { length, buffer } = piece;
    if (this.#hasLeft) free(piece);
    else if (buffer instanceof ArrayBuffer) this.#returns.postMessage(buffer, [buffer]);
    this.#credits.give(length);
  }

  post(message: ToSealer, transfer: readonly ArrayBuffer[] = []): void {
    this.#thread.post(message, transfer);
  }

  /** Has it end all frames and packs. */
  async finish(): Promise<SealerFinished> {
    return await new Promise<SealerFinished>((resolve) => {
      this.#finished = resolve;
      this.post({ type: 'finish' });
    });
  }

  /** Leaves the thread, which has finished, to whoever needs one next. */
  async leave(): Promise<void> {
    this.#hasLeft = true;
    this.#returns.close();
    this.post({ type: 'rest' });
    await this.#thread.rest();
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    this.#hasLeft = true;
    this.#returns.close();
    await this.#thread.close();
  }
}
