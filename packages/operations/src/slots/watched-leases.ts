import type { SlotState } from './state.ts';

/**
 * Knows when the owner of a run is gone, without comparing clocks of two machines: it has not added anything for as long as its lease, as seen
 * from here.
 */
export class WatchedLeases {
  readonly #seen = new Map<string, { readonly slotMs: number; readonly entries: number; readonly sinceMs: number }>();

  /** @param monotonicMs - The time of a clock that never jumps. */
  isGone(job: string, state: SlotState, instance: string | undefined, monotonicMs: number): boolean {
    if (state.owner === undefined) return true;
    // Only one process has this name at a time, and it is this one.
    if (instance !== undefined && state.owner.instance === instance) return true;
    const seen = this.#seen.get(job);
    if (seen?.slotMs !== state.slotMs || seen.entries !== state.entries) {
      this.#seen.set(job, { slotMs: state.slotMs, entries: state.entries, sinceMs: monotonicMs });
      return false;
    }
    return monotonicMs - seen.sinceMs > state.leaseMs;
  }
}
