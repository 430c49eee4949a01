import { inspectDefinitions } from '../definition/inspect.ts';
import { invalidFlags } from '../definition/invalid-flags.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import type { FlagFinding } from '../errors.ts';
import { type CompiledFlags, compileSound } from './compile-flags.ts';
import { holdOver } from './hold-over.ts';
import { refusedFlag } from './refused-flag.ts';

/** Flags that answer, and what of the definitions they were made of does not. */
export interface InForce {
  /** What the flags go by: as it was given, but for what is refused. */
  readonly definitions: FlagDefinitions;
  readonly compiled: CompiledFlags;
  /** What is wrong with what was given, flag by flag. */
  readonly findings: readonly FlagFinding[];
  /** Flags that are refused and never were good: they answer `PARSE_ERROR`. */
  readonly refused: ReadonlySet<string>;
  /** Whether anything that is refused is as it last was good. */
  readonly isHeld: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Before there are any flags. */
export const NO_FLAGS: InForce = {
  definitions: { flags: {} },
  compiled: new Map(),
  findings: [],
  refused: NOTHING,
  isHeld: false,
};

/** How flags come into force. */
export interface InForceOptions {
  /** Whether one mistake is enough to refuse all. */
  readonly strict?: boolean | undefined;
  /** What was in force before: what is refused goes on as it was there. */
  readonly last?: InForce | undefined;
}

/**
 * Checks and compiles definitions. A flag with a mistake is refused, alone: it answers as it last was good, or `PARSE_ERROR` where it never was.
 *
 * @throws {FlagError} `INVALID_FLAGS` with all problems, where one belongs to no flag, or when strict.
 */
export function inForce(given: FlagDefinitions, { strict = false, last = NO_FLAGS }: InForceOptions = {}): InForce {
  const inspection = inspectDefinitions(given);
  const { problems, findings } = inspection;
  if (problems.length === 0) return { ...NO_FLAGS, definitions: given, compiled: compileSound(given) };
  if (strict || inspection.isRefused) throw invalidFlags(problems);
  const { definitions, frozen, refused, isHeld } = holdOver(given, inspection, last);
  const metadata = Object.freeze({ ...given.metadata });
  const instead = new Map(frozen);
  const reasons = firstByFlag(findings);
  for (const key of refused) instead.set(key, refusedFlag(key, { metadata, finding: reasons.get(key) }));
  const compiled = compileSound(definitions, { keys: Object.keys(given.flags), instead });
  return { definitions, compiled, findings, refused, isHeld };
}

/** The first mistake of each flag. There may be as many as there are flags. */
function firstByFlag(findings: readonly FlagFinding[]): ReadonlyMap<string, FlagFinding> {
  const first = new Map<string, FlagFinding>();
  for (const finding of findings)
    if (finding.flag !== undefined && !first.has(finding.flag)) first.set(finding.flag, finding);
  return first;
}
