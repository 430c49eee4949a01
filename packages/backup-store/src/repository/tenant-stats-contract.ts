import type { SnapshotRecord } from '../snapshots/record.ts';

/** Sizes and counts of one tenant. */
export interface TenantStats {
  readonly tenant: string;
  readonly snapshots: number;
  /** Content of all snapshots as if each was stored alone. */
  readonly bytesReferenced: number;
  readonly blobs: number;
  readonly packs: number;
  /** Content of all distinct blobs, before compression. */
  readonly bytesUnique: number;
  /** Packs as stored. */
  readonly bytesPacked: number;
  /** `bytesReferenced / bytesUnique`. */
  readonly dedupRatio: number;
  /** `bytesUnique / bytesPacked`. */
  readonly compressionRatio: number;
}

/** A snapshot and when it was made. */
export interface DatedSnapshot {
  readonly record: SnapshotRecord;
  /**
   * Milliseconds since 1970: `startedAt`, or just after the newest snapshot that it follows if that is later. Where the two are far
   * apart, a clock was wrong, or somebody has put back a date.
   */
  readonly madeMs: number;
}
