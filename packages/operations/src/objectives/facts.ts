import type { OperationEvent } from '../events/contract.ts';
import { amountOf, textOf } from '../events/told-values.ts';
import type { RestoreFact, RollbackFact } from './contract.ts';

/** Names of the events that tell of restores. */
export const RESTORE_EVENTS: readonly string[] = ['restore.finished', 'restore.failed'];

/**
 * The restores that events tell of, oldest first, each once. What was thrown away again, as by drills, is none. From the details: `snapshot`,
 * `status`, `bytesWritten`, `durationMs` and `trial`, where they are told.
 */
export function restoresOf(events: readonly OperationEvent[]): readonly RestoreFact[] {
  const facts = new Map<string, RestoreFact>();
  for (const event of events) {
    if (!RESTORE_EVENTS.includes(event.name) || event.details['trial'] === true) continue;
    const fact = restoreOf(event);
    facts.set(JSON.stringify([fact, event.host ?? null]), fact);
  }
  return [...facts.values()].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function restoreOf({ at, name, tenant, details }: OperationEvent): RestoreFact {
  const { snapshot, status, durationMs, bytesWritten } = details;
  return {
    tenant: tenant ?? null,
    snapshot: textOf(snapshot),
    at,
    status: name === 'restore.failed' || status === 'failed' ? 'failed' : status === 'partial' ? 'partial' : 'ok',
    durationMs: amountOf(durationMs),
    bytes: amountOf(bytesWritten),
  };
}

/** A deploy or rollback, as the history of a machine has it. */
export interface DeployFact {
  readonly id: string;
  readonly kind: 'deploy' | 'rollback' | 'automatic-rollback' | 'restart';
  readonly version: string;
  readonly from?: string | undefined;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'rolled-back' | 'undone';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
  /** Milliseconds. */
  readonly ms?: number | undefined;
  /** Of what went back. */
  readonly wayBack?: { readonly ms: number } | undefined;
}

/** The rollbacks of a history: on purpose, and deploys that went back by themselves. Those that run have not ended. */
export function rollbacksOf(deploys: readonly DeployFact[], tenant: string | null = null): readonly RollbackFact[] {
  return deploys.flatMap(({ kind, outcome, version, startedAt, endedAt, ms, wayBack }): RollbackFact[] => {
    const isRollback = kind === 'rollback' || kind === 'automatic-rollback' || outcome === 'rolled-back';
    if (!isRollback || outcome === 'running') return [];
    const isDone = outcome === 'succeeded' || outcome === 'rolled-back';
    const durationMs = wayBack?.ms ?? (kind === 'deploy' ? null : (ms ?? null));
    return [{ tenant, at: endedAt ?? startedAt, isDone, durationMs, version }];
  });
}
