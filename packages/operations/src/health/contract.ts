import type { Check } from '@x/versioning/deploy';
import type { ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import type { OperationEvent } from '../events/contract.ts';
import type { HealthState } from './state.ts';
import type { Uptime } from './uptime.ts';

/** How often a check looks, and what counts. What is left out is as the whole says. */
export interface HealthTiming {
  /** Milliseconds from one look to the next; default 30,000. */
  readonly everyMs?: number | undefined;
  /** How long a look may take, attempts included, in milliseconds; then it has failed. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Looks in a row that have to be worse before it counts (flap damping); default 3. */
  readonly failures?: number | undefined;
  /** Looks in a row that have to be better before it counts; default 2. */
  readonly successes?: number | undefined;
}

/** A check with a timing of its own. */
export interface TimedCheck extends HealthTiming {
  readonly check: Check;
}

/** Options of `createHealth`. */
export interface HealthOptions extends HealthTiming {
  /** Those of `@x/versioning/deploy`, as `parseChecks` makes them of a configuration, or one's own. Their names differ. */
  readonly checks: readonly (Check | TimedCheck)[];
  /** Where changes of state are kept. Without it nothing outlives the process. */
  readonly store?: ObjectStore | undefined;
  /** Looks come earlier or later by up to half of so many milliseconds, so that not all come at once. Default: a tenth of `everyMs`. */
  readonly jitterMs?: number | undefined;
  /** Without a change something is written once in so many milliseconds; default 300,000. What was not written before a crash is unknown. */
  readonly markMs?: number | undefined;
  /** History older than this is forgotten, in milliseconds; default 92 days. */
  readonly keepMs?: number | undefined;
  /** Who looks, in the history; default: the name of the machine. */
  readonly by?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Is told `health.failed`, `health.recovered`, and `health.unrecorded` when the store did not answer. */
  readonly onEvent?: ((event: OperationEvent) => void) | undefined;
}

/** How one check stands. */
export interface CheckHealth {
  readonly name: string;
  /** `disk`, `http`, `tcp`, `postgres`, `redis`, `container`, `backup`, `command`, or one of the user's own. */
  readonly kind: string;
  /** What counts, after flap damping. */
  readonly state: HealthState;
  /** What the latest look said. Other than `state` while too few looks have said so. */
  readonly latest: HealthState;
  /** ISO 8601, UTC: when `state` began. */
  readonly since: string;
  /** ISO 8601, UTC: the latest look. */
  readonly lookedAt: string;
  readonly durationMs: number;
  /** What was found, with its unit: `91 % used`. */
  readonly message: string;
  /** What it was held against. */
  readonly limit?: string | undefined;
  /** What to do. */
  readonly hint?: string | undefined;
}

/** How everything stands. */
export interface HealthReport {
  /** The worst state of all checks. */
  readonly state: HealthState;
  /** The worst of what the latest looks said. */
  readonly latest: HealthState;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** In the order of the checks; those that have not looked yet are left out. */
  readonly checks: readonly CheckHealth[];
  /** Names of checks that have not looked yet. */
  readonly pending: readonly string[];
}

/** A change of state, as it is remembered. */
export interface HealthChange {
  readonly check: string;
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** `undefined` for the first look of all. */
  readonly from: HealthState | undefined;
  readonly to: HealthState;
  readonly message: string;
  /** Who has looked. */
  readonly by: string;
}

/** Which changes are wanted. */
export interface HealthHistoryOptions {
  /** Milliseconds since 1970, inclusive. */
  readonly fromMs?: number | undefined;
  /** Milliseconds since 1970, exclusive. */
  readonly toMs?: number | undefined;
  readonly check?: string | undefined;
  /** The latest so many; default 100. */
  readonly limit?: number | undefined;
}

/** How long a check was up. */
export interface CheckUptime {
  readonly check: string;
  readonly kind: string;
  readonly day: Uptime;
  /** Of 7 days, 30 and 90. */
  readonly week: Uptime;
  readonly month: Uptime;
  readonly quarter: Uptime;
}

/** Looks at what everything stands on. */
export interface Health {
  /** Looks at everything once, all checks at the same time, and waits for the slowest. It counts in the history. */
  check(signal?: AbortSignal): Promise<HealthReport>;
  /** Looks until it is stopped. A slow check delays no other. */
  start(): void;
  /** Ends all looks, and writes what is not written yet. */
  stop(): Promise<void>;
  /** What the latest looks came to. */
  report(): HealthReport;
  /** Whether it looks by itself, and every check has looked as often as it should: what `/healthz` answers by. */
  isAlive(): boolean;
  /** Changes of state, latest first. @throws {StorageError} when the store does not answer. */
  history(options?: HealthHistoryOptions): Promise<HealthChange[]>;
  /** Per check, by name. @throws {StorageError} when the store does not answer. */
  uptime(): Promise<CheckUptime[]>;
}
