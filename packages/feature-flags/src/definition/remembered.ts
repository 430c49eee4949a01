import type { FlagProblem } from '../errors.ts';

/**
 * What was wrong with definitions when they were parsed, with its place in the text: definitions are plain JSON and know no places. Only of those with mistakes,
 * and only as long as somebody has them.
 */
const remembered = new WeakMap<object, readonly FlagProblem[]>();

/** Remembers where mistakes of definitions stand. */
export function rememberProblems(definitions: object, problems: readonly FlagProblem[]): void {
  remembered.set(definitions, problems);
}

/**
 * The problems of definitions with their places in the text that they were parsed from, if they were. What only a text can say wrong - a name that stands
 * twice - is among them.
 *
 * @param found What a look at the definitions found now: they may have been changed since.
 */
export function withPlaces(definitions: unknown, found: readonly FlagProblem[]): readonly FlagProblem[] {
  const known = typeof definitions === 'object' && definitions !== null ? remembered.get(definitions) : undefined;
  if (known === undefined) return found;
  const nameOf = ({ path, message }: FlagProblem): string => `${path}\n${message}`;
  const still = new Set(found.map(nameOf));
  const placed = known.filter((problem) => problem.code === 'REPEATED_NAME' || still.has(nameOf(problem)));
  const names = new Set(placed.map(nameOf));
  return [...placed, ...found.filter((problem) => !names.has(nameOf(problem)))];
}
