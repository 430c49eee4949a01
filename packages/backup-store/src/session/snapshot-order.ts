import type { SnapshotRecord } from '../snapshots/record.ts';

interface Node {
  readonly record: SnapshotRecord;
  /** By its own clock, but after all that it followed and that is gone. */
  readonly own: number;
  time: number | undefined;
  isOpen: boolean;
}

/**
 * When each snapshot was made, in milliseconds since 1970, such that none is older than one that it follows: a clock that
 * went back does not turn the order around (as in Lamport, CACM 21/7, 1978). Of one that is gone, its followers know. By id.
 */
export function snapshotTimes(records: readonly SnapshotRecord[]): Map<string, number> {
  const known = new Set(records.map(({ id }) => id));
  const nodes = new Map(records.map((record) => [record.id, newNode(record, known)]));
  // Newest first, as the last one is looked at first: what a snapshot follows is then known already, but for wrong clocks.
  const stack = [...nodes.values()].toSorted((a, b) => b.own - a.own);
  // Without recursion: a chain may be thousands of snapshots long.
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    if (node.time !== undefined) {
      stack.pop();
      continue;
    }
    const followed = node.record.follows.flatMap(({ id }) => nodes.get(id) ?? []);
    const unknown = node.isOpen ? [] : followed.filter((each) => each.time === undefined && !each.isOpen);
    node.isOpen = true;
    if (unknown.length > 0) for (const each of unknown) stack.push(each);
    else node.time = followed.reduce((time, each) => Math.max(time, (each.time ?? -Infinity) + 1), node.own);
  }
  return new Map([...nodes].map(([id, { time, own }]) => [id, time ?? own]));
}

function newNode(record: SnapshotRecord, known: ReadonlySet<string>): Node {
  const gone = record.follows.filter(({ id }) => !known.has(id));
  const own = gone.reduce((time, { madeMs }) => Math.max(time, madeMs + 1), Date.parse(record.startedAt));
  return { record, own, time: undefined, isOpen: false };
}
