/** What an entry of a catalog is. Sockets, pipes and devices are noted, never read. */
export type EntryKind = 'directory' | 'file' | 'symlink' | 'socket' | 'fifo' | 'block-device' | 'char-device';

/** A piece of a file's content: the SHA-256 of its plaintext and its length in bytes. */
export interface BlobRef {
  /** 32 bytes. */
  readonly sha256: Uint8Array;
  readonly length: number;
}

/**
 * One entry of a catalog.
 *
 * `path` is relative to the source's root, segments joined by `/`, bytes as the file system has them (not
 * always UTF-8). The root itself has the empty path; a source that is a single file has just that entry.
 */
export interface Entry {
  readonly path: Buffer;
  readonly kind: EntryKind;
  /** Permission bits, `0o7777`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970; may be negative. */
  readonly mtimeNs: bigint;
  /** Bytes of content; 0 for everything but files. */
  readonly size: number;
  /** The content in order; lengths add up to `size`. Empty for everything but files, and for a file whose content is {@link isAbsent absent}. */
  readonly content: readonly BlobRef[];
  /** The file had holes: runs of zeros are restored as holes. */
  readonly sparse?: boolean | undefined;
  /** The file changed while it was read, twice: its content is a mixture. */
  readonly torn?: boolean | undefined;
  /** What a symlink points to, as stored, never followed. */
  readonly linkTarget?: Buffer | undefined;
  /** A hard link: the path of the first entry (in catalog order) with the same inode. Content is repeated here. */
  readonly hardLinkTo?: Buffer | undefined;
}

/** Whether only the metadata of a file is there: a checkpoint does not read what has changed. */
export const isAbsent = ({ kind, size, content }: Pick<Entry, 'kind' | 'size' | 'content'>): boolean =>
  kind === 'file' && size > 0 && content.length === 0;
