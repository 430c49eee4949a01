import type { SlotState } from './state.ts';
import { processNow } from './process-proof.ts';

/** Who asks. */
export interface Asker {
  /** The id of its scheduler: what it does not run itself, it has lost. */
  readonly id: string;
  readonly instance: string | undefined;
}

/**
 * Knows when the owner of a run is gone, without comparing clocks of two machines: its process is known to have ended, or it has not added anything
 * for as long as its lease, as seen from here.
 */
export class WatchedLeases {
  readonly #seen = new Map<string, { readonly slotMs: number; readonly entries: number; readonly sinceMs: number }>();

  /** @param monotonicMs - The time of a clock that never jumps. */
  isGone(job: string, state: SlotState, asker: Asker, monotonicMs: number): boolean {
    const { owner, slotMs, entries, leaseMs } = state;
    if (owner === undefined || owner.id === asker.id || processNow(owner) === 'ended') return true;
    // Only one process has this name at a time, and it is this one.
    if (asker.instance !== undefined && owner.instance === asker.instance) return true;
    const seen = this.#seen.get(job);
    if (seen?.slotMs !== slotMs || seen.entries !== entries) {
      this.#seen.set(job, { slotMs, entries, sinceMs: monotonicMs });
      return false;
    }
    return monotonicMs - seen.sinceMs > leaseMs;
  }
}
