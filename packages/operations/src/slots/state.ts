import type { MissedSlots, RunError, RunOutcome, RunOwner, RunReason, SlotEntry } from './entry.ts';

/** What has become of one slot of a job. */
export interface SlotState {
  /** The moment of the slot, in milliseconds since 1970. */
  readonly slotMs: number;
  /** Entries of its ledger: the next one is this plus one. */
  readonly entries: number;
  /** `open`: claimed, and nobody has said how it ended. `free`: claimed, and given back. */
  readonly status: 'open' | 'free' | 'finished' | 'missed';
  /** How many have begun it; those who gave it back do not count. */
  readonly attempts: number;
  readonly owner: RunOwner | undefined;
  readonly leaseMs: number;
  readonly reason: RunReason;
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
  readonly outcome: RunOutcome | undefined;
  readonly error: RunError | undefined;
  readonly details: unknown;
  readonly missed: MissedSlots | undefined;
}

/** What the entries of a slot come to. Nothing that follows an end counts. */
export function slotState(slotMs: number, entries: readonly SlotEntry[]): SlotState {
  let state: SlotState = {
    slotMs,
    entries: 0,
    status: 'free',
    attempts: 0,
    owner: undefined,
    leaseMs: 0,
    reason: 'time',
    startedMs: undefined,
    finishedMs: undefined,
    outcome: undefined,
    error: undefined,
    details: undefined,
    missed: undefined,
  };
  for (const entry of entries) state = after(state, entry);
  return state;
}

/** Whether a slot has come to its end. */
export function isEnded({ status }: SlotState): boolean {
  return status === 'finished' || status === 'missed';
}

function after(state: SlotState, entry: SlotEntry): SlotState {
  const next = { ...state, entries: state.entries + 1 };
  if (isEnded(state)) return next;
  switch (entry.kind) {
    case 'claimed':
      return {
        ...next,
        status: 'open',
        attempts: state.attempts + 1,
        owner: entry.owner,
        leaseMs: entry.leaseMs,
        reason: entry.reason,
        startedMs: entry.atMs,
        // Whoever takes over says nothing of what was missed: the first one has.
        missed: state.missed ?? entry.missed,
      };
    case 'renewed':
      return { ...next, leaseMs: entry.leaseMs };
    case 'released':
      return { ...next, status: 'free', attempts: state.attempts - 1 };
    case 'finished':
      return {
        ...next,
        status: 'finished',
        finishedMs: entry.atMs,
        outcome: entry.outcome,
        error: entry.error,
        details: entry.details,
      };
    case 'missed':
      return { ...next, status: 'missed', finishedMs: entry.atMs, missed: entry.missed };
  }
}
