import { BackupError } from '../errors.ts';
import type { NotedServiceHooks, StoppedService } from '../repository/service-contract.ts';
import type { ServiceNotes, SharedNote } from './notes.ts';

/** A service that is stopped, and started again whatever becomes of what is done meanwhile. */
export class HeldService {
  readonly #hooks: NotedServiceHooks;
  readonly #signal: AbortSignal | undefined;
  readonly #note: SharedNote | undefined;

  private constructor(hooks: NotedServiceHooks, signal: AbortSignal | undefined, note: SharedNote | undefined) {
    this.#hooks = hooks;
    this.#signal = signal;
    this.#note = note;
  }

  /** Notes it on disk, and stops it; when that fails, it is started again. @throws What `stop` throws; {BackupError} `PATH_FAILED`. */
  static async stop(
    notes: ServiceNotes,
    hooks: NotedServiceHooks,
    about: Pick<StoppedService, 'tenant' | 'reason' | 'restore'> & { readonly signal: AbortSignal | undefined },
  ): Promise<HeldService> {
    const { signal, ...facts } = about;
    const { stopBy, startBy } = hooks;
    const note = startBy === undefined ? undefined : await notes.write({ ...facts, stopBy, startBy });
    const held = new HeldService(hooks, signal, note);
    try {
      await hooks.stop?.({ signal });
      return held;
    } catch (error) {
      throw await held.startAfter(error);
    }
  }

  /** Starts it, unless others hold it at rest, who do. @throws What `start` throws: it does not work with what is there. */
  async start(): Promise<void> {
    if ((await this.#note?.starting()) === false) return;
    await this.#hooks.start?.();
  }

  /** It works, and what it was stopped for is over: its note goes. After that is noted, or whoever comes after a kill would undo it. */
  async end(): Promise<void> {
    await this.#note?.started();
  }

  /** It was started and does not work, which is not to say that it has ended. */
  async stopAgain(): Promise<void> {
    await this.#note?.resting();
    await this.#hooks.stop?.({ signal: this.#signal?.aborted === true ? undefined : this.#signal });
  }

  /** Starts it behind what has failed. @returns What to throw. */
  async startAfter(error: unknown): Promise<unknown> {
    try {
      await this.start();
      await this.end();
      return error;
    } catch (cause) {
      await this.#note?.left();
      return withHint(error, `the service did not start again: ${(cause as Error).message}`);
    }
  }

  /** What is there is neither old nor new, and nobody is to work with it. @returns What to throw. */
  async leave(error: unknown): Promise<unknown> {
    await this.#note?.left();
    if (this.#hooks.stop === undefined) return error;
    return withHint(error, 'the service was not started, as what it works with is neither old nor new');
  }
}

function withHint(error: unknown, said: string): unknown {
  if (!(error instanceof BackupError)) return error;
  const { code, message, cause, details = [], hint } = error;
  return new BackupError(code, message, {
    cause: cause ?? error,
    details: [...details, said],
    hint: [hint, `Look at the service: ${said}.`].filter((each) => each !== undefined).join(' '),
  });
}
