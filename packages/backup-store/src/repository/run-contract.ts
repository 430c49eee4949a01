import type { SnapshotKind } from '../snapshots/record.ts';

/** How far a long call has come. Sent at most every 100 ms, and once at the end. */
export interface Progress {
  readonly phase:
    | 'scan'
    | 'backup'
    | 'export'
    | 'commit'
    | 'plan'
    | 'restore'
    | 'verify'
    | 'index'
    | 'wait'
    | 'repack'
    | 'delete';
  readonly filesDone: number;
  /** Grows while scanning goes on. */
  readonly filesTotal: number;
  /** More than `bytesTotal` while a stream is read, whose length nobody knows. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes written to (or read from) the destination. */
  readonly bytesStored: number;
  /** Bytes that were found to be stored already. */
  readonly bytesReused: number;
  /** Bytes a second over the last few seconds. */
  readonly rate: number;
  /** Milliseconds left, when that can be told. */
  readonly etaMs?: number | undefined;
  /** Path that is being worked on, for display. */
  readonly current?: string | undefined;
  readonly elapsedMs: number;
}

/** What every long call takes. */
export interface RunOptions {
  /** Ends the run early; it then rejects with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far the run has come. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** An entry that a run could not handle, and why. Runs never skip anything without one of these. */
export interface EntryProblem {
  /** Absolute path, or path in the snapshot, for display. */
  readonly path: string;
  /** Present when the path is not UTF-8. */
  readonly pathBase64?: string | undefined;
  /** A system code (`EACCES`, `ENOENT`, ...) or a code of `BackupError`; `TORN`: changed while read, kept as a mixture. */
  readonly code: string;
  readonly message: string;
  /** Stored object that is the cause, if one is. */
  readonly object?: string | undefined;
}

/** `partial`: something is there, but `problems` lists what is not. */
export type RunStatus = 'ok' | 'partial' | 'failed';

/** Which snapshots. All that are given must match. */
export interface SnapshotFilter {
  readonly tenant?: string | undefined;
  readonly host?: string | undefined;
  readonly name?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Absolute paths: the snapshot has exactly these roots. */
  readonly roots?: readonly string[] | undefined;
  readonly kinds?: readonly SnapshotKind[] | undefined;
  /** Milliseconds since 1970. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}
