import type { SnapshotRecord } from '@x/backup-store';

/** What of a snapshot tells whether data was encrypted or destroyed since the one before. */
export interface SnapshotFigures {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly madeMs: number;
  /** Files of the snapshot before. */
  readonly filesBefore: number;
  readonly changed: number;
  readonly deleted: number;
  readonly added: number;
  /** Bytes of content that were new. */
  readonly bytesNew: number;
  /** Those of them that look random: they do not compress, and are no format that is known. `undefined`: nobody has looked, or nothing was new. */
  readonly bytesRandom: number | undefined;
  /** Share of the files before that are gone while others with an unheard-of ending have come, 0 to 1. `undefined`: nobody has looked. */
  readonly renamed?: number | undefined;
}

/** Formats that do not compress, and are what they say. */
const PACKED: ReadonlySet<string> = new Set([
  'image',
  'audio',
  'video',
  'document',
  'packed',
  'columnar',
  'model',
  'executable',
]);
/** Content divided by what was stored: less is no compression to speak of. */
const INCOMPRESSIBLE = 1.05;

/** The figures of a snapshot, by its record and that of the one before of the same machine and sources. */
export function figuresOf(record: SnapshotRecord, before: SnapshotRecord | undefined, madeMs: number): SnapshotFigures {
  const { id, files, contents = [] } = record;
  const filesBefore = before?.files.total ?? 0;
  const read = contents.filter(({ reasons }) => reasons.profile === undefined);
  const bytesNew = contents.reduce((sum, { bytesIn }) => sum + bytesIn, 0);
  const random = read
    .filter(({ kind, ratio }) => !PACKED.has(kind) && (kind === 'random' || ratio < INCOMPRESSIBLE))
    .reduce((sum, { bytesIn }) => sum + bytesIn, 0);
  return {
    id,
    madeMs,
    filesBefore,
    changed: files.changed,
    deleted: Math.max(0, filesBefore + files.new - files.total),
    added: files.new,
    bytesNew,
    bytesRandom: read.length === 0 ? undefined : random,
  };
}

/** Whose snapshots are one row: those of one machine and the same sources, in the order in which they were made. */
export function rowOf({ host, sources }: SnapshotRecord): string {
  return JSON.stringify([host, ...sources.map(({ kind, root }) => `${kind} ${root}`).toSorted()]);
}

/** Whether a snapshot says how data went on: not what was made for safety, and not what has no content. */
export const counts = ({ kind }: SnapshotRecord): boolean => kind === 'full' || kind === 'incremental';
