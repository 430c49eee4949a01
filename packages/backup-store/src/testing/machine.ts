import type { SessionMemory } from '../session/open-sessions.ts';

/** What a simulated machine remembers of its open sessions. It outlives the processes that run on it. */
export class Machine {
  readonly #open = new Map<string, { readonly epoch: number; readonly process: string }>();
  readonly #isAlive: (process: string) => boolean;

  constructor(isAlive: (process: string) => boolean) {
    this.#isAlive = isAlive;
  }

  /** Its memory as one process uses it. */
  memory(process: string): SessionMemory {
    const open = this.#open;
    return {
      async remember(session, epoch) {
        open.set(session, { epoch, process });
      },
      async release(session, epoch) {
        open.set(session, { epoch, process: '' });
      },
      async forget(session) {
        open.delete(session);
      },
      adopt: async () => {
        for (const [session, { epoch, process: owner }] of open) {
          if (this.#isAlive(owner)) continue;
          open.set(session, { epoch, process });
          return { session, epoch };
        }
        return undefined;
      },
    };
  }
}
