import type { AnyAlgorithm } from '../algorithm.ts';

/** What an entry of a tree is. A symbolic link is an entry of its own and never followed. */
export type EntryKind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'block-device' | 'char-device';

/** A path relative to the directory, with `/` between names. */
export interface EntryPath {
  /** As text; what is not UTF-8 has replacement characters (U+FFFD). */
  readonly path: string;
  /** The path's bytes in base64, only where they are not UTF-8 and `path` alone can't say them. */
  readonly pathBase64?: string | undefined;
}

/**
 * What a manifest says of one entry. A manifest read from a `SHA256SUMS` has only paths and digests; what a manifest
 * does not say is not verified.
 */
export interface ManifestEntry extends EntryPath {
  readonly kind: EntryKind;
  /** Bytes; of files only. */
  readonly size?: number | undefined;
  /** The permission bits, `mode & 0o7777`; not of symbolic links, which have none of their own. */
  readonly mode?: number | undefined;
  /** Nanoseconds since 1970 as decimal text, as a double can't hold them; of files only. */
  readonly mtimeNs?: string | undefined;
  /** The content's digest as `<algorithm>:<hex>`; of files only. */
  readonly digest?: string | undefined;
  /** Where a symbolic link leads, as text. */
  readonly target?: string | undefined;
  /** The target's bytes in base64, only where they are not UTF-8. */
  readonly targetBase64?: string | undefined;
}

/** Something that could not be taken into a manifest. */
export interface ManifestProblem extends EntryPath {
  /** The system's code (`EACCES`, `EIO`, `ENOENT` for what vanished), or `CHANGED_WHILE_READ`. */
  readonly reason: string;
}

/**
 * What was in a directory: plain data, ready for JSON. The directory itself, the path of which may differ between
 * machines, is no entry.
 */
export interface Manifest {
  readonly format: 'holdfast-manifest';
  readonly version: 1;
  /** What the digests were made with. */
  readonly algorithm: AnyAlgorithm;
  /** `tree`: whatever is not listed is extra. `listed`: other entries may be there, as with a `SHA256SUMS`. */
  readonly scope: 'tree' | 'listed';
  /** In bytewise order of their paths (`LC_ALL=C sort`), each path once. */
  readonly entries: readonly ManifestEntry[];
  /** What could not be read, in the same order; it and all below it is not among the entries. */
  readonly problems: readonly ManifestProblem[];
}

/** How far a run is. `total…` are 0 until the directory has been listed. */
export interface ManifestProgress {
  /** `list` while names are gathered, `read` while contents are read. */
  readonly phase: 'list' | 'read';
  /** Entries found so far. */
  readonly entries: number;
  /** Files read so far, and bytes of them. */
  readonly files: number;
  readonly bytes: number;
  /** Files that are to be read, and bytes of them. */
  readonly totalFiles: number;
  readonly totalBytes: number;
}

/** Options of whatever goes through a directory. */
export interface TreeOptions {
  /**
   * Says which entries count. What is below a directory that does not count, doesn't either. The same predicate must be
   * given when the manifest is verified, or what it left out is extra.
   */
  readonly include?: ((entry: EntryPath & { readonly kind: EntryKind }) => boolean) | undefined;
  /**
   * Paths of files that are no part of the tree even if they are in the directory: its manifest, a signature of it. They
   * are found through links too and need not be there yet. Where a tree is compared with a manifest, a file that the
   * manifest lists counts all the same. Relative to the working directory. Default: none.
   */
  readonly without?: readonly string[] | undefined;
  /** Files and directories looked at a time, 1 to 256. Default 16. */
  readonly concurrency?: number | undefined;
  /** Ends it early; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told after every 256 entries listed, every file and every MiB of a large file. */
  readonly onProgress?: ((progress: ManifestProgress) => void) | undefined;
}
