import { checkDefinitions } from './check-definitions.ts';
import { invalidFlags } from './invalid-flags.ts';
import type { FlagDefinitions } from './model.ts';

/** Refuses definitions in which anything is wrong. @throws {FlagError} `INVALID_FLAGS` with all problems. */
export function demandSound(definitions: FlagDefinitions): void {
  const problems = checkDefinitions(definitions);
  if (problems.length > 0) throw invalidFlags(problems);
}
