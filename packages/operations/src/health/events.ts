import type { CheckResult } from '@x/versioning/deploy';
import type { OperationEvent } from '../events/contract.ts';
import type { StandingChange } from './standing.ts';

/** What a change is told as; `undefined` when it neither makes something unhealthy nor ends that. */
export function changeEvent(result: CheckResult, change: StandingChange, by: string): OperationEvent | undefined {
  const hasFailed = change.to === 'unhealthy';
  if (!hasFailed && change.from !== 'unhealthy') return undefined;
  const { name, kind, found, limit, hint } = result;
  return {
    at: new Date(change.atMs).toISOString(),
    name: hasFailed ? 'health.failed' : 'health.recovered',
    level: hasFailed ? 'error' : 'info',
    host: by,
    details: { check: name, kind, from: change.from, to: change.to, message: found, limit, hint },
  };
}

/** What is told when a store can't be written to. */
export function unrecordedEvent(error: unknown, atMs: number, by: string): OperationEvent {
  const message = error instanceof Error ? error.message : String(error);
  return {
    at: new Date(atMs).toISOString(),
    name: 'health.unrecorded',
    level: 'warn',
    host: by,
    details: { message },
  };
}
