/** Why a version, a changelog or a release could not be made. Each code is explained in `docs/errors.md`. */
export type VersioningErrorCode =
  | 'INVALID_VERSION'
  | 'INVALID_OPTION'
  | 'UNKNOWN_CHANGE_TYPE'
  | 'INVALID_INTENT'
  | 'GIT_NOT_FOUND'
  | 'GIT_FAILED'
  | 'GIT_LOCKED'
  | 'NOT_A_CHECKOUT'
  | 'SHALLOW_CLONE'
  | 'NO_COMMITS'
  | 'DIRTY_TREE'
  | 'DETACHED_HEAD'
  | 'HEAD_MOVED'
  | 'IDENTITY_MISSING'
  | 'TAG_EXISTS'
  | 'TAG_NOT_FOUND'
  | 'SIGNING_FAILED'
  | 'COMMIT_REFUSED'
  | 'PUSH_REJECTED'
  | 'REMOTE_UNREACHABLE'
  | 'INVALID_LOCKFILE'
  | 'UNSUPPORTED_LOCKFILE'
  | 'LOCKFILE_NOT_FOUND'
  | 'UNSUITABLE_FILE'
  | 'FILE_CHANGED'
  | 'READ_FAILED'
  | 'WRITE_FAILED'
  | 'TARGET_EXISTS'
  | 'DIGEST_MISMATCH'
  | 'UNSAFE_ARTIFACT'
  | 'ARTIFACT_DAMAGED'
  | 'ARTIFACT_TOO_LARGE'
  | 'INVALID_CONTENTS'
  | 'INVALID_MIGRATION'
  | 'INVALID_SQL'
  | 'MIGRATION_EDITED'
  | 'MIGRATION_MISSING'
  | 'MIGRATION_OUT_OF_ORDER'
  | 'MIGRATION_INTERRUPTED'
  | 'MIGRATION_NOT_FOUND'
  | 'MIGRATION_LOCKED'
  | 'MIGRATION_FAILED'
  | 'IRREVERSIBLE_MIGRATION'
  | 'BACKUP_NEEDED'
  | 'SCRATCH_REFUSED'
  | 'DRIVER_MISSING'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_REFUSED'
  | 'CHANGELOG_CONFLICT'
  | 'INVALID_VERSION_FILE'
  | 'NOTHING_TO_RELEASE'
  | 'OTHER_BRANCH'
  | 'PLAN_OUTDATED'
  | 'RELEASE_EXISTS'
  | 'RELEASE_UNDER_WAY'
  | 'RELEASE_RUNNING'
  | 'RELEASE_TAKEN_OVER'
  | 'RELEASE_GIVEN_UP'
  | 'RELEASE_PUBLISHED'
  | 'RELEASE_NOT_FOUND'
  | 'RELEASE_DAMAGED'
  | 'INVALID_HISTORY'
  | 'FOREIGN_PLAN'
  | 'DEPLOY_REFUSED'
  | 'DEPLOY_UNFINISHED'
  | 'DEPLOY_NOT_FOUND'
  | 'DEPLOY_TAKEN_OVER'
  | 'CHECKS_FAILED'
  | 'STEP_FAILED'
  | 'BACKUP_REQUIRED'
  | 'ROLLBACK_REFUSED'
  | 'SIGNING_KEY_MISSING'
  | 'INVALID_CHECK'
  | 'LAYOUT_MISSING'
  | 'LAYOUT_BLOCKED'
  | 'INVALID_ENV_FILE'
  | 'NOT_STAGED'
  | 'RELEASE_IN_USE'
  | 'INSTALL_FAILED'
  | 'DEPLOY_LOCKED'
  | 'DEPLOY_LOCK_LOST'
  | 'STATE_NOT_ALLOWED'
  | 'HOOK_FAILED'
  | 'INVALID_DEPLOY_RECORD'
  | 'SERVICE_NOT_PERMITTED'
  | 'SERVICE_FAILED'
  | 'SERVICE_UNAVAILABLE'
  | 'STRATEGY_FAILED'
  | 'REQUEST_UNTRUSTED'
  | 'CI_UNREACHABLE'
  | 'CI_REFUSED'
  | 'CI_FAILED'
  | 'CI_TIMEOUT';

/** What a {@link VersioningError} can carry beside its message. */
export interface VersioningErrorOptions {
  readonly cause?: unknown;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** Where in the user's files it is. */
  readonly place?: FilePlace | undefined;
}

/** A place in a file that somebody wrote. */
export interface FilePlace {
  /** Its name, as the message has it. */
  readonly file: string;
  /** From 1 on. Missing where the whole file is meant. */
  readonly line?: number | undefined;
}

/** Every failure of this package. Test it by its `code`, not with `instanceof`: two copies of the package may be loaded. */
export class VersioningError extends Error {
  override readonly name: string = 'VersioningError';
  /** The kind of failure. */
  readonly code: VersioningErrorCode;
  /** What to do about it, where there is a way out. */
  readonly hint: string | undefined;
  /** The file to correct, and the line, for what was found in one: `INVALID_MIGRATION`. */
  readonly place: FilePlace | undefined;

  constructor(code: VersioningErrorCode, message: string, options: VersioningErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.place = options.place;
  }
}

const LONGEST = 60;

/** A value as a message shows it: short and on one line. */
export function shown(value: unknown): string {
  if (typeof value !== 'string') return value === null || typeof value !== 'object' ? String(value) : 'an object';
  return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
}
