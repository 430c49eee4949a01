import type { OperationEvent } from '../events/contract.ts';
import { amountOf } from '../events/told-values.ts';
import { compareTexts } from '../text-order.ts';
import type { BackupFact } from './contract.ts';

/** A backup that was made or has failed, counted once however often it is told. */
export interface BackupAttempt {
  /** `null`: not told. */
  readonly tenant: string | null;
  readonly isMade: boolean;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly durationMs: number | null;
  readonly bytes: number | null;
}

/** Names of the events that tell of backups. */
export const BACKUP_EVENTS: readonly string[] = ['backup.created', 'backup.failed'];

/**
 * All attempts. A snapshot that is there tells more of itself than the event of its making; an event tells of one that is gone. What names no
 * snapshot is told by somebody for whom the backup was made, such as a deploy, and was told by the engine already.
 */
export function backupAttempts(
  snapshots: readonly BackupFact[],
  events: readonly OperationEvent[],
): readonly BackupAttempt[] {
  const made = new Map<string, BackupAttempt | undefined>();
  for (const { id, tenant, kind, madeMs, durationMs, bytes } of snapshots)
    made.set(id, kind === 'checkpoint' ? undefined : { tenant, isMade: true, atMs: madeMs, durationMs, bytes });
  const failed = new Map<string, BackupAttempt>();
  for (const event of byTime(events)) {
    const { name, host = null, details } = event;
    const { snapshot, code, kind } = details;
    if (kind === 'checkpoint') continue;
    const attempt = attemptOf(event);
    if (name === 'backup.failed') failed.set(JSON.stringify([attempt, host, code ?? null]), attempt);
    else if (name === 'backup.created' && typeof snapshot === 'string' && !made.has(snapshot))
      made.set(snapshot, attempt);
  }
  return [...made.values(), ...failed.values()].filter((attempt) => attempt !== undefined);
}

/** Of a snapshot of which several tell, the earliest counts, whatever order they come in. */
const byTime = (events: readonly OperationEvent[]): readonly OperationEvent[] =>
  events.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || compareTexts(JSON.stringify(a), JSON.stringify(b)));

function attemptOf({ at, name, tenant, details }: OperationEvent): BackupAttempt {
  return {
    tenant: tenant ?? null,
    isMade: name === 'backup.created',
    atMs: Date.parse(at),
    durationMs: amountOf(details['durationMs']),
    bytes: amountOf(details['bytes']),
  };
}
