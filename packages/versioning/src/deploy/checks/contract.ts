/** How a check ended. Only `fail` blocks. */
export type CheckOutcome = 'ok' | 'warn' | 'fail';

/** What a check has found. */
export interface CheckResult {
  readonly name: string;
  /** `disk`, `http`, `tcp`, `postgres`, `redis`, `container`, `backup`, `program`, `command`, `model`, or one of the user's own. */
  readonly kind: string;
  readonly outcome: CheckOutcome;
  /** What was found, with its unit, for people: `91 % used`. */
  readonly found: string;
  /** The limit that it was held against: `at most 90 %`. */
  readonly limit?: string | undefined;
  readonly hint?: string | undefined;
  /** How long it took, retries included. */
  readonly ms: number;
  readonly attempts: number;
}

/** What a check is run with. */
export interface CheckContext {
  /** The version that should answer; for `http` checks that compare it. */
  readonly version?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One check. It never throws for what it finds, only for an abort. */
export interface Check {
  readonly name: string;
  readonly kind: string;
  /** Looks, and says what it has found. */
  run(context: CheckContext): Promise<CheckResult>;
}
