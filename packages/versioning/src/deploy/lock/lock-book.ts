import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fsStore, ledger, type Ledger } from '@x/storage';
import { VersioningError } from '../../errors.ts';
import type { DeployLayout } from '../layout/model.ts';
import { readWhole, writeWhole } from '../layout/whole-file.ts';
import type { DeployLockOwner, LockTakeover } from './lock-owner.ts';

/** An entry of the ledger of locks: somebody took it, or gave it back. */
export type LockEntry =
  | {
      readonly kind: 'taken';
      readonly token: string;
      readonly owner: DeployLockOwner;
      /** ISO 8601, UTC, as its owner's clock has it. */
      readonly since: string;
      /** How long it counts without being renewed, in milliseconds. */
      readonly leaseMs: number;
      /** Why it was taken although another one had it. */
      readonly instead?: LockTakeover | undefined;
    }
  | { readonly kind: 'released'; readonly token: string };

/** The lock as its last owner has renewed it. */
export interface LockBeat {
  /** Of the entry. */
  readonly token: string;
  /** Another one each time. */
  readonly beat: string;
  /** ISO 8601, UTC, by its owner's clock. */
  readonly until: string;
}

/** The newest entry, with its number. */
export interface LatestLock {
  readonly n: number;
  readonly entry: LockEntry | undefined;
}

const FORMAT = 'holdfast-deploy-lock';

/** Who has had the lock, as a ledger: of all who take it at the same time, one wins. */
export class LockBook {
  readonly #ledger: Ledger;
  readonly #beat: string;

  constructor(layout: DeployLayout) {
    this.#ledger = ledger(fsStore(layout.state), 'locks', { maxBytes: 64 * 1024 });
    this.#beat = join(layout.state, 'lock-beat.json');
  }

  async latest(): Promise<LatestLock> {
    const found = await this.#ledger.latest();
    return found === undefined ? { n: 0, entry: undefined } : { n: found.n, entry: decode(found.body) };
  }

  /** Whether the entry with this number is ours. */
  async write(n: number, entry: LockEntry): Promise<boolean> {
    const text = `${JSON.stringify({ nonce: randomUUID(), format: FORMAT, formatVersion: 0, ...entry })}\n`;
    return this.#ledger.appendAt(n, new TextEncoder().encode(text));
  }

  async beat(beat: LockBeat): Promise<void> {
    await writeWhole(this.#beat, `${JSON.stringify(beat)}\n`, { mode: 0o600 });
  }

  /** The last renewal of an entry; `undefined` where it was not renewed yet. */
  async lastBeat(token: string): Promise<LockBeat | undefined> {
    const text = await readWhole(this.#beat);
    try {
      const found = JSON.parse(text ?? 'null') as LockBeat | null;
      return found?.token === token ? found : undefined;
    } catch {
      return undefined;
    }
  }
}

function decode(body: Uint8Array): LockEntry {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Record<string, unknown>;
    const { format, formatVersion, kind, token } = value;
    const isKnown = kind === 'released' || (kind === 'taken' && typeof value['owner'] === 'object');
    if (format === FORMAT && formatVersion === 0 && isKnown && typeof token === 'string')
      return value as unknown as LockEntry;
  } catch {
    // Not JSON: refused below.
  }
  throw new VersioningError('INVALID_DEPLOY_RECORD', 'Expected the lock of a deployment, got something else', {
    hint: 'It was changed outside of Holdfast, or a newer version wrote it.',
  });
}
