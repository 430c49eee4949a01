import type { SnapshotKind, SnapshotRecord } from '../snapshots/record.ts';

/** What of the sources is read: what has changed, every byte, or no content at all. */
export type Reading = 'changes' | 'everything' | 'metadata';

/** What a backup of this kind reads; pure. */
export function readingOf(kind: SnapshotKind | undefined): Reading {
  if (kind === 'full') return 'everything';
  return kind === 'checkpoint' ? 'metadata' : 'changes';
}

/** The kind that a record states: with nothing to compare with, everything was read; pure. */
export function kindOf(kind: SnapshotKind | undefined, parent: SnapshotRecord | undefined): SnapshotKind {
  const wanted = kind ?? 'incremental';
  return wanted === 'incremental' && parent === undefined ? 'full' : wanted;
}
