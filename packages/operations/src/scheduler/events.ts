import type { MissedSlots, RunError, RunOutcome, RunReason } from '../slots/entry.ts';

/** Which run an event is about. */
export interface RunSubject {
  readonly job: string;
  /** Milliseconds since 1970. */
  readonly slotMs: number;
}

/** What a scheduler tells. */
export type ScheduleEvent =
  | (RunSubject & { readonly type: 'run.started'; readonly attempt: number; readonly reason: RunReason })
  | (RunSubject & {
      readonly type: 'run.finished' | 'run.failed';
      readonly outcome: RunOutcome;
      readonly durationMs: number;
      readonly error: RunError | undefined;
      readonly details: unknown;
    })
  /** Slots went by without a run: the machine was off, or the run before took too long. */
  | (RunSubject & { readonly type: 'run.missed'; readonly missed: MissedSlots })
  /** Given back, because the scheduler was told to stop. */
  | (RunSubject & { readonly type: 'run.released' })
  /** Another process has taken it over. */
  | (RunSubject & { readonly type: 'run.lost' })
  /** So many processes have died in it. */
  | (RunSubject & { readonly type: 'run.givenUp'; readonly attempts: number })
  /** A run is in the future: some machine's clock is, or was, wrong. It is not counted. */
  | (RunSubject & { readonly type: 'clock.ahead'; readonly nowMs: number })
  /** The store did not answer, or a slot can't be read. It is tried again. */
  | { readonly type: 'schedule.failed'; readonly job: string; readonly error: RunError };
