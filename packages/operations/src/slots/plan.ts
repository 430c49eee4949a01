import { jitterOf } from '../timing/jitter.ts';
import { latestSlot, nextSlot, slotsBetween } from '../timing/slots-of.ts';
import type { Timing } from '../timing/timing.ts';
import type { MissedSlots } from './entry.ts';
import { isEnded, type SlotState } from './state.ts';

/**
 * What happens to slots that went by while nobody looked.
 *
 * - `latest`: the latest one is run, and says how many before it were missed.
 * - `all`: each is run, one after the other.
 * - `none`: they are missed, unless they are no older than `graceMs`.
 */
export type CatchUp = 'latest' | 'all' | 'none';

/** What is asked. */
export interface SlotQuestion {
  readonly job: string;
  /** Absent: it runs only when somebody asks. */
  readonly timing: Timing | undefined;
  readonly jitterMs: number;
  readonly catchUp: CatchUp;
  readonly graceMs: number;
  /** So many processes may die in a run until it is given up. */
  readonly maxAttempts: number;
  /** The slot that the job is at; `undefined` when it has only been seen, or that slot was missed. */
  readonly current: SlotState | undefined;
  /** Whether the owner of that slot is known to be gone. */
  readonly isOwnerGone: boolean;
  /** Slots up to this moment are over. */
  readonly cursorMs: number;
  readonly nowMs: number;
}

/** What to do about a job now. */
export type SlotDecision =
  | { readonly kind: 'wait'; readonly untilMs: number | undefined }
  /** Somebody runs it. */
  | { readonly kind: 'watch'; readonly slotMs: number; readonly entries: number; readonly leaseMs: number }
  /** Go on to a slot, to run it or because it was missed. */
  | {
      readonly kind: 'advance';
      readonly to: 'run' | 'missed';
      readonly slotMs: number;
      /** Since when the job waits, in milliseconds since 1970. */
      readonly dueMs: number;
      readonly missed: MissedSlots | undefined;
    }
  /** Run the slot that the job is at. */
  | {
      readonly kind: 'claim';
      readonly slotMs: number;
      readonly entries: number;
      readonly attempt: number;
      readonly dueMs: number;
    }
  | {
      readonly kind: 'give-up';
      readonly slotMs: number;
      readonly entries: number;
      readonly attempts: number;
      readonly dueMs: number;
    };

/** Decides what to do about a job: a pure function, so that all machines that see the same decide the same. */
export function planSlot(question: SlotQuestion): SlotDecision {
  const { current, timing, nowMs, cursorMs, catchUp } = question;
  if (current !== undefined && !isEnded(current)) return forOpen(current, question);
  if (timing === undefined) return { kind: 'wait', untilMs: undefined };
  const due = catchUp === 'all' ? nextDue(question, timing) : latestDue(question, timing);
  if (due === undefined) {
    const next = nextSlot(timing, cursorMs);
    return { kind: 'wait', untilMs: next === undefined ? undefined : next + jitter(question, next) };
  }
  const { slotMs, missed } = due;
  const offset = jitter(question, slotMs);
  const dueMs = (missed?.firstMs ?? slotMs) + offset;
  if (catchUp !== 'none' || nowMs - slotMs - offset <= question.graceMs)
    return { kind: 'advance', to: 'run', slotMs, dueMs, missed };
  const all = { count: (missed?.count ?? 0) + 1, firstMs: missed?.firstMs ?? slotMs, lastMs: slotMs };
  return { kind: 'advance', to: 'missed', slotMs, dueMs, missed: all };
}

/** What somebody who asks for a run at a moment runs over. */
export function missedBefore(
  question: Pick<SlotQuestion, 'timing' | 'cursorMs'>,
  slotMs: number,
): MissedSlots | undefined {
  const { timing, cursorMs } = question;
  return timing === undefined ? undefined : slotsBetween(timing, cursorMs, slotMs - 1);
}

function forOpen(state: SlotState, { isOwnerGone, maxAttempts }: SlotQuestion): SlotDecision {
  const { slotMs, entries, attempts, status, leaseMs } = state;
  if (status === 'open' && !isOwnerGone) return { kind: 'watch', slotMs, entries, leaseMs };
  if (attempts >= maxAttempts) return { kind: 'give-up', slotMs, entries, attempts, dueMs: slotMs };
  return { kind: 'claim', slotMs, entries, attempt: attempts + 1, dueMs: slotMs };
}

const jitter = ({ job, jitterMs }: SlotQuestion, slotMs: number): number => jitterOf(job, slotMs, jitterMs);

interface Due {
  readonly slotMs: number;
  readonly missed: MissedSlots | undefined;
}

function nextDue(question: SlotQuestion, timing: Timing): Due | undefined {
  const slotMs = nextSlot(timing, question.cursorMs);
  if (slotMs === undefined || slotMs + jitter(question, slotMs) > question.nowMs) return undefined;
  return { slotMs, missed: undefined };
}

function latestDue(question: SlotQuestion, timing: Timing): Due | undefined {
  const { nowMs, cursorMs } = question;
  let lastMs = latestSlot(timing, nowMs);
  if (lastMs !== undefined && lastMs + jitter(question, lastMs) > nowMs) lastMs = latestSlot(timing, lastMs - 1);
  const between = lastMs === undefined ? undefined : slotsBetween(timing, cursorMs, lastMs);
  if (lastMs === undefined || between === undefined) return undefined;
  if (between.count === 1) return { slotMs: lastMs, missed: undefined };
  const before = latestSlot(timing, lastMs - 1) ?? between.firstMs;
  return { slotMs: lastMs, missed: { count: between.count - 1, firstMs: between.firstMs, lastMs: before } };
}
