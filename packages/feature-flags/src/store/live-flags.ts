import type { FlagDefinitions } from '../definition/model.ts';
import type { FlagEvaluationError } from '../evaluation/evaluation.ts';
import type { CompiledFlags } from '../rules/compile-flags.ts';
import { changesBetween } from '../history/changes.ts';
import type { FlagStore } from './store.ts';

/** Names of flags that are not what they were. */
export interface FlagsChange {
  readonly flagsChanged: readonly string[];
}

/** `loading`: nothing was read yet. `stale`: the last attempt to read failed, and the flags before it are in force. */
export type FlagsState = 'loading' | 'ready' | 'stale';

/** What of a store is in force. */
export interface LiveFlags {
  readonly compiled: CompiledFlags;
  readonly state: FlagsState;
  /** Why the last attempt to read failed. */
  readonly problem: unknown;
}

const NONE: CompiledFlags = new Map();

/** What it means that a flag is not among them. */
export function absenceIn({ state, problem }: LiveFlags): FlagEvaluationError {
  if (state !== 'loading') return 'FLAG_NOT_FOUND';
  const { code } = (problem ?? {}) as { readonly code?: unknown };
  return code === 'INVALID_FLAGS' ? 'PARSE_ERROR' : 'PROVIDER_NOT_READY';
}

/** Keeps the flags of a store compiled, as they are now; the last good ones where they can't be read. */
export class LiveStore {
  readonly #store: FlagStore;
  readonly #compile: (definitions: FlagDefinitions) => CompiledFlags;
  readonly #changes = new Set<(change: FlagsChange) => void>();
  readonly #states = new Set<(state: FlagsState) => void>();
  #live: LiveFlags = { compiled: NONE, state: 'loading', problem: undefined };
  #definitions: FlagDefinitions = { flags: {} };
  #version: string | undefined;
  #reading: Promise<void> | undefined;
  #isAskedAgain = false;
  #isClosed = false;
  #unwatch: (() => void) | undefined;

  constructor(store: FlagStore, compile: (definitions: FlagDefinitions) => CompiledFlags) {
    this.#store = store;
    this.#compile = compile;
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

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unwatch?.();
    this.#unwatch = undefined;
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    do {
      this.#isAskedAgain = false;
      await this.#read();
    } while (this.#isAskedAgain && !this.#isClosed);
  }

  async #read(): Promise<void> {
    try {
      const found = await this.#store.load(this.#version);
      if (found === undefined) return this.#enter({ ...this.#live, state: 'ready', problem: undefined });
      const compiled = this.#compile(found.definitions);
      const before = this.#definitions;
      this.#definitions = found.definitions;
      this.#version = found.version;
      this.#enter({ compiled, state: 'ready', problem: undefined });
      const flagsChanged = changedFlags(before, found.definitions);
      if (flagsChanged.length > 0) tell(this.#changes, { flagsChanged });
    } catch (problem) {
      this.#enter({ ...this.#live, state: this.#version === undefined ? 'loading' : 'stale', problem });
    }
  }

  #enter(live: LiveFlags): void {
    const isNew = live.state !== this.#live.state;
    this.#live = live;
    if (isNew) tell(this.#states, live.state);
  }
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
