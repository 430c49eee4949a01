import type { EntryKind } from '../catalog/entry.ts';
import type { SnapshotSource } from '../snapshots/record.ts';

/** One entry of a tree that was backed up before, as its catalog had it. */
export interface TreeEntry {
  /** Below the tree's root, segments joined by `/`, bytes as the file system had them. Empty for the root itself. */
  readonly path: Uint8Array;
  readonly kind: EntryKind;
  /** Permission bits, `0o7777`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** Bytes of content; 0 for everything but files. */
  readonly size: number;
  /** The file had holes. */
  readonly sparse?: boolean | undefined;
  /** The file changed while it was read, twice. */
  readonly torn?: boolean | undefined;
  /** What a symlink points to. */
  readonly linkTarget?: Uint8Array | undefined;
  /** A hard link: the path of the first entry with the same inode, below the same root. */
  readonly hardLinkTo?: Uint8Array | undefined;
}

/** An entry of a tree with its content. */
export interface TreeEntryContent extends TreeEntry {
  /** The content of a file; of anything else, nothing. Read before the next entry is asked for, or not at all. */
  content(): AsyncIterable<Uint8Array>;
}

/** What a snapshot says of a source, but for what was counted. */
export type TreeOrigin = Pick<
  SnapshotSource,
  | 'kind'
  | 'module'
  | 'root'
  | 'rootBase64'
  | 'path'
  | 'pathBase64'
  | 'status'
  | 'problems'
  | 'error'
  | 'details'
  | 'durationMs'
>;

/**
 * A source of a snapshot that was made elsewhere, to be stored as the same source here. Most users never need this: it is what
 * `importZip` of `@x/backup-store/zip` hands to `Repository.backup`.
 */
export interface BackupTree {
  readonly origin: TreeOrigin;
  /** What all that is read will come to, where that is known: progress is told by it. Of several trees, their sum. */
  readonly expects?: { readonly files: number; readonly bytes: number } | undefined;
  /**
   * Gives the entries in the order of catalogs: depth first, names bytewise. What throws here, or in a content, ends the backup:
   * there is no snapshot then.
   */
  read(signal: AbortSignal): AsyncIterable<TreeEntryContent>;
}
