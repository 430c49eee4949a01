import { FlagError, type FlagProblem } from '../errors.ts';
import { invalidFlags } from './invalid-flags.ts';
import type { Position, RepeatedName } from './json-position.ts';

/** A text that was parsed, and where in it things stand. */
export interface Parsed {
  readonly value: unknown;
  /** Names that their objects have twice. */
  readonly repeated: readonly RepeatedName[];
  /** Where the places are that JSON Pointers name: all of them are looked for at once. */
  readonly locate: (pointers: readonly string[]) => (pointer: string) => Position;
}

/** The error of a text that can't be parsed. */
export function syntaxError(problem: Pick<FlagProblem, 'message' | 'line' | 'column'>, cause: unknown): FlagError {
  const problems = [{ path: '', code: 'SYNTAX', ...problem } as const];
  const { message, hint } = invalidFlags(problems);
  return new FlagError('INVALID_FLAGS', message, { cause, hint, problems });
}
