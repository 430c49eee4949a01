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

/** Whether two values are the same JSON. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  // A member that is `undefined` is not there in JSON.
  const names = (value: Record<string, unknown>): string[] =>
    Object.keys(value).filter((name) => value[name] !== undefined);
  const own = names(left);
  return (
    own.length === names(right).length &&
    own.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
  );
}
