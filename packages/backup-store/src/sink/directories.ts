/** A directory that has been resolved. Valid until the next call on its {@link Directories}. */
export interface Directory {
  /** Byte string that a name is appended to, to make a path for the system. */
  readonly prefix: string;
  /** Group of the directory, which new entries may inherit; `undefined` when not known. */
  readonly gid: number | undefined;
  /** It is held open: the same directory whenever it is used, whatever becomes of its path. */
  readonly held: boolean;
}

/** Options of {@link Directories.enter}. */
export interface EnterOptions {
  /** Makes missing directories with this mode. */
  readonly create?: number | undefined;
  /** A path that stays valid through this call. */
  readonly keep?: string | undefined;
}

/**
 * How directories below the root are reached. Paths are byte strings, `''` is the root.
 *
 * @throws {BackupError} `UNSAFE_PATH`, and system errors as they are.
 */
export interface Directories extends Disposable {
  readonly strong: boolean;
  enter(path: string, options?: EnterOptions): Directory;
  /** Forgets the directory and all below: it is being removed. */
  forget(path: string): void;
  /** After an error with this code at that path: whether another try may go better, with what was cached dropped. */
  recover(path: string, code: string | undefined): boolean;
}
