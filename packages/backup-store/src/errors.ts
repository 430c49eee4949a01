/** What went wrong, as a closed list. Every code is explained in `docs/errors.md`. */
export type BackupErrorCode =
  /** An option or argument is not of the form it must have. */
  | 'INVALID_OPTION'
  /** There is no repository at this place. */
  | 'NOT_A_REPOSITORY'
  /** There is a repository (or something else) at this place already. */
  | 'ALREADY_EXISTS'
  /** The repository was written by a newer format version than this program reads. */
  | 'UNSUPPORTED_FORMAT'
  /** No key slot opens with the key, passphrase or recovery code given. */
  | 'WRONG_KEY'
  /** The repository asks for a key and none was given. */
  | 'KEY_REQUIRED'
  /** A key file or recovery code is not readable as one. */
  | 'INVALID_KEY_FILE'
  /** After this, no key would be left that opens the repository and was proven to. */
  | 'LAST_KEY'
  /** The repository has no key with this id. */
  | 'KEY_NOT_FOUND'
  /** Others have changed keys at the same time again and again. */
  | 'KEYS_BUSY'
  /** The root key can't be rotated without losing a key. `details` lists those. */
  | 'ROTATION_REFUSED'
  /** The keyring is in another place than the data, and that place was not named. */
  | 'KEY_STORE_REQUIRED'
  /** The repository has no tenant of this name, and none is made by a backup. */
  | 'TENANT_NOT_FOUND'
  /** The repository has a tenant of this name already. */
  | 'TENANT_EXISTS'
  /** The tenant is under a legal hold: nothing of it may go. */
  | 'TENANT_HELD'
  /** The tenant was erased, or is being erased. */
  | 'TENANT_ERASED'
  /** With what this backup stores, the tenant would have more than its quota. */
  | 'QUOTA_EXCEEDED'
  /** What is stored differs from what this client has pinned: encryption switched, identity changed. */
  | 'REPOSITORY_CHANGED'
  /** A stored object does not authenticate: bytes changed, or moved here from another name. */
  | 'OBJECT_DAMAGED'
  /** A stored object is shorter than it was when written. */
  | 'OBJECT_TRUNCATED'
  /** A stored object that others refer to is gone. */
  | 'OBJECT_MISSING'
  /** An object authenticates but breaks a rule of the format or exceeds a limit. */
  | 'OBJECT_INVALID'
  /** Stored data does not have the digest its snapshot says. */
  | 'BLOB_MISMATCH'
  /** No index names a place for data that a snapshot refers to. */
  | 'BLOB_MISSING'
  /** No snapshot matches. */
  | 'SNAPSHOT_NOT_FOUND'
  /** Several snapshots match. `details` lists them. */
  | 'SNAPSHOT_AMBIGUOUS'
  /** A snapshot that this client has seen is gone without a forget marker. */
  | 'SNAPSHOT_MISSING'
  /** The snapshot was forgotten, and its data removed, while it was being read. */
  | 'SNAPSHOT_FORGOTTEN'
  /** A restore that is not finished needs this safety snapshot to go back to. `details` lists them. */
  | 'SNAPSHOT_IN_USE'
  /** The path is not in the snapshot. */
  | 'PATH_NOT_FOUND'
  /** A checkpoint has no content of this file. */
  | 'CONTENT_ABSENT'
  /** A restore would replace what could not be saved before. `details` lists it. */
  | 'SAFETY_INCOMPLETE'
  /** A trial restore needs more room than there is. */
  | 'SANDBOX_FULL'
  /** A source or target path can't be read, written or is of the wrong kind. */
  | 'PATH_FAILED'
  /** No source could be read, or with `atomic` not every one. `details` says what was wrong with which. */
  | 'SOURCE_FAILED'
  /** A program was not found where it was to run, or may not be started. */
  | 'COMMAND_NOT_FOUND'
  /** A program ended with an exit code that means failure, or by a signal. */
  | 'COMMAND_FAILED'
  /** A program took longer than it may. */
  | 'COMMAND_TIMEOUT'
  /** A database server can't be reached, or has gone in the middle. */
  | 'DATABASE_UNREACHABLE'
  /** A database server does not let us in, or not do what has to be done. */
  | 'DATABASE_REFUSED'
  /** There is no such database, or a server has no such database, schema or table. */
  | 'DATABASE_NOT_FOUND'
  /** A database, or the disk it is on, has no room for what is to be put into it. */
  | 'DATABASE_FULL'
  /** Somebody else has the database, or is at work on its file. */
  | 'DATABASE_BUSY'
  /** A database has failed the check of its own program. */
  | 'DATABASE_DAMAGED'
  /** Something else in the database needs a table that would be replaced, or does not suit the new one. */
  | 'TABLE_IN_USE'
  /** A file is no database of the kind it should be, or is encrypted. */
  | 'NOT_A_DATABASE'
  /** What was restored failed its check, or its service did not start. What was there before is back. */
  | 'RESTORE_ROLLED_BACK'
  /** What was restored is not as it should be, and there is nothing to go back to. */
  | 'RESTORE_INVALID'
  /** Somebody else is going back behind this restore, or behind another one of the same place. */
  | 'ROLLBACK_BUSY'
  /** What a restore has changed could not be made what it was before. The hint says how to do it by hand. */
  | 'ROLLBACK_FAILED'
  /** A program is too old for a server. */
  | 'VERSION_MISMATCH'
  /** A dump ended well and is not complete. */
  | 'DUMP_INCOMPLETE'
  /** A snapshot has no module of this name, or a snapshot or a target no module of records. */
  | 'MODULE_NOT_FOUND'
  /** A backup does not have records that were asked for. `details` lists them. */
  | 'RECORD_NOT_FOUND'
  /** Records were given in another order than that of their ids, or one twice. */
  | 'RECORDS_UNORDERED'
  /** Columns are gone or have another type than when the backup was made. `details` lists them. */
  | 'SCHEMA_CHANGED'
  /** A target has changed since a restore was planned. */
  | 'TARGET_CHANGED'
  /** A record can't be kept: its id, its times, or values that JSON does not have. */
  | 'INVALID_RECORD'
  /** Ids of records come in no order, and are too many to be put in order. */
  | 'TOO_MANY_IDS'
  /** What the tenants share is too large to list, or a file of it can't be read as what it is. */
  | 'INVENTORY_FAILED'
  /** A snapshot's entry would leave the restore folder or passes through a link. */
  | 'UNSAFE_PATH'
  /** A file is no archive of a backup: it has no manifest. */
  | 'NOT_A_BACKUP_ARCHIVE'
  /** An archive is not, byte for byte, what its manifest describes. */
  | 'ARCHIVE_DAMAGED'
  /** An archive would do harm where it is extracted or restored. */
  | 'UNSAFE_ARCHIVE'
  /** An archive has more entries or more content than is allowed. */
  | 'ARCHIVE_TOO_LARGE'
  /** This session was ended by a pruner; nothing it wrote is visible. */
  | 'SESSION_FENCED'
  /** Something that snapshots need can't be read, so nothing may be deleted. */
  | 'PRUNE_REFUSED'
  /** A worker thread ended or broke a promise of its own. */
  | 'WORKER_FAILED'
  /** What was sealed does not open to what it was made of: a faulty memory or processor. */
  | 'SEAL_MISMATCH'
  /** The call was ended through its signal. */
  | 'ABORTED'
  /** The repository was closed. */
  | 'CLOSED';

/** What a {@link BackupError} carries beside its message. */
export interface BackupErrorOptions {
  readonly cause?: unknown;
  /** What the user can do about it. */
  readonly hint?: string | undefined;
  /** The stored object that is concerned. */
  readonly object?: string | undefined;
  /** More facts, such as the candidates of an ambiguous name. */
  readonly details?: readonly string[] | undefined;
}

/**
 * The error of this package. Test `code`, not `instanceof`: two copies of a package may be loaded.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 *
 * try {
 *   await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * } catch (error) {
 *   if (error instanceof Error && 'code' in error && error.code === 'WRONG_KEY') process.exitCode = 5;
 * }
 * ```
 */
export class BackupError extends Error {
  readonly code: BackupErrorCode;
  readonly hint: string | undefined;
  readonly object: string | undefined;
  readonly details: readonly string[] | undefined;

  constructor(code: BackupErrorCode, message: string, options: BackupErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BackupError';
    this.code = code;
    this.hint = options.hint;
    this.object = options.object;
    this.details = options.details;
  }
}

/** Whether `error` is a {@link BackupError} (of any copy of this package), and of this code when one is given. */
export function isBackupError(error: unknown, code?: BackupErrorCode): error is BackupError {
  return (
    error instanceof Error &&
    error.name === 'BackupError' &&
    (code === undefined || (error as BackupError).code === code)
  );
}

/** The code of any error, for events and reports; `UNKNOWN` when it has none. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'UNKNOWN';
}
