import type { SnapshotRecord, SnapshotSource } from '../snapshots/record.ts';
import type { BackupSource } from '../source/contract.ts';
import type { EntryProblem, RunOptions, RunStatus } from './run-contract.ts';

/** One compression setting: `none` stores raw, `fast` is zstd 1, `balanced` zstd 3 (default), `maximum` zstd 12. */
export type CompressionProfile = 'none' | 'fast' | 'balanced' | 'maximum';

/** Options of `Repository.backup`. */
export interface BackupOptions extends RunOptions {
  /** Files and folders. Kept absolute; each is one source of the snapshot. At least one of these or of `sources`. */
  readonly paths?: readonly string[] | undefined;
  /** Folder that relative paths are relative to. Default: the working directory. */
  readonly base?: string | undefined;
  /** What is no file or folder: databases, output of programs. Read in order, before `paths`. */
  readonly sources?: readonly BackupSource[] | undefined;
  /**
   * No snapshot unless every source was read without a problem. Default `false`: what could be read is kept, and the result says
   * what is missing.
   */
  readonly atomic?: boolean | undefined;
  /**
   * `all`: sources that could take over what has not changed since the snapshot before, such as records, read everything. Default
   * `changed`. Every snapshot restores alone either way.
   */
  readonly reading?: 'all' | 'changed' | undefined;
  /** A name to find the snapshot by; need not be unique. */
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  /** Default `default`. */
  readonly tenant?: string | undefined;
  /** Words, or `key=value`. */
  readonly tags?: readonly string[] | undefined;
  /** Globs of what to leave out; a pattern without `/` matches at any depth, as in `.gitignore`. */
  readonly exclude?: readonly string[] | undefined;
  readonly compression?: CompressionProfile | undefined;
  /**
   * Whether frames are opened again before they are stored, to notice a faulty memory or processor: none, about one of 64
   * (default), or all.
   */
  readonly checkSealed?: 'off' | 'sample' | 'all' | undefined;
  /** Plans only: scans and compares, reads and writes nothing. */
  readonly dryRun?: boolean | undefined;
  readonly createdBy?: string | undefined;
  /** `safety`: made before an in-place restore. Default `manual`. */
  readonly kind?: 'manual' | 'scheduled' | 'safety' | undefined;
}

/** Counts of a backup. Bytes are of content. */
export interface BackupCounts {
  readonly filesNew: number;
  readonly filesChanged: number;
  readonly filesUnchanged: number;
  /** Entries of the previous snapshot that are gone. */
  readonly entriesRemoved: number;
  readonly directories: number;
  /** Symlinks, sockets, devices. */
  readonly others: number;
  readonly bytesTotal: number;
  /** Bytes read from the source (those of new and changed files). */
  readonly bytesRead: number;
  /** Bytes of content not stored before. */
  readonly bytesNew: number;
  /** Bytes written to the destination, everything included. */
  readonly bytesStored: number;
}

/** What a backup did (or, with `dryRun`, would do). */
export interface BackupResult {
  readonly status: RunStatus;
  /** Absent with `dryRun`. */
  readonly snapshot?: SnapshotRecord | undefined;
  /** The snapshot it was compared with. */
  readonly parent?: string | undefined;
  readonly counts: BackupCounts;
  /** What became of each source, in the order of the snapshot. */
  readonly sources: readonly SnapshotSource[];
  readonly problems: readonly EntryProblem[];
  readonly durationMs: number;
}
