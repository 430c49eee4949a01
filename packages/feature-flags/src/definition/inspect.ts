import type { FlagFinding, FlagProblem } from '../errors.ts';
import { referencesIn } from '../logic/references.ts';
import { problemsIn } from './check-definitions.ts';
import { componentsOf } from './components.ts';
import { isFlagdFlag, type FlagDefinitions } from './model.ts';
import { pathOf } from './path.ts';
import { withPlaces } from './remembered.ts';

/** Names of what can't be used. */
export interface Refused {
  readonly flags: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
  readonly evaluators: ReadonlySet<string>;
}

/** What is wrong with definitions, and what of them can't be used because of it. */
export interface Inspection extends Refused {
  /** Each mistake once, in the order of the text where there is one. */
  readonly problems: readonly FlagProblem[];
  /** The same for each flag that is refused. */
  readonly findings: readonly FlagFinding[];
  /** Whether nothing can be used: what is wrong belongs to no flag, segment or evaluator. */
  readonly isRefused: boolean;
  /** Only those that are wrong themselves, not those that use them. */
  readonly roots: Refused;
}

const NOTHING: ReadonlySet<string> = new Set();
const NONE: Refused = { flags: NOTHING, segments: NOTHING, evaluators: NOTHING };
const SOUND: Inspection = { ...NONE, problems: [], findings: [], isRefused: false, roots: NONE };

/** Says what is wrong with definitions, and which flags are refused. Pure, and never throws. */
export function inspectDefinitions(definitions: FlagDefinitions): Inspection {
  const problems = withPlaces(definitions, problemsIn(definitions));
  return problems.length === 0 ? SOUND : attributed(definitions, problems);
}

/** Whom problems belong to. */
export function attributed(definitions: FlagDefinitions, problems: readonly FlagProblem[]): Inspection {
  const own = { flags: newMistakes(), segments: newMistakes(), $evaluators: newMistakes() };
  const findings = problemsByFlag(problems);
  let isRefused = false;
  for (const problem of problems) {
    const [part = '', name] = pathOf(problem.path);
    const mistakes = Object.hasOwn(own, part) ? own[part as keyof typeof own] : undefined;
    if (mistakes === undefined || name === undefined) isRefused = true;
    else if (!mistakes.has(name)) mistakes.set(name, problem);
  }
  if (isRefused) return { ...SOUND, problems, findings, isRefused };
  const evaluators = spread(definitions.$evaluators ?? {}, own.$evaluators);
  const segments = usersOf(definitions.segments ?? {}, own.segments, ({ rule }) =>
    inAny(evaluators, referencesIn(rule)),
  );
  const flags = usersOf(definitions.flags, newMistakes(), (flag) =>
    isFlagdFlag(flag)
      ? inAny(evaluators, referencesIn(flag.targeting))
      : inAny(segments, Array.isArray(flag.segments) ? flag.segments : []),
  );
  return {
    problems,
    findings: [...findings, ...[...flags].map(([name, problem]) => findingOf(name, problem))],
    isRefused,
    roots: namesOf(own.flags, own.segments, own.$evaluators),
    flags: new Set([...own.flags.keys(), ...flags.keys()]),
    segments: new Set(segments.keys()),
    evaluators: new Set(evaluators.keys()),
  };
}

function namesOf(...[flags, segments, evaluators]: readonly [Mistakes, Mistakes, Mistakes]): Refused {
  return {
    flags: new Set(flags.keys()),
    segments: new Set(segments.keys()),
    evaluators: new Set(evaluators.keys()),
  };
}

/** Problems, with the names of the flags that they are in. */
export function problemsByFlag(problems: readonly FlagProblem[]): readonly FlagFinding[] {
  return problems.map((problem) => {
    const [part, name] = pathOf(problem.path);
    return findingOf(part === 'flags' ? name : undefined, problem);
  });
}

/** What is wrong, by the name of the one that it is wrong with: the first mistake is enough. */
type Mistakes = Map<string, FlagProblem>;

const newMistakes = (): Mistakes => new Map();

function findingOf(flag: string | undefined, problem: FlagProblem): FlagFinding {
  return { ...problem, flag, code: problem.code ?? 'WRONG_VALUE' };
}

function inAny(mistakes: Mistakes, names: readonly string[]): FlagProblem | undefined {
  for (const name of names) if (mistakes.has(name)) return mistakes.get(name);
  return undefined;
}

/** Evaluators that are wrong, or refer to one that is. */
function spread(evaluators: Readonly<Record<string, unknown>>, own: Mistakes): Mistakes {
  if (own.size === 0) return own;
  const next = (name: string): readonly string[] =>
    referencesIn(evaluators[name]).filter((each) => Object.hasOwn(evaluators, each));
  const all = new Map(own);
  for (const [name = ''] of componentsOf(Object.keys(evaluators), next)) {
    const problem = all.get(name) ?? inAny(all, next(name));
    if (problem !== undefined) all.set(name, problem);
  }
  return all;
}

/** Those that are wrong themselves, and those that use something that is. */
function usersOf<Value extends object>(
  all: Readonly<Record<string, Value>>,
  own: Mistakes,
  used: (value: Value) => FlagProblem | undefined,
): Mistakes {
  const mistakes = new Map(own);
  for (const [name, value] of Object.entries(all)) {
    if (mistakes.has(name) || typeof value !== 'object' || value === null) continue;
    const problem = used(value);
    if (problem !== undefined) mistakes.set(name, problem);
  }
  return mistakes;
}
