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
  readonly timing: Timing;
  readonly jitterMs: number;
  readonly catchUp: CatchUp;
  readonly graceMs: number;
  /** So many processes may die in a run until it is given up. */
  readonly maxAttempts: number;
  /** The latest slot that anybody has claimed or called missed. */
  readonly newest: SlotState | undefined;
  /** Whether the owner of that slot is known to be gone. */
  readonly isOwnerGone: boolean;
  /** Slots up to this moment are none of ours: the job was not there. */
  readonly firstSeenMs: number;
  readonly nowMs: number;
}

/** What to do about a job now. */
export type SlotDecision =
  | { readonly kind: 'wait'; readonly untilMs: number | undefined }
  /** Somebody runs it. */
  | { readonly kind: 'watch'; readonly slotMs: number }
  | {
      readonly kind: 'claim';
      readonly slotMs: number;
      /** Entries that the slot has: 0 for one that nobody had. */
      readonly entries: number;
      readonly attempt: number;
      readonly missed: MissedSlots | undefined;
    }
  | { readonly kind: 'miss'; readonly slotMs: number; readonly missed: MissedSlots }
  | { readonly kind: 'give-up'; readonly slotMs: number; readonly entries: number; readonly attempts: number };

/** Decides what to do about a job: a pure function, so that all machines that see the same decide the same. */
export function planSlot(question: SlotQuestion): SlotDecision {
  const { newest } = question;
  if (newest !== undefined && !isEnded(newest)) return forOpen(newest, question);
  const { timing, nowMs, firstSeenMs, catchUp } = question;
  const cursorMs = newest?.slotMs ?? firstSeenMs;
  const due = catchUp === 'all' ? nextDue(question, cursorMs) : latestDue(question, cursorMs);
  if (due === undefined) {
    const next = nextSlot(timing, cursorMs);
    return { kind: 'wait', untilMs: next === undefined ? undefined : next + jitter(question, next) };
  }
  const { slotMs, missed } = due;
  if (catchUp !== 'none' || nowMs - slotMs - jitter(question, slotMs) <= question.graceMs)
    return { kind: 'claim', slotMs, entries: 0, attempt: 1, missed };
  const count = (missed?.count ?? 0) + 1;
  return { kind: 'miss', slotMs, missed: { count, firstMs: missed?.firstMs ?? slotMs, lastMs: slotMs } };
}

function forOpen(state: SlotState, { isOwnerGone, maxAttempts }: SlotQuestion): SlotDecision {
  const { slotMs, entries, attempts, status } = state;
  if (status === 'open' && !isOwnerGone) return { kind: 'watch', slotMs };
  if (attempts >= maxAttempts) return { kind: 'give-up', slotMs, entries, attempts };
  return { kind: 'claim', slotMs, entries, attempt: attempts + 1, missed: undefined };
}

const jitter = ({ job, jitterMs }: SlotQuestion, slotMs: number): number => jitterOf(job, slotMs, jitterMs);

interface Due {
  readonly slotMs: number;
  readonly missed: MissedSlots | undefined;
}

function nextDue(question: SlotQuestion, cursorMs: number): Due | undefined {
  const slotMs = nextSlot(question.timing, cursorMs);
  if (slotMs === undefined || slotMs + jitter(question, slotMs) > question.nowMs) return undefined;
  return { slotMs, missed: undefined };
}

function latestDue(question: SlotQuestion, cursorMs: number): Due | undefined {
  const { timing, nowMs } = question;
  let lastMs = latestSlot(timing, nowMs);
  if (lastMs !== undefined && lastMs + jitter(question, lastMs) > nowMs) lastMs = latestSlot(timing, lastMs - 1);
  const between = lastMs === undefined ? undefined : slotsBetween(timing, cursorMs, lastMs);
  if (lastMs === undefined || between === undefined) return undefined;
  if (between.count === 1) return { slotMs: lastMs, missed: undefined };
  const before = latestSlot(timing, lastMs - 1) ?? between.firstMs;
  return { slotMs: lastMs, missed: { count: between.count - 1, firstMs: between.firstMs, lastMs: before } };
}
