import type { SnapshotRecord } from '../snapshots/record.ts';

/**
 * When each snapshot was made, in milliseconds since 1970, such that none is older than one that it follows: a clock that
 * went back does not turn the order around (as in Lamport, CACM 21/7, 1978). By id.
 */
export function snapshotTimes(records: readonly SnapshotRecord[]): Map<string, number> {
  const byId = new Map(records.map((record) => [record.id, record]));
  const times = new Map<string, number>();
  const open = new Set<string>();
  // Without recursion: a chain may be thousands of snapshots long.
  const stack = records.map(({ id }) => id);
  for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
    const record = byId.get(id) as SnapshotRecord;
    const before = record.follows.flatMap((followed) => byId.get(followed.id)?.id ?? []);
    const unknown = times.has(id) || open.has(id) ? [] : before.filter((each) => !times.has(each) && !open.has(each));
    open.add(id);
    if (unknown.length > 0) {
      stack.push(...unknown);
      continue;
    }
    stack.pop();
    if (!times.has(id)) {
      const own = Date.parse(record.startedAt);
      times.set(
        id,
        before.reduce((time, each) => Math.max(time, (times.get(each) ?? -Infinity) + 1), own),
      );
    }
  }
  return times;
}
