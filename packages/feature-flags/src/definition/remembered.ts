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

/** Names that stand twice in the text that definitions were parsed from, wherever in a part; `part` is the beginning of a pointer, as `/flags/new_ui`. */
export function repeatsIn(definitions: object, part = ''): readonly FlagProblem[] {
  return (remembered.get(definitions) ?? []).filter(
    ({ path, code }) => code === 'REPEATED_NAME' && (part === '' || path === part || path.startsWith(`${part}/`)),
  );
}

/** Remembers of definitions that were made from others what was wrong with these, but for one part that is another one now. */
export function rememberOf(from: object, to: object, { without }: { readonly without?: string | undefined }): void {
  const known = remembered.get(from);
  if (known === undefined) return;
  const kept = known.filter(
    ({ path }) => without === undefined || (path !== without && !path.startsWith(`${without}/`)),
  );
  if (kept.length > 0) remembered.set(to, kept);
}
