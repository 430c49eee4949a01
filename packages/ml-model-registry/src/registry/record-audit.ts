import type { ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import type { AuditEvent } from '../history/audit-events.ts';
import { AuditTrail } from '../history/audit-trail.ts';
import { isModelName } from '../versions/names.ts';
import type { RegistryEvent } from './contract.ts';
import { PREFIX } from './model-prefix.ts';

/** What is told, and written to the trail of the model. */
export type AuditedEvent = Pick<RegistryEvent, 'model' | 'version' | 'alias' | 'reason'> & {
  readonly type: 'model.restored' | 'model.refused' | 'model.denied';
  readonly by?: string | undefined;
};

/** Trails that are remembered: names of models may come from anyone. */
const REMEMBERED = 1000;

/** The trails of all models. Each remembers how far it was read. */
export class AuditTrails {
  readonly #storage: ObjectStore;
  readonly #clock: Clock;
  readonly #opened = new Map<string, AuditTrail>();

  constructor(storage: ObjectStore, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  of(model: string): AuditTrail {
    const found = this.#opened.get(model);
    if (found !== undefined) return found;
    if (this.#opened.size >= REMEMBERED) this.#opened.clear();
    const trail = new AuditTrail(this.#storage, `${PREFIX}${model}/audit`, { clock: this.#clock });
    this.#opened.set(model, trail);
    return trail;
  }
}

/**
 * Tells of a restore or refusal, and writes it down. Whoever may only read the store is served or refused all the same; that it was not written is told
 * then.
 */
export async function recordAudit(
  event: AuditedEvent,
  to: {
    readonly trails: AuditTrails;
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
    const isWritten = await to.trails.of(event.model).append(auditOf(event), by);
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
