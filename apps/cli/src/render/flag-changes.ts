import type { FlagChange, FlagVersion } from '@x/feature-flags';
import { jsonLine } from './json.ts';
import { displayText } from './text.ts';

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (value: unknown, name: string): unknown =>
  isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** Members that differ, each on a line: `rollout.percentage: 10 → 25`. */
function differences(before: unknown, after: unknown, path: string): string[] {
  if (before === undefined || after === undefined || !isMembers(before) || !isMembers(after)) {
    if (before === undefined) return [`${path}: ${jsonLine(after)}`];
    return [`${path}: ${jsonLine(before)} → ${after === undefined ? 'gone' : jsonLine(after)}`];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [one, other] = [own(before, name), own(after, name)];
    if (jsonLine(one) === jsonLine(other)) return [];
    return differences(one, other, path === '' ? name : `${path}.${name}`);
  });
}

function changeLines({ key, before, after }: FlagChange): string[] {
  const name = displayText(key);
  if (after === undefined) return [`- ${name}`];
  if (before === undefined) return [`+ ${name} ${displayText(jsonLine(after))}`];
  return differences(before, after, '').map((line) => `  ${name} ${displayText(line)}`);
}

/** What a version did, one line each. */
export function changesText({ changes, sharedChanges }: Pick<FlagVersion, 'changes' | 'sharedChanges'>): string[] {
  return [...changes.flatMap(changeLines), ...sharedChanges.map((name) => `  ${displayText(name)} changed`)];
}
