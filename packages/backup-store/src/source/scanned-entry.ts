import type { EntryKind } from '../catalog/entry.ts';

/** What a scan sees of one entry, before anything is read. In catalog order. */
export interface ScannedEntry {
  /** Relative to the root, `/`-joined, raw bytes; empty for the root itself. */
  readonly path: Buffer;
  readonly kind: EntryKind;
  /** Permission bits, `0o7777`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
  readonly dev: bigint;
  readonly nlink: number;
  /** Bytes allocated on disk are fewer than `size`: the file has holes (or is compressed by its file system). */
  readonly sparse: boolean;
  /** Of a symlink. */
  readonly linkTarget?: Buffer | undefined;
}

/** A path that could not be scanned: vanished, not readable. The scan goes on. */
export interface ScanFailure {
  readonly path: Buffer;
  /** The system's code, such as `EACCES` or `ENOENT`. */
  readonly code: string;
  readonly message: string;
}
