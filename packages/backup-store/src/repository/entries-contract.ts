import type { EntryKind } from '../catalog/entry.ts';
import type { TreeEntryContent } from '../source/tree-contract.ts';
import type { EntryProblem, RunOptions, SnapshotFilter } from './run-contract.ts';

/** Entry of a snapshot, for listings. */
export interface EntryView {
  /** Path as it comes back at restore, with `�` where bytes are not UTF-8. */
  readonly path: string;
  /** Present when the path is not UTF-8: the bytes. */
  readonly pathBase64?: string | undefined;
  readonly kind: EntryKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly linkTarget?: string | undefined;
  readonly hardLinkTo?: string | undefined;
  readonly torn?: boolean | undefined;
  /** A checkpoint that has no content of this file. */
  readonly absent?: boolean | undefined;
}

/** Options of `Repository.entries`. */
export interface EntriesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Only this path of the snapshot and what is below it. */
  readonly path?: string | undefined;
  /** `false`: only `path` itself and what is directly in it. Default `true`. */
  readonly recursive?: boolean | undefined;
}

/** Options of `Repository.read`. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Path of the file in the snapshot, as listings show it, or its original absolute one. */
  readonly path: string;
  /** For `latest` and names. */
  readonly filter?: SnapshotFilter | undefined;
}

/** Options of `Repository.find`. */
export interface FindOptions extends SnapshotFilter {
  readonly signal?: AbortSignal | undefined;
  /** A pattern without `/` matches names at any depth. */
  readonly glob: string;
  /** Only this snapshot. */
  readonly snapshot?: string | undefined;
}

/** An entry that was found, and where. */
export interface FoundEntry extends EntryView {
  readonly snapshot: string;
}

/** Options of `Repository.diffLive`. */
export interface LiveDiffOptions extends RunOptions {
  /** For `latest` and names. */
  readonly filter?: SnapshotFilter | undefined;
  /** Only these paths of the snapshot and what is below them. */
  readonly paths?: readonly string[] | undefined;
  /** The folder that the snapshot was restored to. Default: the original places; sources that came from no files are left out then. */
  readonly to?: string | undefined;
  /** Globs of what was left out of the backup. */
  readonly exclude?: readonly string[] | undefined;
  /** When files are read: `when-needed` (default), if size is the same and time is not; or `always`. */
  readonly content?: 'when-needed' | 'always' | undefined;
  /** Told of what can't be looked at or read; the rest is compared then. Default: the first of them fails the call. */
  readonly onProblem?: ((problem: EntryProblem) => void) | undefined;
}

/** One difference between two snapshots, or a snapshot and what is there now. */
export interface Difference {
  readonly change: 'added' | 'removed' | 'content' | 'metadata' | 'kind';
  readonly path: string;
  readonly pathBase64?: string | undefined;
  readonly before?: EntryView | undefined;
  readonly after?: EntryView | undefined;
}

/** Options of `Repository.contents`. */
export interface ContentsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Only this path of the snapshot and what is below it. */
  readonly path?: string | undefined;
  /** Globs of what to give, as for a restore; the folders above come along. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** An entry of a snapshot with all that is known of it, and its content. Paths are below the root of its source. */
export interface SnapshotEntry extends TreeEntryContent {
  /** Number of its source in `sources` of the snapshot. */
  readonly source: number;
}
