import type { FlagDefinitions, FlagdFlag, Json, ShortFlag } from '../definition/model.ts';
import type { FlagError } from '../errors.ts';
import type { FlagStore } from './store.ts';

/** Something that is to be done to flags. */
export type FlagEdit =
  /** Puts a flag there, in place of the one that is there. */
  | { readonly kind: 'set'; readonly key: string; readonly definition: FlagdFlag | ShortFlag }
  /** Changes some members of a flag that is there, as a JSON Merge Patch (RFC 7396): `null` takes a member away. */
  | { readonly kind: 'patch'; readonly key: string; readonly patch: { readonly [member: string]: Json } }
  /** Takes away a flag that is there. */
  | { readonly kind: 'remove'; readonly key: string }
  /** Puts other flags, segments and rules in place of all. */
  | { readonly kind: 'replace'; readonly definitions: FlagDefinitions };

/** Edits, or how to make them of the flags as they are, mistakes included: when another writer was faster, it is asked again. */
export type FlagEdits = readonly FlagEdit[] | ((definitions: FlagDefinitions) => readonly FlagEdit[]);

/** Who changes flags, and why. */
export interface ChangeNote {
  /** A person or a program, as `ann@example.com` or `ramp guard`. */
  readonly by: string;
  readonly why: string;
}

/** What a change did to one flag. */
export interface FlagChange {
  readonly key: string;
  /** `undefined`: it was not there. */
  readonly before: FlagdFlag | ShortFlag | undefined;
  /** `undefined`: it is gone. */
  readonly after: FlagdFlag | ShortFlag | undefined;
}

/** One version of flags, and how it came about. */
export interface FlagVersion extends ChangeNote {
  /** From 1 on, without gaps. */
  readonly version: number;
  /** Milliseconds since 1970, by the clock of whoever made it. */
  readonly atMs: number;
  /** The version that was brought back. */
  readonly rollbackTo: number | undefined;
  /** Flags that it put there, changed or took away. */
  readonly changes: readonly FlagChange[];
  /** What is shared by flags and was changed: `segments`, `$evaluators`, `bucketing`, `metadata`, `$schema`. */
  readonly sharedChanges: readonly string[];
}

/** Options of {@link EditableFlags.change}. */
export interface ChangeOptions {
  /** Only if this is still the newest version; 0: only if there is none yet. */
  readonly ifVersion?: number | undefined;
  /** Makes nothing: the version that is returned is the one that would be made. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link EditableFlags.history}. */
export interface HistoryOptions {
  /** Only versions that changed this flag. */
  readonly key?: string | undefined;
  /** Only versions before this one. */
  readonly before?: number | undefined;
  /** Is told of versions that can't be read, which are left out then. Default: the first one ends the history with its error. */
  readonly onProblem?: ((version: number, problem: FlagError) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link EditableFlags.rollback}. */
export interface RollbackOptions extends ChangeOptions {
  /** Only these flags, and nothing that is shared. Default: everything. */
  readonly keys?: readonly string[] | undefined;
}

/** A store of flags that can be changed, and knows who did so. */
export interface EditableFlags extends FlagStore {
  /**
   * Changes flags: all edits or none. What is edited has to be good then, and nothing else may be wrong that was not before: flags that had a mistake are no obstacle, and their
   * text stays as it is. A `replace` has to be good altogether. Edits of writers that work at the same time
   * follow each other; none is lost.
   *
   * @returns The version that was made; `undefined` when there was nothing to change.
   *
   * @throws {FlagError} `INVALID_FLAGS`, `FLAGS_TOO_LARGE`, `FLAG_NOT_FOUND`, `INVALID_CHANGE` without a name or a reason,
   * `FLAGS_CONFLICT` when `ifVersion` is not the newest version, or other writers were faster a hundred times.
   */
  change(edits: FlagEdits, note: ChangeNote, options?: ChangeOptions): Promise<FlagVersion | undefined>;
  /** All versions, newest first. @throws {FlagError} `INVALID_HISTORY`, unless `onProblem` is told. */
  history(options?: HistoryOptions): AsyncIterable<FlagVersion>;
  /** The flags of a version. @throws {FlagError} `VERSION_NOT_FOUND`, `INVALID_HISTORY`. */
  at(version: number): Promise<FlagDefinitions>;
  /**
   * Brings back a version, which has to be good altogether, or some of its flags, as a new version: nothing in the history is undone.
   *
   * @throws {FlagError} `VERSION_NOT_FOUND`, and those of `change`.
   */
  rollback(version: number, note: ChangeNote, options?: RollbackOptions): Promise<FlagVersion | undefined>;
}
