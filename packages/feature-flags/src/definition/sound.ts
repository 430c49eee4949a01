import { inspectDefinitions, type Refused } from './inspect.ts';
import { invalidFlags } from './invalid-flags.ts';
import type { FlagDefinitions, ShortFlag } from './model.ts';
import { isSoundName } from './report.ts';

/** Stands for a flag that is refused, so that others may go on requiring it. */
const REFUSED: ShortFlag = Object.freeze({ enabled: false });

/** Definitions without what is refused of them. */
export interface SoundDefinitions {
  /** All of it is sound; a flag that is refused is one that is disabled. */
  readonly definitions: FlagDefinitions;
  /** The flags that are refused. */
  readonly refused: ReadonlySet<string>;
}

/**
 * What of definitions can be used.
 *
 * @throws {FlagError} `INVALID_FLAGS` where nothing can: what is wrong belongs to no flag.
 */
export function soundPart(given: FlagDefinitions): SoundDefinitions {
  const inspection = inspectDefinitions(given);
  if (inspection.problems.length === 0) return { definitions: given, refused: inspection.flags };
  if (inspection.isRefused) throw invalidFlags(inspection.problems);
  return { definitions: replaced(given, inspection), refused: inspection.flags };
}

/** Parts that take the place of others of the same name. */
export interface Substitutes {
  readonly flags: FlagDefinitions['flags'];
  readonly segments: NonNullable<FlagDefinitions['segments']>;
  readonly $evaluators: NonNullable<FlagDefinitions['$evaluators']>;
}

const NOTHING: Substitutes = { flags: {}, segments: {}, $evaluators: {} };

/** The definitions with what is refused of them replaced by something of the same name, or left out where there is nothing. */
export function replaced(given: FlagDefinitions, refused: Refused, by: Substitutes = NOTHING): FlagDefinitions {
  const { segments, $evaluators } = given;
  const flags = withSubstitutes(given.flags, refused.flags, by.flags).flatMap(([name, flag]) => {
    // Whatever is called so can't be required by anybody.
    if (flag === undefined && !isSoundName(name)) return [];
    return [[name, flag ?? REFUSED] as const];
  });
  return {
    ...given,
    flags: Object.fromEntries(flags),
    ...(segments === undefined ? {} : { segments: kept(segments, refused.segments, by.segments) }),
    ...($evaluators === undefined ? {} : { $evaluators: kept($evaluators, refused.evaluators, by.$evaluators) }),
  };
}

function kept<Value>(
  all: Readonly<Record<string, Value>>,
  refused: ReadonlySet<string>,
  by: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  const entries = withSubstitutes(all, refused, by);
  return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

/** In the order in which they stand there. */
function withSubstitutes<Value>(
  all: Readonly<Record<string, Value>>,
  refused: ReadonlySet<string>,
  by: Readonly<Record<string, Value>>,
): readonly (readonly [string, Value | undefined])[] {
  return Object.entries(all).map(([name, value]) => {
    if (!refused.has(name)) return [name, value];
    return [name, Object.hasOwn(by, name) ? by[name] : undefined];
  });
}
