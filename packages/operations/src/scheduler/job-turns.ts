import type { MissedSlots, RunReason } from '../slots/entry.ts';
import { missedBefore, planSlot, type SlotDecision } from '../slots/plan.ts';
import { isEnded } from '../slots/state.ts';
import type { NumberedTurn } from '../slots/turn.ts';
import { WatchedLeases } from '../slots/watched-leases.ts';
import type { ReadyJob } from './job.ts';
import type { RunnerOptions } from './job-runner.ts';

/** A slot that is further in the future than this was claimed by a clock that was wrong, in milliseconds. */
const AHEAD_MS = 60 * 60_000;
/** 2020 in milliseconds since 1970: a clock before it was never set. */
const SET_MS = 1_577_836_800_000;

/** Where a job is, and what is to be done about it. */
export interface JobLook {
  readonly decision: SlotDecision;
  readonly turn: NumberedTurn | undefined;
  /** Number of the next turn. */
  readonly next: number;
}

/** Looks at the turns of jobs, on behalf of one scheduler. */
export class JobTurnsView {
  readonly #runner: RunnerOptions;
  readonly #leases = new WatchedLeases();
  /** Slots of which it was told that they are in the future. */
  readonly #told = new Set<string>();

  constructor(runner: RunnerOptions) {
    this.#runner = runner;
  }

  /** Decides what to do about a job. A job that nobody has seen is seen now. */
  async look(job: ReadyJob): Promise<JobLook> {
    const { book, owner, clock } = this.#runner;
    const nowMs = clock.now();
    if (nowMs < SET_MS) return { decision: { kind: 'wait', untilMs: undefined }, turn: undefined, next: 0 };
    let { turn, count, ahead } = await book.turns(job.name, nowMs + AHEAD_MS);
    this.#tellAhead(job.name, ahead, nowMs);
    if (turn === undefined) {
      const seen = { kind: 'seen', slotMs: Math.floor(nowMs), reason: 'time', missed: undefined } as const;
      await book.advance(job.name, count + 1, seen);
      ({ turn, count, ahead } = await book.turns(job.name, nowMs + AHEAD_MS));
    }
    const current = turn?.kind === 'run' ? await book.read(job.name, turn.slotMs) : undefined;
    const isOwnerGone = current?.status === 'open' && this.#leases.isGone(job.name, current, owner, clock.monotonic());
    const { timing, jitterMs, catchUp, graceMs, maxAttempts } = job;
    const rules = { job: job.name, timing, jitterMs, catchUp, graceMs, maxAttempts };
    const decision = planSlot({ ...rules, current, isOwnerGone, cursorMs: turn?.slotMs ?? nowMs, nowMs });
    return { decision, turn, next: count + 1 };
  }

  /**
   * Goes on to a slot that somebody asks for, if the one before has ended.
   *
   * @returns The slot; `undefined` when somebody has the job.
   */
  async ask(
    job: ReadyJob,
    reason: RunReason,
  ): Promise<{ slotMs: number; missed: MissedSlots | undefined } | undefined> {
    const { book, clock } = this.#runner;
    const { turn, next } = await this.look(job);
    if (next === 0) return undefined;
    if (turn?.kind === 'run' && !isEnded(await book.read(job.name, turn.slotMs))) return undefined;
    const cursorMs = turn?.slotMs ?? -1;
    const slotMs = Math.max(Math.floor(clock.now()), cursorMs + 1);
    const missed = missedBefore({ timing: job.timing, cursorMs }, slotMs);
    return (await book.advance(job.name, next, { kind: 'run', slotMs, reason, missed }))
      ? { slotMs, missed }
      : undefined;
  }

  #tellAhead(job: string, ahead: readonly number[], nowMs: number): void {
    for (const slotMs of ahead) {
      const name = `${job} ${slotMs}`;
      if (this.#told.has(name)) continue;
      this.#told.add(name);
      this.#runner.onEvent({ type: 'clock.ahead', job, slotMs, nowMs });
    }
  }
}
