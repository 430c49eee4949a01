import type { ObjectStore } from '@x/storage';
import type { RunReason } from '../slots/entry.ts';
import { runError } from '../slots/run-error.ts';
import { cleanRuns } from './clean.ts';
import type { ReadyJob } from './job.ts';
import { type Claim, claimRun, giveUp, runClaimed, type RunEnd, type RunnerOptions } from './job-runner.ts';
import type { JobLook, JobTurnsView } from './job-turns.ts';

/** What the jobs of a scheduler have in common. */
export interface LaneParts {
  readonly store: ObjectStore;
  readonly runner: RunnerOptions;
  readonly view: JobTurnsView;
  /** Milliseconds that runs are remembered. */
  readonly keepMs: number;
  /** Is told that there is room for another run. */
  readonly onEnd: () => void;
}

/** A run that was begun here. In an object, as a promise that is returned as it is would be waited for. */
interface Begun {
  readonly slotMs: number;
  readonly end: Promise<RunEnd | undefined>;
}

const DAY_MS = 24 * 60 * 60_000;

/** One job of a scheduler: one decision about it at a time, and one run. */
export class JobLane {
  readonly job: ReadyJob;
  readonly #parts: LaneParts;
  #running: Promise<RunEnd | undefined> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #cleanedMs = 0;

  constructor(job: ReadyJob, parts: LaneParts) {
    this.job = job;
    this.#parts = parts;
  }

  /** The run that goes on here. */
  get running(): Promise<RunEnd | undefined> | undefined {
    return this.#running;
  }

  /** Looks what is to be done. `undefined` when that could not be read, which is told. */
  async look(): Promise<JobLook | undefined> {
    return this.#guarded(async () => this.#parts.view.look(this.job));
  }

  /** Does what a look has found, unless somebody was faster. @returns The slot that is run here. */
  async goOn(look: JobLook): Promise<number | undefined> {
    return (await this.#guarded(async () => this.#goOn(look)))?.slotMs;
  }

  /** Runs it now, or what another process has left of it. @returns How it ended; `undefined` when another process has it. */
  async run(reason: RunReason): Promise<RunEnd | undefined> {
    while (this.#running !== undefined) await this.#running;
    const { view } = this.#parts;
    const begun = await this.#inTurn(async () => {
      const asked = await view.ask(this.job, reason);
      if (asked === undefined) return this.#goOn(await view.look(this.job));
      return this.#begin({ ...asked, entries: 0, attempt: 1, reason });
    });
    return begun?.end;
  }

  /** Until nothing is decided any more. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  async #goOn({ decision, turn, next }: JobLook): Promise<Begun | undefined> {
    const { runner } = this.#parts;
    const { book, clock, onEvent } = runner;
    const { name } = this.job;
    if (decision.kind === 'give-up') await giveUp(name, decision, runner);
    if (decision.kind === 'claim') {
      const { slotMs, entries, attempt } = decision;
      const { reason = 'time', missed } = turn ?? {};
      return this.#begin({ slotMs, entries, attempt, reason, missed });
    }
    if (decision.kind !== 'advance') return undefined;
    const { slotMs, missed, to } = decision;
    if (!(await book.advance(name, next, { kind: to, slotMs, reason: 'time', missed }))) return undefined;
    if (to === 'run') return this.#begin({ slotMs, entries: 0, attempt: 1, reason: 'time', missed });
    if (missed === undefined) return undefined;
    onEvent({ type: 'run.missed', job: name, slotMs, missed });
    await book.add(name, { slotMs, entries: 0 }, { kind: 'missed', atMs: clock.now(), missed });
    return undefined;
  }

  async #begin(claim: Claim): Promise<Begun | undefined> {
    const { runner, onEnd } = this.#parts;
    if (this.#running !== undefined) return undefined;
    const held = await claimRun(this.job, claim, runner);
    if (held === undefined) return undefined;
    const end = runClaimed(this.job, claim, held, runner)
      .catch((error: unknown) => this.#tell(error))
      .finally(() => {
        this.#running = undefined;
        onEnd();
      });
    this.#running = end;
    void this.#guarded(async () => this.#clean());
    return { slotMs: claim.slotMs, end };
  }

  /** Once a day, while a run goes on. */
  async #clean(): Promise<void> {
    const { store, runner, keepMs } = this.#parts;
    const nowMs = runner.clock.now();
    if (nowMs - this.#cleanedMs < DAY_MS) return;
    this.#cleanedMs = nowMs;
    await cleanRuns(store, this.job.name, { nowMs, keepMs });
  }

  async #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(action);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** What goes wrong is told, and tried again at the next look. */
  async #guarded<T>(action: () => Promise<T>): Promise<T | undefined> {
    return this.#inTurn(action).catch((error: unknown) => this.#tell(error));
  }

  #tell(error: unknown): undefined {
    this.#parts.runner.onEvent({ type: 'schedule.failed', job: this.job.name, error: runError(error) });
  }
}
