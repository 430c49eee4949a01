import { OperationsError, shown } from '../errors.ts';
import type { ReadyCheck } from './check-lane.ts';
import type { HealthOptions, TimedCheck } from './contract.ts';

const EVERY_MS = 30_000;
const TIMEOUT_MS = 30_000;
const FAILURES = 3;
const SUCCESSES = 2;

/** Checks with everything that is left out filled in. @throws {OperationsError} `INVALID_OPTION` */
export function readyChecks(options: HealthOptions): readonly ReadyCheck[] {
  const ready = options.checks.map((each) => readyCheck('run' in each ? { check: each } : each, options));
  const names = ready.map(({ check }) => check.name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice === undefined) return ready;
  throw new OperationsError('INVALID_OPTION', `Expected checks with different names, got ${shown(twice)} twice`, {
    hint: 'Give one of them a "name" of its own.',
  });
}

function readyCheck(timed: TimedCheck, usual: HealthOptions): ReadyCheck {
  const of = (name: 'everyMs' | 'timeoutMs' | 'failures' | 'successes', least: number, otherwise: number): number =>
    wholeFrom(name, timed[name] ?? usual[name] ?? otherwise, least);
  const everyMs = of('everyMs', 100, EVERY_MS);
  return {
    check: timed.check,
    everyMs,
    timeoutMs: of('timeoutMs', 1, TIMEOUT_MS),
    jitterMs: Math.min(everyMs, wholeFrom('jitterMs', usual.jitterMs ?? Math.floor(everyMs / 10), 0)),
    failures: of('failures', 1, FAILURES),
    successes: of('successes', 1, SUCCESSES),
  };
}

/** A whole number from one on. @throws {OperationsError} `INVALID_OPTION` */
export function wholeFrom(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new OperationsError(
    'INVALID_OPTION',
    `Expected "${name}" to be a whole number from ${least} on, got ${shown(value)}`,
  );
}
