import { listAll } from '@x/storage';

import { parseJson } from '../bytes/canonical-json.ts';
import { BackupError } from '../errors.ts';
import { forgetPrefix, isSessionId } from '../layout/names.ts';
import type { ForgottenSnapshot } from '../snapshots/facts.ts';
import { forgetSeal } from './commit.ts';
import type { EpochPlace } from './epochs.ts';
import { isForgotten } from './remembered.ts';

/** Forget markers of a tenant. Each is read once. */
export class Forgotten {
  readonly #read = new Map<string, string | undefined>();
  readonly #facts = new Map<string, ForgottenSnapshot>();
  /** Markers that can't be read. */
  damaged: BackupError[] = [];

  /** What a marker that was read says of the snapshot it forgets. */
  facts(id: string): ForgottenSnapshot | undefined {
    return this.#facts.get(id);
  }

  #remember(id: string, marker: Record<string, unknown>): void {
    const { facts, at, checks = [] } = marker;
    const forgotten = { facts, forgottenAt: at, checks };
    if (isForgotten(forgotten) && forgotten.facts.id === id) this.#facts.set(id, forgotten);
  }

  /**
   * Ids of the snapshots that markers forget. A marker counts only if it opens with the keeper's key and names what it
   * forgets; any other is damage.
   */
  async load({ sealed, tenant, signal }: EpochPlace): Promise<ReadonlySet<string>> {
    const prefix = forgetPrefix(tenant.label);
    const ids = new Set<string>();
    this.damaged = [];
    for await (const { key } of listAll(sealed.store, prefix, { signal })) {
      const named = key.slice(prefix.length);
      if (!isSessionId(named)) continue;
      try {
        if (!this.#read.has(key)) {
          const marker = parseJson(await sealed.read(key, forgetSeal(tenant), { signal }), key);
          this.#read.set(key, marker['snapshot'] === named ? named : undefined);
          this.#remember(named, marker);
        }
        const id = this.#read.get(key);
        if (id !== undefined) ids.add(id);
      } catch (error) {
        if (!(error instanceof BackupError)) throw error;
        // Taken away since the listing: a round that ended says the same.
        if (error.code !== 'OBJECT_MISSING') this.damaged.push(error);
      }
    }
    return ids;
  }
}
