import { monotonicClock, systemSleep } from '../../clock.ts';
import type { Check, CheckContext, CheckOutcome, CheckResult } from './contract.ts';
import { ended, failureText } from './failure.ts';

/** What every check can be told about time and attempts. */
export interface CheckTiming {
  /** How people call it. Default: made of what it looks at. */
  readonly name?: string | undefined;
  /** How long one attempt may take, in milliseconds. Default: 5000. */
  readonly timeoutMs?: number | undefined;
  /** How often it is tried until it does not fail. Default: 1; of HTTP and containers, which take a while to start, 10. */
  readonly attempts?: number | undefined;
  /** Milliseconds between two attempts. Default: 1000. */
  readonly intervalMs?: number | undefined;
  /** An attempt that takes longer is a `warn`, in milliseconds. Default: none. */
  readonly slowMs?: number | undefined;
}

/** What one attempt has found. */
export interface Finding {
  readonly outcome: CheckOutcome;
  readonly found: string;
  readonly hint?: string | undefined;
  /** Whether another attempt would find the same. */
  readonly isFinal?: boolean | undefined;
}

/** What is asked in one attempt. */
export interface Attempt {
  readonly version: string | undefined;
  /** Given when the time of the attempt is over, or the whole check is. */
  readonly signal: AbortSignal;
}

/** What makes a check of its kind. */
export interface Measurement {
  readonly kind: string;
  readonly name: string;
  readonly limit?: string | undefined;
  /** What to do when nothing answers. */
  readonly hint?: string | undefined;
  /** @throws Whatever is in the way; that is a `fail`, too. */
  measure(attempt: Attempt): Promise<Finding>;
}

const TIMEOUT_MS = 5000;
const INTERVAL_MS = 1000;
/** What timers can count: 2^31 - 1 milliseconds. */
const LONGEST_MS = 2_147_483_647;

/** A check from its measurement: with attempts, a time limit, and no exception but that of an abort. */
export function measuredCheck(measurement: Measurement, timing: CheckTiming): Check {
  const { kind, limit } = measurement;
  const name = timing.name ?? measurement.name;
  return {
    name,
    kind,
    async run(context): Promise<CheckResult> {
      const start = monotonicClock();
      const { finding, attempts } = await repeated(measurement, timing, context);
      const { outcome, found, hint } = finding;
      return { name, kind, outcome, found, limit, hint, ms: Math.round(monotonicClock() - start), attempts };
    },
  };
}

async function repeated(
  measurement: Measurement,
  timing: CheckTiming,
  context: CheckContext,
): Promise<{ readonly finding: Finding; readonly attempts: number }> {
  const most = Math.max(1, timing.attempts ?? 1);
  for (let attempts = 1; ; attempts++) {
    context.signal?.throwIfAborted();
    const finding = await once(measurement, timing, context);
    if (finding.outcome !== 'fail' || finding.isFinal === true || attempts >= most) return { finding, attempts };
    await systemSleep(Math.max(0, timing.intervalMs ?? INTERVAL_MS), context.signal);
  }
}

async function once(measurement: Measurement, timing: CheckTiming, context: CheckContext): Promise<Finding> {
  const timeoutMs = Math.min(LONGEST_MS, Math.max(1, Math.round(timing.timeoutMs ?? TIMEOUT_MS)));
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error('timeout')), timeoutMs);
  const signal = context.signal === undefined ? timeout.signal : AbortSignal.any([context.signal, timeout.signal]);
  const start = monotonicClock();
  try {
    // What does not look at the signal is not waited for.
    const work = measurement.measure({ version: context.version, signal });
    const finding = await Promise.race([work, ended(signal)]);
    return slowed(finding, monotonicClock() - start, timing.slowMs);
  } catch (error) {
    context.signal?.throwIfAborted();
    const found = timeout.signal.aborted ? `no answer within ${timeoutMs} ms` : failureText(error);
    return { outcome: 'fail', found, hint: measurement.hint };
  } finally {
    clearTimeout(timer);
    // What still runs is not needed any more.
    timeout.abort(new Error('over'));
  }
}

function slowed(finding: Finding, ms: number, slowMs: number | undefined): Finding {
  if (slowMs === undefined || finding.outcome !== 'ok' || ms <= slowMs) return finding;
  return {
    outcome: 'warn',
    found: `${finding.found}, after ${Math.round(ms)} ms (slow: more than ${slowMs} ms)`,
    hint: 'Look at the load of the machine, or allow more time.',
  };
}
