import { problemsByFlag } from '../definition/inspect.ts';
import { invalidFlags } from '../definition/invalid-flags.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import type { FlagFinding, FlagProblem } from '../errors.ts';
import type { FlagEvaluationError } from '../evaluation/evaluation.ts';
import { changesBetween, isSame } from '../history/changes.ts';
import type { CompiledFlags } from '../rules/compile-flags.ts';
import { type InForce, NO_FLAGS } from '../rules/in-force.ts';
import type { FlagStore } from './store.ts';

/** Names of flags that are not what they were. */
export interface FlagsChange {
  readonly flagsChanged: readonly string[];
}

/**
 * `loading`: nothing was read yet. `stale`: the last attempt to read failed, and the flags before it are in force; or some flags of what was read are refused, and
 * answer as they last were good.
 */
export type FlagsState = 'loading' | 'ready' | 'stale';

/** What of a store is in force. */
export interface LiveFlags {
  readonly compiled: CompiledFlags;
  readonly state: FlagsState;
  /** Why the last attempt to read failed, or the error that the mistakes would have been that only some flags are refused for. */
  readonly problem: unknown;
  /** The mistakes in what was read last. */
  readonly findings: readonly FlagFinding[];
}

/** Flags as they were read. */
export function liveOf({ compiled, findings, isHeld }: InForce): LiveFlags {
  const problem = findings.length === 0 ? undefined : invalidFlags(distinct(findings));
  return { compiled, state: isHeld ? 'stale' : 'ready', problem, findings };
}

/** Each mistake once, however many flags are refused for it. */
function distinct(findings: readonly FlagFinding[]): readonly FlagProblem[] {
  const problems = new Map<string, FlagProblem>();
  for (const { path, message, line, column, code } of findings)
    problems.set(`${path}\n${message}`, { path, message, line, column, code });
  return [...problems.values()];
}

/** What it means that a flag is not among them. */
export function absenceIn({ state, problem }: LiveFlags): FlagEvaluationError {
  if (state !== 'loading') return 'FLAG_NOT_FOUND';
  const { code } = (problem ?? {}) as { readonly code?: unknown };
  return code === 'INVALID_FLAGS' || code === 'FLAGS_TOO_LARGE' ? 'PARSE_ERROR' : 'PROVIDER_NOT_READY';
}

/** What of definitions comes into force, after what was in force before. It throws where nothing of them can. */
export type Bringing = (definitions: FlagDefinitions, last: InForce) => InForce;

/** Keeps the flags of a store compiled, as they are now; the last good ones where they can't be read. */
export class LiveStore {
  readonly #store: FlagStore;
  readonly #bring: Bringing;
  readonly #changes = new Set<(change: FlagsChange) => void>();
  readonly #states = new Set<(state: FlagsState) => void>();
  readonly #findings = new Set<(findings: readonly FlagFinding[]) => void>();
  #live: LiveFlags = { ...liveOf(NO_FLAGS), state: 'loading' };
  /** What was read last, and is in force. */
  #inForce: InForce = NO_FLAGS;
  #read: LiveFlags = liveOf(NO_FLAGS);
  #version: string | undefined;
  #reading: Promise<void> | undefined;
  #isAskedAgain = false;
  #isClosed = false;
  #unwatch: (() => void) | undefined;

  constructor(store: FlagStore, bring: Bringing) {
    this.#store = store;
    this.#bring = bring;
    this.#unwatch = store.watch?.(() => void this.refresh());
  }

  get live(): LiveFlags {
    return this.#live;
  }

  /** Reads the store, once more if it changes meanwhile. Never rejects: what goes wrong makes the flags stale. */
  refresh(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isAskedAgain = this.#reading !== undefined;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  onChange(listener: (change: FlagsChange) => void): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  onState(listener: (state: FlagsState) => void): () => void {
    this.#states.add(listener);
    return () => this.#states.delete(listener);
  }

  onFindings(listener: (findings: readonly FlagFinding[]) => void): () => void {
    this.#findings.add(listener);
    return () => this.#findings.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unwatch?.();
    this.#unwatch = undefined;
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    do {
      this.#isAskedAgain = false;
      await this.#load();
    } while (this.#isAskedAgain && !this.#isClosed);
  }

  async #load(): Promise<void> {
    try {
      const found = await this.#store.load(this.#version);
      if (found === undefined) return this.#enter(this.#read);
      const before = this.#inForce.definitions;
      this.#inForce = this.#bring(found.definitions, this.#inForce);
      this.#version = found.version;
      this.#read = liveOf(this.#inForce);
      this.#enter(this.#read);
      const flagsChanged = changedFlags(before, this.#inForce.definitions);
      if (flagsChanged.length > 0) tell(this.#changes, { flagsChanged });
    } catch (problem) {
      const state = this.#version === undefined ? 'loading' : 'stale';
      this.#enter({ ...this.#live, state, problem, findings: findingsOf(problem) ?? this.#live.findings });
    }
  }

  #enter(live: LiveFlags): void {
    const { state, findings } = this.#live;
    this.#live = live;
    if (live.state !== state) tell(this.#states, live.state);
    if (!isSame(live.findings, findings)) tell(this.#findings, live.findings);
  }
}

/** The mistakes because of which nothing that was read came into force; `undefined` if it was something else. */
function findingsOf(problem: unknown): readonly FlagFinding[] | undefined {
  const { code, problems } = (problem ?? {}) as { readonly code?: unknown; readonly problems?: readonly FlagProblem[] };
  if (code !== 'INVALID_FLAGS' || problems === undefined) return undefined;
  return problemsByFlag(problems);
}

/** A listener that fails is no reason for the flags to be stale, nor for the others not to be told; it fails where it can be seen. */
function tell<Message>(listeners: ReadonlySet<(message: Message) => void>, message: Message): void {
  for (const listener of listeners) {
    try {
      listener(message);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** What all flags share may change each of them. */
function changedFlags(before: FlagDefinitions, after: FlagDefinitions): readonly string[] {
  const { changes, sharedChanges } = changesBetween(before, after);
  if (sharedChanges.length === 0) return changes.map(({ key }) => key);
  return [...new Set([...Object.keys(before.flags), ...Object.keys(after.flags)])];
}
