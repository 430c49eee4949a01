import { randomUUID } from 'node:crypto';
import { ledger, type Ledger, type ObjectStore } from '@x/storage';
import { VersioningError } from '../../errors.ts';
import type { RunOwner } from '../../release/owner.ts';
import type { DeployedState } from '../layout/model.ts';
import type { Deployment, DeployRunStep, StepReport } from './contract.ts';
import type { DeployPlan } from './plan.ts';
import type { Recovery } from './recovery.ts';

/** What a run writes down: before a step that it begins, and after it. */
export type DeployEntry =
  | { readonly kind: 'planned'; readonly plan: DeployPlan; readonly owner: RunOwner; readonly at: string }
  /** From here on only this process works on the run. */
  | { readonly kind: 'taken'; readonly owner: RunOwner }
  | { readonly kind: 'begun'; readonly step: DeployRunStep; readonly before?: StepBefore | undefined }
  | { readonly kind: 'done'; readonly report: StepReport; readonly result?: StepResult | undefined }
  | { readonly kind: 'failed'; readonly report: StepReport; readonly error: DeployFailure }
  /** From here on it only goes back. Another one replaces it. */
  | { readonly kind: 'turned'; readonly recovery: Recovery; readonly at: string }
  | { readonly kind: 'undone'; readonly report: StepReport }
  /** Nothing more is done about a step, in the direction in which the run goes. */
  | { readonly kind: 'left'; readonly report: StepReport }
  | { readonly kind: 'ended'; readonly deployment: Deployment };

/** What was there before a step, for the way back: afterwards nobody could tell it from what the step has done. */
export interface StepBefore {
  /** Whether maintenance was on already. */
  readonly isOn?: boolean | undefined;
  /** What the release was: where nothing is known against it, it is that again when it is taken back. */
  readonly state?: DeployedState | undefined;
}

/** What later steps have to know of one. */
export interface StepResult {
  /** Name of the backup that was made. */
  readonly backup?: string | undefined;
}

/** Why a step failed. */
export interface DeployFailure {
  readonly code: string;
  readonly message: string;
}

/** How far a run has come. */
export interface DeployRunState {
  readonly plan: DeployPlan;
  readonly owner: RunOwner;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** In the order in which they ended. */
  readonly reports: readonly StepReport[];
  /** In their order. The last one may be half done. */
  readonly begun: readonly DeployRunStep[];
  /** What was there before they were begun for the first time. */
  readonly before: ReadonlyMap<DeployRunStep, StepBefore>;
  readonly done: ReadonlyMap<DeployRunStep, StepResult>;
  readonly failure?: DeployFailure | undefined;
  readonly recovery?: (Recovery & { readonly at: string }) | undefined;
  /** Steps of the recovery that are done. */
  readonly undone: ReadonlySet<string>;
  readonly ended?: Deployment | undefined;
}

const FORMAT = 'holdfast-deploy-run';
const MOST_BYTES = 64 * 1024 * 1024;

/** What one deploy has done, as a ledger. Of two processes that write to it, one is told that it was taken over. */
export class DeployJournal {
  readonly run: string;
  readonly #ledger: Ledger;
  #n = 0;
  #state: DeployRunState | undefined;

  constructor(store: ObjectStore, run: string) {
    this.run = run;
    this.#ledger = ledger(store, `runs/${run}`, { maxBytes: MOST_BYTES });
  }

  get state(): DeployRunState {
    if (this.#state === undefined) throw new Error('The journal of a deploy was not read');
    return this.#state;
  }

  /** Reads what there is. @throws {VersioningError} `INVALID_HISTORY`. */
  async read(signal?: AbortSignal): Promise<DeployRunState | undefined> {
    for await (const { n, body } of this.#ledger.entries({ from: this.#n + 1, signal })) {
      this.#state = after(this.#state, decode(body, this.run));
      this.#n = n;
    }
    return this.#state;
  }

  /** @throws {VersioningError} `DEPLOY_TAKEN_OVER` when another process has written meanwhile. */
  async write(entry: DeployEntry): Promise<void> {
    const text = JSON.stringify({ token: randomUUID(), format: FORMAT, formatVersion: 0, ...entry });
    const bytes = new TextEncoder().encode(`${text}\n`);
    if (!(await this.#ledger.appendAt(this.#n + 1, bytes))) throw takenOver();
    this.#n++;
    // As it is read back, so that a run which goes on and one that is resumed see the same.
    this.#state = after(this.#state, decode(bytes, this.run));
  }
}

function after(state: DeployRunState | undefined, entry: DeployEntry): DeployRunState {
  if (entry.kind === 'planned') {
    const { plan, owner, at } = entry;
    return {
      plan,
      owner,
      startedAt: at,
      reports: [],
      begun: [],
      before: new Map(),
      done: new Map(),
      undone: new Set(),
    };
  }
  if (state === undefined) throw invalidRun();
  const reported = 'report' in entry ? [...state.reports, entry.report] : state.reports;
  switch (entry.kind) {
    case 'taken':
      return { ...state, owner: entry.owner };
    case 'begun':
      if (state.begun.includes(entry.step)) return state;
      return {
        ...state,
        begun: [...state.begun, entry.step],
        before: new Map(state.before).set(entry.step, entry.before ?? {}),
      };
    case 'done': {
      const done = new Map(state.done).set(entry.report.step, entry.result ?? {});
      return { ...state, reports: reported, done, failure: undefined };
    }
    case 'failed':
      return { ...state, reports: reported, failure: entry.error };
    case 'turned':
      // Decided anew where the first way was blocked; the time of it counts from the first.
      return {
        ...state,
        recovery: { ...entry.recovery, at: state.recovery?.at ?? entry.at },
        undone: new Set(),
      };
    case 'undone':
      return { ...state, reports: reported, undone: new Set(state.undone).add(entry.report.step) };
    case 'left': {
      const { step } = entry.report;
      if (state.recovery !== undefined) {
        return { ...state, reports: reported, undone: new Set(state.undone).add(step) };
      }
      return { ...state, reports: reported, done: new Map(state.done).set(step, {}), failure: undefined };
    }
    case 'ended':
      return { ...state, ended: entry.deployment };
  }
}

function decode(bytes: Uint8Array, run: string): DeployEntry {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
    const { format, formatVersion, kind, plan } = value;
    const isPlan = kind !== 'planned' || Array.isArray((plan as Partial<DeployPlan> | undefined)?.steps);
    if (format === FORMAT && formatVersion === 0 && typeof kind === 'string' && isPlan)
      return value as unknown as DeployEntry;
  } catch {
    // Not JSON: refused below.
  }
  throw invalidRun(run);
}

function invalidRun(run?: string): VersioningError {
  return new VersioningError('INVALID_HISTORY', 'Expected the journal of a deploy, got something else', {
    hint: `It was changed outside of Holdfast, or a newer version wrote it${run === undefined ? '' : ` (run ${run})`}.`,
  });
}

function takenOver(): VersioningError {
  return new VersioningError('DEPLOY_TAKEN_OVER', 'Expected to be the only one who works on this deploy, got another', {
    hint: 'Another process has resumed or undone it. Look at `holdfast deploy status`.',
  });
}
