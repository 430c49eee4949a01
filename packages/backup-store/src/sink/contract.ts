import type { EntryKind } from '../catalog/entry.ts';

/** What an entry gets besides its content. */
export interface EntryMeta {
  /** Permission bits, `0o7777`. Not applied to symlinks. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. Set to within a microsecond, from the year 1425 to 2514. */
  readonly mtimeNs: bigint;
}

/** What is at a path of the tree. Links are not followed. */
export interface FoundEntry extends EntryMeta {
  readonly kind: EntryKind;
  readonly size: number;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly nlink: number;
}

/** A file in the making, which several threads may write to. Can be posted to other threads. */
export interface TempFile {
  /** Its name, in the same directory as the file it will become. */
  readonly name: string;
  /** It is opened again only as the very same file. */
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Settings of writing content. */
export interface WriteOptions {
  /** Leaves aligned 4 KiB runs of zeros as holes. */
  readonly sparse?: boolean | undefined;
  /** The directory is being made by this restore, and stays private until all in it is there. */
  readonly fresh?: boolean | undefined;
}

/** Options of `openTreeSink`. */
export interface TreeSinkOptions {
  /** Creates the root (and what is above it) when it is not there. Default `true`. */
  readonly create?: boolean | undefined;
  /**
   * How parents are resolved. `true`: component by component through open directories, which no link can divert
   * (Linux with `/proc`); it is an error where that is not possible. `false`: by path, each component looked at
   * before use, which stops hostile snapshots but not somebody who swaps directories at that moment.
   * Default: as strong as the system allows.
   */
  readonly strong?: boolean | undefined;
}

/**
 * A directory tree that a restore writes to. Synchronous: meant for worker threads; each thread opens its own.
 *
 * Paths are relative to the root, `/`-joined bytes; the empty path is the root. No call touches anything outside the
 * root: paths with `..`, empty segments, NUL or a leading `/`, and paths that pass through a symlink are refused
 * with `UNSAFE_PATH`. What the system refuses is `PATH_FAILED` with its error as `cause` (`cause.code === 'ENOSPC'`).
 * Missing parents are made, with mode 0700 until {@link TreeSink.setMetadata} says otherwise. A directory that another thread has removed may look
 * empty here until something is written there.
 */
export interface TreeSink extends Disposable {
  /** Whether links swapped in while it runs are harmless too. */
  readonly strong: boolean;

  /** What is at `path`; `undefined` when nothing is, or a parent is missing. */
  lstat(path: Uint8Array): FoundEntry | undefined;
  /** Names in a directory, sorted bytewise. */
  list(path: Uint8Array): Buffer[];
  readLink(path: Uint8Array): Buffer;
  /** Opens a file for reading and returns its descriptor, for the caller to close. Anything but a file is an error. */
  openForRead(path: Uint8Array): number;

  /** Returns whether it made the directory; `false`: there was one. `mode` is for it and missing parents; default 0700. */
  makeDirectory(path: Uint8Array, mode?: number): boolean;
  /**
   * Writes a whole file under a temporary name in the same directory and renames it: at each moment there is the old
   * file, or the new one complete. Replaces files and links, never directories.
   *
   * In a `fresh` directory it has its own name from the start where the file system allows: with mode 01200 until it is
   * complete, which tells an unfinished file from every other one.
   *
   * When owner, mode or time can't be set the content is in place nevertheless, with mode 0600 at most; then it throws.
   */
  writeFile(path: Uint8Array, chunks: readonly Uint8Array[], meta: EntryMeta & WriteOptions): void;

  /** Makes a temporary file of `size` zeros that will become `path`. */
  createTemp(path: Uint8Array, size: number): TempFile;
  /** Writes a part, from any thread. The descriptor stays open until the file is finished, dropped or released. */
  writeAt(
    path: Uint8Array,
    temp: TempFile,
    part: { readonly position: number; readonly bytes: Uint8Array } & WriteOptions,
  ): void;
  /** Closes this thread's descriptor, when another thread finishes the file. */
  releaseTemp(path: Uint8Array, temp: TempFile): void;
  /** Sets owner, mode and time and renames it to `path`; every thread's writes must be done. As {@link TreeSink.writeFile}. */
  finishTemp(path: Uint8Array, temp: TempFile, meta: EntryMeta): void;
  /** Removes the temporary file; it is no error when it is gone. */
  dropTemp(path: Uint8Array, temp: TempFile): void;

  /** Replaces files and links, never directories. */
  makeSymlink(path: Uint8Array, target: Uint8Array, meta: EntryMeta): void;
  /** A further name for the file at `existing`. Replaces files and links, never directories. */
  makeHardLink(path: Uint8Array, existing: Uint8Array): void;
  /** Sets owner, mode and time of what is there, which must be of this kind. Directories: after all that is in them. */
  setMetadata(path: Uint8Array, kind: EntryKind, meta: EntryMeta): void;
  /** Removes anything but a directory; `false` when there is nothing. */
  remove(path: Uint8Array): boolean;
  /** Removes whatever is at the path and below; `false` when there is nothing. Never follows links or enters mounts. */
  removeTree(path: Uint8Array): boolean;
}
