import type { Wanted } from '../model.ts';
import { Backend } from './backend.ts';

/** What could not be reached, because it does not listen yet or no longer. Nothing was sent. */
const NOT_THERE: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT', 'EAGAIN', 'ECONNRESET']);
/** How long it is waited before the next try, in milliseconds. */
const PAUSE_MS = 25;

/** Knows which instance gets what comes. */
export class Router {
  readonly #backends = new Map<string, Backend>();
  readonly #onChange: () => void;
  #active: Backend | undefined;
  /** How long a request waits for an instance, in milliseconds. */
  readonly holdMs: number;

  /** @param onChange Called when an instance has nothing under way any more. */
  constructor(holdMs: number, onChange: () => void) {
    this.holdMs = holdMs;
    this.#onChange = onChange;
  }

  /** The instance that gets what comes. */
  get active(): Backend | undefined {
    return this.#active;
  }

  /** Others that still answer what came before. */
  get draining(): readonly string[] {
    return [...this.#backends.values()].filter((each) => each !== this.#active && !each.isIdle).map(({ id }) => id);
  }

  /** Takes over what is wanted: from here on requests go there. Those under way stay where they are. */
  route({ instances, active }: Wanted): void {
    for (const { id, address } of instances)
      if (address !== undefined && !this.#backends.has(id))
        this.#backends.set(id, new Backend(id, address, this.#onChange));
    this.#active = active === undefined ? undefined : this.#backends.get(active);
    const wanted = new Set(instances.map(({ id }) => id));
    for (const [id, backend] of this.#backends) {
      if (backend === this.#active) backend.recall();
      else backend.retire();
      if (!wanted.has(id) && backend.isIdle) this.#backends.delete(id);
    }
  }
}

/** Tries to reach an instance until a moment: that of now, as it may be another one the next time. */
export class Patience {
  readonly #until: number;

  constructor(ms: number) {
    this.#until = performance.now() + ms;
  }

  /** Calls back after a pause, if it is worth it. @returns Whether it will. */
  again(error: unknown, attempt: () => void): boolean {
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (error !== undefined && !NOT_THERE.has(code)) return false;
    if (performance.now() >= this.#until) return false;
    setTimeout(attempt, PAUSE_MS);
    return true;
  }
}
