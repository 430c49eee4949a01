import { randomUUID } from 'node:crypto';
import { isStorageError, ledger, type Ledger, type ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import { inLanes } from '../lanes.ts';
import { auditDigest, type AuditEvent, decodeAudit, type LoggedAudit } from './audit-events.ts';
import { damaged } from './events.ts';

/** Entries that are kept: older ones are removed, one for each that is written. */
const AUDIT_KEPT = 10_000;
/** Characters of a reason. */
const REASON = 500;
/** Lost races before an entry is given up. */
const ATTEMPTS = 50;
/** An entry is far smaller. */
const MOST_BYTES = 64 * 1024;

/** What was restored of a model, and what was refused: a chain of its own beside the history, so that what is asked for often makes that no longer. */
export class AuditTrail {
  readonly #ledger: Ledger;
  readonly #store: ObjectStore;
  readonly #clock: Clock;
  readonly #kept: number;

  constructor(store: ObjectStore, key: string, options: { readonly clock: Clock; readonly kept?: number | undefined }) {
    this.#store = store;
    this.#ledger = ledger(store, key, { maxBytes: MOST_BYTES });
    this.#clock = options.clock;
    this.#kept = options.kept ?? AUDIT_KEPT;
  }

  /** @returns Whether it was written: it is given up after fifty lost races. */
  async append(event: AuditEvent, by: string): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const latest = await this.#ledger.latest();
      const n = (latest?.n ?? 0) + 1;
      const logged: LoggedAudit = {
        ...cut(event),
        n,
        at: this.#clock(),
        by: by.slice(0, REASON),
        ...(latest === undefined ? {} : { previous: auditDigest(latest.body) }),
        token: randomUUID(),
      };
      if (!(await this.#ledger.appendAt(n, Buffer.from(`${JSON.stringify(logged)}\n`)))) continue;
      if (n > this.#kept) await this.#store.delete(this.#ledger.key(n - this.#kept));
      return true;
    }
    return false;
  }

  /** What is kept, oldest first. @throws {ModelError} `HISTORY_DAMAGED`. */
  async events(): Promise<readonly LoggedAudit[]> {
    const latest = await this.#ledger.latest();
    if (latest === undefined) return [];
    const first = Math.max(1, latest.n - this.#kept + 1);
    const numbers = Array.from({ length: latest.n + 1 - first }, (_, index) => first + index);
    const bodies = await inLanes(numbers, async (n) => (n === latest.n ? latest.body : await this.#body(n)));
    // Others write meanwhile, and remove the oldest. A trail that was never full begins at 1.
    const from = first === 1 ? 0 : bodies.findIndex((body) => body !== undefined);
    let before: string | undefined;
    return bodies.slice(from).map((body, index) => {
      const n = first + from + index;
      if (body === undefined) throw damaged(n, 'nothing, in the trail of restores and refusals');
      const event = decodeAudit(body, { n, ...(before === undefined ? {} : { before }) });
      before = auditDigest(body);
      return event;
    });
  }

  async #body(n: number): Promise<Uint8Array | undefined> {
    try {
      return await this.#ledger.read(n);
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }
}

function cut(event: AuditEvent): AuditEvent {
  return event.kind === 'version.restored' ? event : { ...event, reason: event.reason.slice(0, REASON) };
}
