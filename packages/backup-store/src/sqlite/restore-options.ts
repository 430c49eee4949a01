import type { ServiceHooks } from '../repository/contract.ts';
import type { SqliteCheck, SqliteFacts } from './ask-sqlite.ts';

/** A step of a restore that is done. */
export type SqliteRestoreEvent =
  /** The new database is beside the old one, complete and sound. */
  | { readonly type: 'restore.prepared'; readonly bytes: number }
  | { readonly type: 'service.stopped' }
  /** The old database was saved. */
  | { readonly type: 'database.saved' }
  | { readonly type: 'database.replaced' }
  /** It is sound where it is now, too. */
  | { readonly type: 'database.validated' }
  | { readonly type: 'service.started' }
  /** The old database is where it was. `reason`: the code of what failed. */
  | { readonly type: 'database.putBack'; readonly reason: string }
  | { readonly type: 'restore.finished'; readonly state: 'old' | 'new' };

/** What is called on the way. All of it may be called again after a crash, so calling it twice must do no harm. */
export interface SqliteRestoreHooks extends ServiceHooks {
  /**
   * Saves the database that is there, if one is: called when the service has been stopped and nobody has the database open, so that
   * nothing is written behind it, and before anything is replaced. What it throws ends the restore, with everything as it was.
   */
  readonly save?: ((path: string) => Promise<void>) | undefined;
  /** Looks at the new database where it is now, before the service is started. What it throws means that it is no good. */
  readonly check?: ((path: string) => Promise<void>) | undefined;
  /** Called after each step. It must not throw. */
  readonly onEvent?: ((event: SqliteRestoreEvent) => void) | undefined;
  /** How long to wait for others to let the database go after `stop`, in milliseconds. Default 10,000. */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link restoreSqlite}. */
export interface RestoreSqliteOptions extends SqliteRestoreHooks {
  /** The database file to replace, or to make. Links are followed. */
  readonly to: string;
  /** The new database: what `repository.read(snapshot, { path })` gives. */
  readonly read: AsyncIterable<Uint8Array>;
  /** How the new database is checked beside the old one. Default `full`: SQLite's `integrity_check`. */
  readonly integrity?: SqliteCheck | undefined;
  /** Permission bits of a database that was not there before. Default `0o600`. Otherwise those, and the owner, are kept. */
  readonly mode?: number | undefined;
}

/** What was restored. */
export interface RestoreSqliteResult {
  /** Where it is, links followed. */
  readonly path: string;
  readonly bytes: number;
  readonly facts: SqliteFacts;
  /** Whether a database was there before. */
  readonly replaced: boolean;
  /** What was found of an earlier restore that had been killed, and was ended first. */
  readonly recovered: RecoveredState;
}

/** How a restore that had been killed ended: `none` was found, or the `old` or the `new` database is there. */
export type RecoveredState = 'none' | 'old' | 'new';
