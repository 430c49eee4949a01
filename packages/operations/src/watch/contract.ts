import type { Clock } from '../clock.ts';
import type { RunError } from '../slots/entry.ts';

/** What is told of folders that are watched. */
export type WatchEvent =
  /** All was looked through. `mode`: the system tells of changes, or all is looked at again and again. */
  | { readonly type: 'watch.started'; readonly folders: readonly string[]; readonly mode: 'events' | 'polling' }
  /** The system has no watches left, or can't watch there: from now on all is looked at every so often. */
  | { readonly type: 'watch.degraded'; readonly error: RunError }
  /** Something can't be watched. What is told of the rest goes on. */
  | { readonly type: 'watch.failed'; readonly error: RunError };

/** What has changed since the last call. */
export interface Changes {
  /** Absolute paths, at most 1,000 of them. */
  readonly paths: readonly string[];
  /** How many have changed. */
  readonly count: number;
}

/** Options of {@link watchFolders}. */
export interface WatchFoldersOptions {
  /** What is in them, at any depth, is watched; links are not followed. They have to be there. */
  readonly folders: readonly string[];
  /** Endings of files that count, with their dot. Default: all files. */
  readonly extensions?: readonly string[] | undefined;
  /** Files and folders that do not count, by gitignore's rules, each relative to its watched folder: `node_modules`, `*.tmp`, `/cache`. */
  readonly ignore?: readonly string[] | undefined;
  /** How long all has to be left alone before `onChange` is called, in milliseconds. Default 2,000. */
  readonly debounceMs?: number | undefined;
  /** It is called after so many milliseconds also when changes go on and on. Default 300,000. */
  readonly maxWaitMs?: number | undefined;
  /** Looks at everything every `pollMs`, for folders of other machines whose changes no system tells. Default: only where the system can't tell. */
  readonly polling?: boolean | undefined;
  /** Milliseconds between two looks where it polls, and between two looks whether another folder was put in the place of one. Default 5,000. */
  readonly pollMs?: number | undefined;
  /**
   * Called once the changes have come to rest, never twice at a time: changes during a call lead to the next one. When it throws, which is told as
   * `watch.failed`, or answers `false`, they were not dealt with: it is called again, after 5 seconds at first, and with those that have come meanwhile.
   */
  readonly onChange: (changes: Changes) => Promise<boolean | void> | boolean | void;
  /** Told what becomes of the watch. Must not throw. */
  readonly onEvent?: ((event: WatchEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** Folders that are watched. Dispose of it to stop. */
export interface FolderWatch extends AsyncDisposable {
  /** Until nothing has changed that was not dealt with. */
  idle(): Promise<void>;
  /** Stops watching, and waits for a call of `onChange` that has begun. */
  close(): Promise<void>;
}
