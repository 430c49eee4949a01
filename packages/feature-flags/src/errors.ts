/** Why flags could not be loaded or changed, or what is known of them could not be read. Each code is explained in `docs/errors.md`. */
export type FlagErrorCode =
  | 'INVALID_FLAGS'
  | 'FLAGS_TOO_LARGE'
  | 'UNREADABLE_FLAGS'
  | 'READ_ONLY_FLAGS'
  | 'UNTRUSTED_FLAGS'
  | 'FLAG_NOT_FOUND'
  | 'INVALID_CHANGE'
  | 'FLAGS_CONFLICT'
  | 'VERSION_NOT_FOUND'
  | 'INVALID_HISTORY'
  | 'INVALID_COUNTS'
  | 'UNREADABLE_SOURCES'
  | 'INVALID_OPTION'
  | 'METRIC_FAILED';

/** What kind of mistake something in flags is. */
export type FlagProblemCode =
  /** Neither JSON nor YAML. */
  | 'SYNTAX'
  /** A value of another type, or not of the form that it must have. */
  | 'WRONG_VALUE'
  | 'UNKNOWN_FIELD'
  | 'UNKNOWN_OPERATOR'
  /** The name of a flag, a segment, an evaluator or a variant that there is not. */
  | 'UNKNOWN_REFERENCE'
  /** Parts that are sound each and do not go together. */
  | 'CONFLICT'
  /** Flags or evaluators that refer to themselves in the end. */
  | 'CIRCLE'
  /** Nested too deep, or too many. */
  | 'TOO_LARGE'
  /** A name that objects have already, such as `__proto__`, or none. */
  | 'FORBIDDEN_NAME'
  /** A name that its object has already. */
  | 'REPEATED_NAME';

/** One thing that is wrong with flags. */
export interface FlagProblem {
  /** Where, as a JSON Pointer (RFC 6901): `/flags/new_ui/rollout/percentage`; empty for the whole. */
  readonly path: string;
  /** What was expected there and what was found. */
  readonly message: string;
  /** Where that stands in the text, from 1 on; `undefined` where there is no text. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The kind of mistake; of flags each has one. */
  readonly code?: FlagProblemCode | undefined;
}

/** A mistake, and the flag that is refused because of it. */
export interface FlagFinding extends FlagProblem {
  /**
   * The flag that is refused: the one in which the mistake is, or one that uses the segment or the evaluator in which it is, and then `path` leads there. `undefined`: of
   * what flags share itself, or of the whole.
   */
  readonly flag: string | undefined;
  readonly code: FlagProblemCode;
}

/** What a {@link FlagError} can carry beside its message. */
export interface FlagErrorOptions {
  readonly cause?: unknown;
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly problems?: readonly FlagProblem[] | undefined;
}

/** Every failure of this package; evaluation never fails. Test it by its `code`, not with `instanceof`: two copies of the package may be loaded. */
export class FlagError extends Error {
  override readonly name: string = 'FlagError';
  /** The kind of failure. */
  readonly code: FlagErrorCode;
  /** What to do about it, where there is a way out. */
  readonly hint: string | undefined;
  /** All that is wrong, in the order of the text. */
  readonly problems: readonly FlagProblem[];

  constructor(code: FlagErrorCode, message: string, options: FlagErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.problems = options.problems ?? [];
  }
}

const LONGEST = 60;

/** A value as a message shows it: short and on one line. */
export function shown(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : typeof value === 'undefined' ? 'nothing' : `a ${typeof value}`;
}
