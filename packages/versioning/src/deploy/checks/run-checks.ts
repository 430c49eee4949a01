import { monotonicClock } from '../../clock.ts';
import type { Check, CheckContext, CheckOutcome, CheckResult } from './contract.ts';
import { ended, failureText } from './failure.ts';

/** Options of {@link runChecks}. */
export interface RunChecksOptions {
  /** How many run at the same time. Default: 8. */
  readonly parallel?: number | undefined;
  /** How long one may take, its attempts included, in milliseconds; then it is a `fail`. Default: 600,000. */
  readonly timeoutMs?: number | undefined;
  /** Told each result as soon as it is there. */
  readonly onResult?: ((result: CheckResult) => void) | undefined;
}

/** What all checks came to. */
export interface ChecksReport {
  /** The worst of all; `ok` of none. */
  readonly outcome: CheckOutcome;
  /** In the order of the checks. */
  readonly results: readonly CheckResult[];
}

const PARALLEL = 8;
const TIMEOUT_MS = 600_000;
/** What timers can count. */
const LONGEST_MS = 2_147_483_647;

/**
 * Runs checks, several at the same time, and never throws: a check that does, one of somebody's own for example, has failed, and so have those
 * that had not ended when the signal of `context` was given. A slow one takes one of the places and holds nobody else.
 *
 * @example
 * ```ts
 * import { diskCheck, httpCheck, runChecks } from '@x/versioning/deploy';
 *
 * const checks = [diskCheck({ path: '.' }), httpCheck({ url: 'http://127.0.0.1:8080/health' })];
 * const { outcome, results } = await runChecks(checks, { version: '1.0.5' });
 * for (const { name, found, limit } of results) console.log(outcome, name, found, limit);
 * ```
 */
export async function runChecks(
  checks: readonly Check[],
  context: CheckContext = {},
  options: RunChecksOptions = {},
): Promise<ChecksReport> {
  const results: CheckResult[] = [];
  const queue = checks.entries();
  const lane = async (): Promise<void> => {
    for (const [index, check] of queue) {
      const result = await guarded(check, context, options.timeoutMs ?? TIMEOUT_MS);
      results[index] = result;
      tell(options, result);
    }
  };
  const lanes = Math.min(checks.length, Math.max(1, Math.floor(options.parallel ?? PARALLEL)));
  await Promise.all(Array.from({ length: lanes }, lane));
  return { outcome: worstOutcome(results), results };
}

/** The worst outcome of results; `ok` of none. */
function worstOutcome(results: readonly Pick<CheckResult, 'outcome'>[]): CheckOutcome {
  const has = (wanted: CheckOutcome): boolean => results.some(({ outcome }) => outcome === wanted);
  return has('fail') ? 'fail' : has('warn') ? 'warn' : 'ok';
}

/** Whoever listens does not stop the checks. */
function tell({ onResult }: RunChecksOptions, result: CheckResult): void {
  try {
    onResult?.(result);
  } catch {
    // Their trouble.
  }
}

async function guarded(check: Check, context: CheckContext, timeoutMs: number): Promise<CheckResult> {
  const { name, kind } = check;
  const start = monotonicClock();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error('timeout')), Math.min(LONGEST_MS, Math.max(1, timeoutMs)));
  const signal = context.signal === undefined ? timeout.signal : AbortSignal.any([context.signal, timeout.signal]);
  try {
    signal.throwIfAborted();
    return await Promise.race([check.run({ ...context, signal }), ended(signal)]);
  } catch (error) {
    const found =
      context.signal?.aborted === true
        ? 'stopped before it ended'
        : timeout.signal.aborted
          ? `not ended within ${timeoutMs} ms`
          : failureText(error);
    return { name, kind, outcome: 'fail', found, ms: Math.round(monotonicClock() - start), attempts: 1 };
  } finally {
    clearTimeout(timer);
  }
}
