import type { ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import type { AuditEvent } from '../history/audit-events.ts';
import { AuditTrail } from '../history/audit-trail.ts';
import { isModelName } from '../versions/names.ts';
import type { RegistryEvent } from './contract.ts';

/** What is told, and written to the trail of the model. */
export type AuditedEvent = Pick<RegistryEvent, 'model' | 'version' | 'alias' | 'reason'> & {
  readonly type: 'model.restored' | 'model.refused' | 'model.denied';
  readonly by?: string | undefined;
};

/** Where the trail of a model lies. */
export function auditTrail(storage: ObjectStore, model: string, clock: Clock): AuditTrail {
  return new AuditTrail(storage, `models/${model}/audit`, { clock });
}

/**
 * Tells of a restore or refusal, and writes it down. Whoever may only read the store is served or refused all the same; that it was not written is told
 * then.
 */
export async function recordAudit(
  event: AuditedEvent,
  to: {
    readonly storage: ObjectStore;
    readonly clock: Clock;
    readonly by: string;
    readonly onEvent: ((event: RegistryEvent) => void) | undefined;
  },
): Promise<void> {
  const { by = to.by, ...what } = event;
  const tell = (more: Pick<RegistryEvent, 'type' | 'reason'>): void =>
    to.onEvent?.({ ...what, ...more, at: to.clock(), by });
  tell({ type: event.type, reason: event.reason });
  if (!isModelName(event.model)) return;
  try {
    const isWritten = await auditTrail(to.storage, event.model, to.clock).append(auditOf(event), by);
    if (!isWritten) tell({ type: 'model.audit-not-written', reason: 'others were faster each time' });
  } catch (error) {
    tell({ type: 'model.audit-not-written', reason: String(error) });
  }
}

function auditOf({ type, version, alias, reason = '' }: AuditedEvent): AuditEvent {
  if (type === 'model.restored') return { kind: 'version.restored', version: version ?? '' };
  const what = { ...(version === undefined ? {} : { version }), ...(alias === undefined ? {} : { alias }) };
  return { kind: type, ...what, reason };
}
