import { componentsOf, isCircle } from './components.ts';
import { isObject, type Report } from './report.ts';

/** A flag asks those that it requires, and these ask on: what takes long to evaluate is refused. */
const DEEPEST = 64;
const MOST_ASKED = 1000;
const NONE: readonly string[] = [];

/** Flags that require each other could never be decided: all of a circle are wrong, whichever of them is the one too many. */
export function checkRequires(flags: Readonly<Record<string, unknown>>, report: Report): void {
  const next = (name: string): readonly string[] => requiredBy(flags, name);
  const asking = Object.keys(flags).filter((name) => next(name).length > 0);
  const done = new Map<string, { readonly depth: number; readonly asks: number }>();
  for (const names of componentsOf(asking, next)) {
    const circle = isCircle(names, next) ? shownCircle(names, next) : undefined;
    for (const name of names) {
      const path = ['flags', name, 'requires'];
      if (circle !== undefined) {
        report.note(path, `Expected flags that don't require themselves, got ${circle}`, 'CIRCLE');
        continue;
      }
      const below = next(name).flatMap((each) => done.get(each) ?? []);
      const depth = 1 + below.reduce((most, each) => Math.max(most, each.depth), 0);
      const asks = 1 + below.reduce((sum, each) => sum + each.asks, 0);
      done.set(name, { depth, asks });
      if (depth > DEEPEST || asks > MOST_ASKED)
        report.note(
          path,
          `Expected flags that ask for at most ${MOST_ASKED} others, at most ${DEEPEST} deep, got ${asks}, ${depth} deep`,
          'TOO_LARGE',
        );
    }
  }
}

/** What else may be wrong with the flag. */
function requiredBy(flags: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const flag = flags[name];
  const requires = isObject(flag) ? flag['requires'] : undefined;
  if (!Array.isArray(requires) || requires.length === 0) return NONE;
  const known = (requires as unknown[]).filter((each) => typeof each === 'string' && Object.hasOwn(flags, each));
  return [...new Set(known as string[])];
}

/** As many names of a circle as a message shows. */
const SHOWN = 8;

/** One of the circles among flags that lead to each other. */
function shownCircle(names: readonly string[], next: (name: string) => readonly string[]): string {
  const members = new Set(names);
  const way = new Set<string>();
  let name = names[0] as string;
  while (!way.has(name)) {
    way.add(name);
    name = next(name).find((each) => members.has(each)) as string;
  }
  const all = [...way];
  const circle = all.slice(all.indexOf(name));
  return [...circle.slice(0, SHOWN), ...(circle.length > SHOWN ? ['…'] : []), name].join(' → ');
}
