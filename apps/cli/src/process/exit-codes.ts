import type { BackupErrorCode } from '@x/backup-store';
import type { FlagErrorCode } from '@x/feature-flags';
import type { IntegrityErrorCode } from '@x/integrity';
import type { LogErrorCode } from '@x/logging';
import type { ModelErrorCode } from '@x/ml-model-registry';
import type { OperationsErrorCode } from '@x/operations';
import type { RetentionErrorCode } from '@x/retention';
import type { StorageErrorCode } from '@x/storage';
import type { VersioningErrorCode } from '@x/versioning';
import type { CliErrorCode } from '../errors.ts';

/** What the program's exit code says. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  notFound: 4,
  wrongKey: 5,
  damaged: 6,
  refused: 7,
  denied: 8,
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CLI: Readonly<Record<CliErrorCode, ExitCode>> = {
  USAGE: EXIT.usage,
  CONFIG_NOT_FOUND: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  REPOSITORY_NOT_SET: EXIT.usage,
  NOTHING_TO_BACK_UP: EXIT.usage,
  SNAPSHOT_NOT_FOUND: EXIT.notFound,
  SECRET_NEEDED: EXIT.wrongKey,
  SECRET_UNREADABLE: EXIT.usage,
  NOT_CONFIRMED: EXIT.usage,
  UNREADABLE: EXIT.failed,
  UNWRITABLE: EXIT.failed,
  DAEMON_ENDED: EXIT.failed,
  UNEXPECTED: EXIT.failed,
};

const BACKUP: Readonly<Record<BackupErrorCode, ExitCode>> = {
  INVALID_OPTION: EXIT.usage,
  NOT_A_REPOSITORY: EXIT.notFound,
  ALREADY_EXISTS: EXIT.failed,
  UNSUPPORTED_FORMAT: EXIT.failed,
  WRONG_KEY: EXIT.wrongKey,
  KEY_REQUIRED: EXIT.wrongKey,
  INVALID_KEY_FILE: EXIT.wrongKey,
  LAST_KEY: EXIT.refused,
  KEY_NOT_FOUND: EXIT.notFound,
  KEYS_BUSY: EXIT.failed,
  ROTATION_REFUSED: EXIT.refused,
  KEY_STORE_REQUIRED: EXIT.usage,
  TENANT_NOT_FOUND: EXIT.notFound,
  TENANT_EXISTS: EXIT.refused,
  TENANT_HELD: EXIT.refused,
  TENANT_ERASED: EXIT.refused,
  QUOTA_EXCEEDED: EXIT.refused,
  REPOSITORY_CHANGED: EXIT.damaged,
  OBJECT_DAMAGED: EXIT.damaged,
  OBJECT_TRUNCATED: EXIT.damaged,
  OBJECT_MISSING: EXIT.damaged,
  OBJECT_INVALID: EXIT.damaged,
  BLOB_MISMATCH: EXIT.damaged,
  BLOB_MISSING: EXIT.damaged,
  SNAPSHOT_NOT_FOUND: EXIT.notFound,
  SNAPSHOT_AMBIGUOUS: EXIT.usage,
  SNAPSHOT_MISSING: EXIT.damaged,
  SNAPSHOT_FORGOTTEN: EXIT.notFound,
  SNAPSHOT_IN_USE: EXIT.refused,
  PATH_NOT_FOUND: EXIT.notFound,
  CONTENT_ABSENT: EXIT.notFound,
  SAFETY_INCOMPLETE: EXIT.failed,
  SANDBOX_FULL: EXIT.failed,
  PATH_FAILED: EXIT.failed,
  SOURCE_FAILED: EXIT.failed,
  COMMAND_NOT_FOUND: EXIT.failed,
  COMMAND_FAILED: EXIT.failed,
  COMMAND_TIMEOUT: EXIT.failed,
  DATABASE_UNREACHABLE: EXIT.failed,
  DATABASE_REFUSED: EXIT.failed,
  DATABASE_NOT_FOUND: EXIT.notFound,
  DATABASE_FULL: EXIT.failed,
  DATABASE_BUSY: EXIT.failed,
  ROLLBACK_BUSY: EXIT.failed,
  TABLE_IN_USE: EXIT.refused,
  DATABASE_DAMAGED: EXIT.damaged,
  NOT_A_DATABASE: EXIT.failed,
  RESTORE_ROLLED_BACK: EXIT.failed,
  RESTORE_INVALID: EXIT.failed,
  ROLLBACK_FAILED: EXIT.damaged,
  VERSION_MISMATCH: EXIT.failed,
  DUMP_INCOMPLETE: EXIT.failed,
  INVALID_RECORD: EXIT.failed,
  TOO_MANY_IDS: EXIT.failed,
  MODULE_NOT_FOUND: EXIT.notFound,
  RECORD_NOT_FOUND: EXIT.notFound,
  RECORDS_UNORDERED: EXIT.failed,
  SCHEMA_CHANGED: EXIT.refused,
  TARGET_CHANGED: EXIT.refused,
  INVENTORY_FAILED: EXIT.failed,
  UNSAFE_PATH: EXIT.damaged,
  NOT_A_BACKUP_ARCHIVE: EXIT.failed,
  ARCHIVE_DAMAGED: EXIT.damaged,
  UNSAFE_ARCHIVE: EXIT.damaged,
  ARCHIVE_TOO_LARGE: EXIT.refused,
  SESSION_FENCED: EXIT.failed,
  PRUNE_REFUSED: EXIT.refused,
  WORKER_FAILED: EXIT.failed,
  SEAL_MISMATCH: EXIT.failed,
  ABORTED: EXIT.interrupted,
  CLOSED: EXIT.failed,
};

const STORAGE: Partial<Record<StorageErrorCode, ExitCode>> = {
  UNSUPPORTED_URL: EXIT.usage,
};

const INTEGRITY: Partial<Record<IntegrityErrorCode, ExitCode>> = {
  UNKNOWN_ALGORITHM: EXIT.usage,
  LEGACY_ALGORITHM: EXIT.usage,
  INVALID_OPTION: EXIT.usage,
  INVALID_DIGEST: EXIT.usage,
  INVALID_MANIFEST: EXIT.damaged,
  INVALID_SIGNATURE: EXIT.damaged,
  INVALID_ENVELOPE: EXIT.damaged,
  INVALID_STATEMENT: EXIT.damaged,
  INVALID_PROOF: EXIT.damaged,
  NOT_IN_MANIFEST: EXIT.notFound,
  UNSAFE_PATH: EXIT.damaged,
  INVALID_KEY: EXIT.wrongKey,
  PASSPHRASE_NEEDED: EXIT.wrongKey,
  WRONG_PASSPHRASE: EXIT.wrongKey,
};

const RETENTION: Partial<Record<RetentionErrorCode, ExitCode>> = {
  INVALID_POLICY: EXIT.usage,
  INVALID_POLICY_TEXT: EXIT.usage,
  UNKNOWN_TIME_ZONE: EXIT.usage,
  REMOVES_ALL: EXIT.refused,
};

const FLAGS: Partial<Record<FlagErrorCode, ExitCode>> = {
  INVALID_FLAGS: EXIT.usage,
  INVALID_CHANGE: EXIT.usage,
  INVALID_COUNTS: EXIT.usage,
  FLAG_NOT_FOUND: EXIT.notFound,
  VERSION_NOT_FOUND: EXIT.notFound,
  UNTRUSTED_FLAGS: EXIT.wrongKey,
  INVALID_HISTORY: EXIT.damaged,
  FLAGS_CONFLICT: EXIT.refused,
};

const VERSIONING: Partial<Record<VersioningErrorCode, ExitCode>> = {
  INVALID_VERSION: EXIT.usage,
  INVALID_OPTION: EXIT.usage,
  UNKNOWN_CHANGE_TYPE: EXIT.usage,
  INVALID_INTENT: EXIT.usage,
  INVALID_MIGRATION: EXIT.usage,
  INVALID_VERSION_FILE: EXIT.usage,
  LOCKFILE_NOT_FOUND: EXIT.notFound,
  NOTHING_TO_RELEASE: EXIT.notFound,
  RELEASE_NOT_FOUND: EXIT.notFound,
  TAG_NOT_FOUND: EXIT.notFound,
  SIGNING_KEY_MISSING: EXIT.wrongKey,
  DIGEST_MISMATCH: EXIT.damaged,
  UNSAFE_ARTIFACT: EXIT.damaged,
  ARTIFACT_DAMAGED: EXIT.damaged,
  INVALID_CONTENTS: EXIT.damaged,
  RELEASE_DAMAGED: EXIT.damaged,
  INVALID_HISTORY: EXIT.damaged,
  // Nothing was done, as something has to be otherwise first.
  DIRTY_TREE: EXIT.refused,
  DETACHED_HEAD: EXIT.refused,
  OTHER_BRANCH: EXIT.refused,
  SHALLOW_CLONE: EXIT.refused,
  NO_COMMITS: EXIT.refused,
  IDENTITY_MISSING: EXIT.refused,
  CHANGELOG_CONFLICT: EXIT.refused,
  TAG_EXISTS: EXIT.refused,
  PLAN_OUTDATED: EXIT.refused,
  RELEASE_EXISTS: EXIT.refused,
  RELEASE_UNDER_WAY: EXIT.refused,
  RELEASE_RUNNING: EXIT.refused,
  RELEASE_GIVEN_UP: EXIT.refused,
  FOREIGN_PLAN: EXIT.refused,
  INVALID_SQL: EXIT.usage,
  MIGRATION_NOT_FOUND: EXIT.notFound,
  MIGRATION_MISSING: EXIT.refused,
  MIGRATION_EDITED: EXIT.refused,
  MIGRATION_OUT_OF_ORDER: EXIT.refused,
  MIGRATION_INTERRUPTED: EXIT.refused,
  IRREVERSIBLE_MIGRATION: EXIT.refused,
  BACKUP_NEEDED: EXIT.refused,
  SCRATCH_REFUSED: EXIT.refused,
  NOT_A_CHECKOUT: EXIT.notFound,
  RELEASE_PUBLISHED: EXIT.refused,
  DEPLOY_REFUSED: EXIT.refused,
  DEPLOY_UNFINISHED: EXIT.refused,
  DEPLOY_LOCKED: EXIT.refused,
  BACKUP_REQUIRED: EXIT.refused,
  ROLLBACK_REFUSED: EXIT.refused,
  LAYOUT_BLOCKED: EXIT.refused,
  RELEASE_IN_USE: EXIT.refused,
  STATE_NOT_ALLOWED: EXIT.refused,
  SERVICE_NOT_PERMITTED: EXIT.refused,
  DEPLOY_NOT_FOUND: EXIT.notFound,
  LAYOUT_MISSING: EXIT.notFound,
  NOT_STAGED: EXIT.notFound,
  INVALID_CHECK: EXIT.usage,
  INVALID_ENV_FILE: EXIT.usage,
  INVALID_DEPLOY_RECORD: EXIT.damaged,
};

const MODELS: Partial<Record<ModelErrorCode, ExitCode>> = {
  INVALID_INPUT: EXIT.usage,
  INVALID_NAME: EXIT.usage,
  UNKNOWN_CHANGE: EXIT.usage,
  MODEL_NOT_FOUND: EXIT.notFound,
  VERSION_NOT_FOUND: EXIT.notFound,
  ALIAS_NOT_FOUND: EXIT.notFound,
  NOTHING_BEFORE: EXIT.notFound,
  VERSION_IN_USE: EXIT.refused,
  ALIAS_MOVED: EXIT.refused,
  MODEL_REFUSED: EXIT.refused,
  TARGET_EXISTS: EXIT.refused,
  MODEL_DAMAGED: EXIT.damaged,
  HISTORY_DAMAGED: EXIT.damaged,
  KEY_NEEDED: EXIT.wrongKey,
  NOT_SIGNED: EXIT.refused,
  BAD_SIGNATURE: EXIT.refused,
  OWN_APPROVAL: EXIT.refused,
  GATE_FAILED: EXIT.refused,
  ABORTED: EXIT.interrupted,
};

const OPERATIONS: Partial<Record<OperationsErrorCode, ExitCode>> = {
  ACCESS_DENIED: EXIT.denied,
  ALERTS_DAMAGED: EXIT.damaged,
  INVALID_ACCESS: EXIT.usage,
  INVALID_ALERTS: EXIT.usage,
  INVALID_JOB: EXIT.usage,
  INVALID_OPTION: EXIT.usage,
  INVALID_PERIOD: EXIT.usage,
  INVALID_TIMING: EXIT.usage,
  UNKNOWN_JOB: EXIT.notFound,
  SCHEDULE_DAMAGED: EXIT.damaged,
};

const LOGS: Partial<Record<LogErrorCode, ExitCode>> = {
  AUDIT_DAMAGED: EXIT.damaged,
  BUNDLE_EXISTS: EXIT.refused,
  INVALID_BUNDLE: EXIT.damaged,
  INVALID_CURSOR: EXIT.usage,
  INVALID_OPTION: EXIT.usage,
  INVALID_QUERY: EXIT.usage,
  KEY_NEEDED: EXIT.wrongKey,
  LOG_UNREADABLE: EXIT.damaged,
  RECORD_NOT_FOUND: EXIT.notFound,
};

const TABLES: Readonly<Record<string, Readonly<Partial<Record<string, ExitCode>>>>> = {
  CliError: CLI,
  BackupError: BACKUP,
  StorageError: STORAGE,
  IntegrityError: INTEGRITY,
  LogError: LOGS,
  ModelError: MODELS,
  OperationsError: OPERATIONS,
  RetentionError: RETENTION,
  FlagError: FLAGS,
  VersioningError: VERSIONING,
};

/** The system's code (`ENOENT`, ...) in an error or in what it was made from. */
function systemCode(error: unknown): string | undefined {
  for (let current = error; typeof current === 'object' && current !== null;) {
    const { code, cause } = current as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) return code;
    current = cause;
  }
  return undefined;
}

/** Codes of what could not be read, for whatever reason. */
const READING: ReadonlySet<string> = new Set(['PATH_FAILED', 'READ_FAILED', 'UNREADABLE', 'UNREADABLE_SOURCES']);

/** The exit code that says what `error` means. Errors are known by name and code, so copies of a package do no harm. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof Error)) return EXIT.failed;
  if (error.name === 'AbortError') return EXIT.interrupted;
  const code = 'code' in error ? String(error.code) : '';
  // A source or target that is not there is "not found"; one that can't be read is "failed".
  if (READING.has(code) && systemCode(error) === 'ENOENT') return EXIT.notFound;
  return TABLES[error.name]?.[code] ?? EXIT.failed;
}

const DAMAGE = new Set<string>(Object.entries(BACKUP).flatMap(([code, exit]) => (exit === EXIT.damaged ? [code] : [])));

/** The exit code of a run that ended with a status; `failed` because of damage alone is `damaged`. */
export function exitCodeOfRun(
  status: 'ok' | 'partial' | 'failed',
  problems: readonly { readonly code: string }[],
): ExitCode {
  if (status === 'ok') return EXIT.ok;
  if (status === 'partial') return EXIT.partial;
  return problems.length > 0 && problems.every((problem) => DAMAGE.has(problem.code)) ? EXIT.damaged : EXIT.failed;
}
