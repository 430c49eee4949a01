import { randomUUID } from 'node:crypto';
import type { DsseEnvelope } from '@x/integrity';
import { ledger, type Ledger, type ObjectStore } from '@x/storage';
import { VersioningError } from '../errors.ts';
import type { RunOwner } from './owner.ts';
import type { ReleasePlan } from './plan.ts';
import { type StepName, type StepResults, STEPS } from './steps.ts';

/** What a run writes down: before a step that it begins, after one that is done. */
export type RunEntry =
  | {
      readonly kind: 'planned';
      readonly plan: ReleasePlan;
      readonly owner: RunOwner;
      /** By the key that will sign the release. */
      readonly seal?: DsseEnvelope | undefined;
    }
  /** From here on only this process works on the run. */
  | { readonly kind: 'taken'; readonly owner: RunOwner }
  | { readonly kind: 'begun' | 'undone'; readonly step: StepName }
  | { readonly kind: 'done'; readonly step: StepName; readonly result: unknown }
  /** From here on it can only be undone. */
  | { readonly kind: 'givenUp' }
  | { readonly kind: 'ended' };

/** How far a run has come. */
export interface RunState {
  readonly plan: ReleasePlan;
  /** What the signing key says of the plan; not looked at yet. */
  readonly seal: DsseEnvelope | undefined;
  /** The process that worked on it last. */
  readonly owner: RunOwner;
  /** What the steps that are done have given. */
  readonly results: Partial<StepResults>;
  /** Steps that were begun and not undone, in their order. The last one may be half done. */
  readonly begun: readonly StepName[];
  readonly isGivenUp: boolean;
}

/** A plan lists every file of an artefact. */
const MOST_BYTES = 256 * 1024 * 1024;
const FORMAT = 'holdfast-release-run';

/** What one run has done, as a ledger. Only one process writes to it at a time: who takes it over ends what another one writes. */
export class RunJournal {
  readonly run: string;
  readonly #ledger: Ledger;
  #n = 0;
  #state: RunState | undefined;

  constructor(place: { readonly store: ObjectStore; readonly prefix: string }, run: string) {
    this.run = run;
    this.#ledger = ledger(place.store, `${place.prefix}/runs/${run}`, { maxBytes: MOST_BYTES });
  }

  get state(): RunState {
    if (this.#state === undefined) throw new Error('The journal of a run was not read');
    return this.#state;
  }

  /** Reads what there is. @throws {VersioningError} `INVALID_HISTORY`. */
  async read(signal?: AbortSignal): Promise<RunState | undefined> {
    for await (const { n, body } of this.#ledger.entries({ from: this.#n + 1, signal })) {
      this.#state = after(this.#state, decode(body, this.run));
      this.#n = n;
    }
    return this.#state;
  }

  /** Goes on from a state that was checked, instead of the one that was read. */
  holdTo(state: RunState): void {
    this.#state = state;
  }

  /** @throws {VersioningError} `RELEASE_TAKEN_OVER` when another process has written meanwhile. */
  async write(entry: RunEntry, signal?: AbortSignal): Promise<void> {
    const bytes = new TextEncoder().encode(
      `${JSON.stringify({ token: randomUUID(), format: FORMAT, formatVersion: 0, ...entry })}\n`,
    );
    if (!(await this.#ledger.appendAt(this.#n + 1, bytes, { signal }))) throw takenOver();
    this.#n++;
    // As it is read back, so that a run which goes on and one that is resumed see the same.
    this.#state = after(this.#state, decode(bytes, this.run));
  }
}

function after(state: RunState | undefined, entry: RunEntry): RunState {
  if (entry.kind === 'planned') {
    const { plan, owner, seal } = entry;
    return { plan, owner, seal, results: {}, begun: [], isGivenUp: false };
  }
  if (state === undefined) throw invalidRun();
  switch (entry.kind) {
    case 'taken':
      return { ...state, owner: entry.owner };
    case 'begun':
      return state.begun.includes(entry.step) ? state : { ...state, begun: [...state.begun, entry.step] };
    case 'done':
      return { ...state, results: { ...state.results, [entry.step]: entry.result ?? null } };
    case 'undone': {
      const { [entry.step]: _gone, ...results } = state.results;
      return { ...state, results, begun: state.begun.filter((step) => step !== entry.step) };
    }
    case 'givenUp':
      return { ...state, isGivenUp: true };
    case 'ended':
      // The history does not name the run any more.
      return state;
  }
}

function decode(bytes: Uint8Array, run: string): RunEntry {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
    const { format, formatVersion } = value;
    const isWhole = isStep(value['step']) && (value['kind'] !== 'planned' || isPlan(value['plan']));
    if (format === FORMAT && formatVersion === 0 && isWhole) return value as unknown as RunEntry;
  } catch {
    // Not JSON: refused below.
  }
  throw invalidRun(run);
}

/** As much of a plan as is told of a run. All of it is looked at before anything is done. */
function isPlan(value: unknown): boolean {
  const { release, steps, files } = (value ?? {}) as Partial<ReleasePlan>;
  return typeof release?.version === 'string' && Array.isArray(steps) && Array.isArray(files);
}

/** Most entries are about one of these, the others about none. */
const isStep = (value: unknown): boolean => value === undefined || (STEPS as readonly unknown[]).includes(value);

function invalidRun(run?: string): VersioningError {
  return new VersioningError('INVALID_HISTORY', `Expected the journal of a release, got something else`, {
    hint: `It was changed outside of Holdfast, or a newer version wrote it${run === undefined ? '' : ` (run ${run})`}.`,
  });
}

function takenOver(): VersioningError {
  return new VersioningError(
    'RELEASE_TAKEN_OVER',
    'Expected to be the only one who works on this release, got another',
    {
      hint: 'Another process has resumed or undone it. Look at `holdfast release status`.',
    },
  );
}
