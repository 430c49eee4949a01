import type { ChosenProfile, CompressionProfile } from '../codec/profile.ts';
import type { ContentReport } from '../codec/content-report.ts';
import type { SnapshotKind, SnapshotRecord, SnapshotSource } from '../snapshots/record.ts';
import type { BackupSource } from '../source/contract.ts';
import type { BackedUpSoftware, BackupModule } from '../source/module-contract.ts';
import type { BackupTree } from '../source/tree-contract.ts';
import type { EntryProblem, RunOptions, RunStatus } from './run-contract.ts';

export type { ChosenProfile, CompressionProfile, FixedProfile, ProfileReason } from '../codec/profile.ts';
export type { ContentReport, FrameKind, FrameReason } from '../codec/content-report.ts';

/** Options of `Repository.backup`. */
export interface BackupOptions extends RunOptions {
  /** Files and folders. Kept absolute; each is one source of the snapshot. At least one of these, of `sources` or of `modules`. */
  readonly paths?: readonly string[] | undefined;
  /** Folder that relative paths are relative to. Default: the working directory. */
  readonly base?: string | undefined;
  /** What is no file or folder: databases, output of programs. Read in order, before `paths`. */
  readonly sources?: readonly BackupSource[] | undefined;
  /**
   * Parts with a name and a digest of their own, such as `database`, `assets` and `configurations` of a tenant: 1 to 64 small letters, digits, `-`,
   * `_` and `.`, not `.` first. They are read after `sources` and `paths` that belong to none, each path in one module only.
   */
  readonly modules?: Readonly<Record<string, BackupModule>> | undefined;
  /** The software whose data this is; kept in the snapshot, with a digest. */
  readonly software?: BackedUpSoftware | undefined;
  /** In place of `paths`, `sources` and `modules`: sources of a snapshot that was made elsewhere. All are read in full, or there is no snapshot. */
  readonly trees?: readonly BackupTree[] | undefined;
  /**
   * No snapshot unless every source was read without a problem. Default `false`: what could be read is kept, and the result says
   * what is missing.
   */
  readonly atomic?: boolean | undefined;
  /** A name to find the snapshot by; need not be unique. */
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  /** Default `default`. */
  readonly tenant?: string | undefined;
  /** Words, or `key=value`. Policies leave a snapshot with `kept-by=NAME` alone: whoever has that name decides what stays. */
  readonly tags?: readonly string[] | undefined;
  /** Globs of what to leave out; a pattern without `/` matches at any depth, as in `.gitignore`. */
  readonly exclude?: readonly string[] | undefined;
  /** Whether `.holdfastignore` files in folders leave things out. Default `true`. */
  readonly ignoreFiles?: boolean | undefined;
  /**
   * Default: `fast` for the kinds `pre-deploy` and `safety`, which somebody waits for, `maximum` for `trees` (archives), `auto` for what is
   * `scheduled`, else `balanced`.
   */
  readonly compression?: CompressionProfile | undefined;
  /**
   * Whether frames are opened again before they are stored, to notice a faulty memory or processor: none, about one of 64
   * (default), or all.
   */
  readonly checkSealed?: 'off' | 'sample' | 'all' | undefined;
  /** Plans only: scans and compares, reads and writes nothing. */
  readonly dryRun?: boolean | undefined;
  readonly createdBy?: string | undefined;
  /**
   * What is read: see {@link SnapshotKind}. Default `incremental`, which without a snapshot to compare with becomes a `full` one.
   * A `checkpoint` only checks sources that are no files or folders.
   */
  readonly kind?: SnapshotKind | undefined;
  /**
   * Makes an incremental backup a `full` one when no full one of the same sources and machine, read to its end, is younger, in milliseconds. With the
   * trigger `scheduled` one may come early by a 24th of that time, at most an hour, as schedules spread their runs.
   * Files whose sizes and times tell of no change, though their content has changed, are found by those.
   */
  readonly fullEveryMs?: number | undefined;
  /**
   * The snapshot to compare with, of the same sources and machine: `last` (default), the last one that was made at or before a time in
   * milliseconds since 1970, or one by its id, the beginning of it, or its name. Checkpoints are none to compare with. What was
   * stored before is reused in any case. Not with kind `full`.
   *
   * When this machine no longer remembers what files were like at that snapshot (it does for the last few), all are read again.
   */
  readonly since?: string | number | undefined;
  /** Default `manual`. */
  readonly trigger?: SnapshotRecord['trigger'] | undefined;
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
  /** The profile it was compressed with, and why that one. */
  readonly compression: ChosenProfile;
  /** What became of each source, in the order of the snapshot. */
  readonly sources: readonly SnapshotSource[];
  readonly problems: readonly EntryProblem[];
  /** What compressing came to, by kinds of content, most first: of what was new. Empty with `dryRun`. */
  readonly contents: readonly ContentReport[];
  readonly durationMs: number;
}
