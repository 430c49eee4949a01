/** A command line without its first word: `["backup", "create"]`. */
export type CommandWords = readonly [string, ...string[]];

/** Folders whose changes begin a job. */
export interface WatchedFolders {
  readonly folders: readonly string[];
  readonly extensions?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly debounce?: string | undefined;
  readonly maxWait?: string | undefined;
  readonly polling?: boolean | undefined;
  readonly poll?: string | undefined;
}

/** A job as the configuration says it: when, and what. */
export interface ScheduledJob {
  readonly cron?: string | undefined;
  readonly at?: readonly string[] | undefined;
  /** Durations stay as they are typed. */
  readonly every?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly jitter?: string | undefined;
  readonly catchUp?: 'latest' | 'all' | 'none' | undefined;
  readonly grace?: string | undefined;
  readonly watch?: WatchedFolders | undefined;
  readonly run: readonly CommandWords[];
  readonly tenants?: readonly string[] | undefined;
}

/** Jobs by name. */
export type ScheduledJobs = Readonly<Record<string, ScheduledJob>>;
