import { inspectDefinitions, type Inspection, type Refused } from '../definition/inspect.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { replaced, type Substitutes } from '../definition/sound.ts';
import type { CompiledFlags } from './compile-flags.ts';
import type { CompiledFlag } from './compiled-flag.ts';

/** What was in force before. */
export interface Before {
  readonly definitions: FlagDefinitions;
  readonly compiled: CompiledFlags;
  /** Flags that were refused then, and never were good. */
  readonly refused: ReadonlySet<string>;
}

/** What answers for what is refused. */
export interface HeldOver {
  /** Sound, but for flags that are frozen; a flag that is refused is one that is disabled. */
  readonly definitions: FlagDefinitions;
  /** Flags that fit no more to what they refer to: they go on as they were compiled. */
  readonly frozen: CompiledFlags;
  /** Flags that never were good. */
  readonly refused: ReadonlySet<string>;
  /** Whether anything is as it was before. */
  readonly isHeld: boolean;
}

/**
 * Puts what last was good in the place of what is refused: flags, segments and evaluators, each for itself. So a flag that is held asks for required flags and
 * segments as they are now; whoever kills a flag stops those that require it, too. A flag that is good is never touched.
 *
 * First what is wrong itself is replaced. Then those that are wrong still: a flag that used what could not be replaced, or does not fit as it was. What is wrong
 * even then stays as it was compiled, or is refused.
 */
export function holdOver(given: FlagDefinitions, inspection: Inspection, before: Before): HeldOver {
  const good = goodParts(before);
  const isNothing = (parts: object): boolean => Object.keys(parts).length === 0;
  if (isNothing(good.flags) && isNothing(good.segments) && isNothing(good.$evaluators)) {
    return { definitions: replaced(given, inspection), frozen: new Map(), refused: inspection.flags, isHeld: false };
  }
  const done: Done = { flags: new Set(), segments: new Set(), evaluators: new Set(), ended: new Set() };
  let definitions = replacedOnce(given, inspection.roots, { good, done });
  definitions = replacedOnce(definitions, stillWrong(definitions, inspection), { good, done });
  const wrong = stillWrong(definitions, inspection);
  for (const key of wrong.flags) done.ended.add(key);
  definitions = replaced(definitions, wrong);
  const frozen = new Map<string, CompiledFlag>();
  for (const key of done.ended) {
    const flag = Object.hasOwn(good.flags, key) ? before.compiled.get(key) : undefined;
    if (flag !== undefined) frozen.set(key, flag);
  }
  return {
    // What they say is kept for the next time.
    definitions: replaced(definitions, { ...NONE, flags: new Set(frozen.keys()) }, good),
    frozen,
    refused: new Set([...done.ended].filter((key) => !frozen.has(key))),
    isHeld:
      frozen.size + done.segments.size + done.evaluators.size > 0 ||
      [...done.flags].some((key) => !done.ended.has(key)),
  };
}

const NONE: Refused = { flags: new Set(), segments: new Set(), evaluators: new Set() };

/** What was replaced already, by name, and flags for which nothing else is left. */
interface Done {
  readonly flags: Set<string>;
  readonly segments: Set<string>;
  readonly evaluators: Set<string>;
  readonly ended: Set<string>;
}

function goodParts({ definitions, refused }: Before): Substitutes {
  const { flags, segments = {}, $evaluators = {} } = definitions;
  const good = Object.entries(flags).filter(([key]) => !refused.has(key));
  return { flags: refused.size === 0 ? flags : Object.fromEntries(good), segments, $evaluators };
}

/** Each part is replaced once; what is wrong again is left out. */
function replacedOnce(
  definitions: FlagDefinitions,
  wrong: Refused,
  { good, done }: { readonly good: Substitutes; readonly done: Done },
): FlagDefinitions {
  const flags = taken(wrong.flags, good.flags, done.flags);
  for (const key of wrong.flags) if (!Object.hasOwn(flags, key)) done.ended.add(key);
  const by = {
    flags,
    segments: taken(wrong.segments, good.segments, done.segments),
    $evaluators: taken(wrong.evaluators, good.$evaluators, done.evaluators),
  };
  return replaced(definitions, wrong, by);
}

function taken<Value>(
  wrong: ReadonlySet<string>,
  good: Readonly<Record<string, Value>>,
  done: Set<string>,
): Readonly<Record<string, Value>> {
  const names = [...wrong].filter((name) => !done.has(name) && Object.hasOwn(good, name));
  for (const name of names) done.add(name);
  return Object.fromEntries(names.map((name) => [name, good[name] as Value]));
}

/** Of what was wrong at first: what is good is not touched because of what takes the place of something else. */
function stillWrong(definitions: FlagDefinitions, first: Refused): Refused {
  const now = inspectDefinitions(definitions);
  const both = (name: keyof Refused): ReadonlySet<string> =>
    new Set([...now[name]].filter((each) => first[name].has(each)));
  return { flags: both('flags'), segments: both('segments'), evaluators: both('evaluators') };
}
