import type { FlagDefinitions } from '../definition/model.ts';
import type { FlagChange, FlagVersion } from '../store/editable.ts';

/** What one state of flags has that the other one has not: the order of members is no difference. */
export function changesBetween(
  before: FlagDefinitions,
  after: FlagDefinitions,
): Pick<FlagVersion, 'changes' | 'sharedChanges'> {
  const { flags: oldFlags, ...oldShared } = before;
  const { flags, ...shared } = after;
  const changes = differing(oldFlags, flags).map((key): FlagChange => ({
    key,
    before: Object.hasOwn(oldFlags, key) ? oldFlags[key] : undefined,
    after: Object.hasOwn(flags, key) ? flags[key] : undefined,
  }));
  return { changes, sharedChanges: differing(oldShared, shared) };
}

function differing(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => {
    const [one, other] = [before, after].map((each) => (Object.hasOwn(each, name) ? each[name] : undefined));
    return !isSame(one, other);
  });
}

/** Whether two values are the same JSON. Without recursion: a flag that is refused may be nested as deep as it likes. */
export function isSame(one: unknown, other: unknown): boolean {
  const open: [unknown, unknown][] = [[one, other]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
    const own = namesIn(left);
    if (own.length !== namesIn(right).length || !own.every((name) => Object.hasOwn(right, name))) return false;
    for (const name of own) open.push([left[name], right[name]]);
  }
  return true;
}

/** A member that is `undefined` is not there in JSON. */
function namesIn(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(value).filter((name) => value[name] !== undefined);
}
