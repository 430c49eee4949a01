import type { RetentionPolicy } from '@x/retention';

/** Which versions a plan is about, and by what it decides. */
export interface CleanupOptions {
  /** Default: all models. */
  readonly model?: string | undefined;
  /** Default: the preset `models`: all of 7 days, one a day of 30, one a week of 90, at most 50. A group is a model. */
  readonly policy?: RetentionPolicy | undefined;
  /** Whose days and weeks count, as `Europe/Lisbon`. Default `UTC`. */
  readonly timeZone?: string | undefined;
}

/** What becomes of a version. */
export interface CleanupItem {
  readonly model: string;
  readonly version: string;
  readonly keep: boolean;
  /** Why, in a sentence. */
  readonly why: string;
  /** Bytes of its file. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

/** What a cleanup would remove. */
export interface CleanupPlan {
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** By model, newest first. */
  readonly items: readonly CleanupItem[];
}

/** What a cleanup has done. */
export interface CleanupResult {
  readonly removed: readonly CleanupItem[];
  /** What the plan would have removed, but came into use since, or was deleted already. */
  readonly left: readonly CleanupItem[];
  /** Contents that were let go because no version names them: whoever was to write or delete the version was killed. */
  readonly leftovers: number;
}
