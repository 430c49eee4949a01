import { randomUUID } from 'node:crypto';
import { ledger, type Ledger, type ObjectStore } from '@x/storage';
import { VersioningError } from '../../errors.ts';
import type { DeployRunStep } from './contract.ts';
import type { DeployHistoryOptions } from './history.ts';
import type { DeployIntent } from './intent.ts';

/** What every override has. */
export interface Overridden {
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Why, in the words of whoever did it; none where they have said nothing. */
  readonly reason?: string | undefined;
  readonly channel: string;
}

/** Something that is refused unless somebody takes it upon themselves, and who did, when and why. */
export type DeployOverride =
  /** There was to be no safety backup. */
  | (Overridden & {
      readonly kind: 'no-backup';
      readonly version: string;
      /** The deployment. */
      readonly run: string;
      /** How many migrations it was to run, forward or back. */
      readonly migrations: number;
    })
  /** A run was ended although something was neither done nor taken back. */
  | (Overridden & {
      readonly kind: 'left';
      readonly version: string;
      /** The deployment. */
      readonly run: string;
      readonly step: DeployRunStep;
      readonly direction: 'forward' | 'back';
      /** What was in the way. */
      readonly found: string;
    })
  /** The lock was taken from somebody who may have been at work. */
  | (Overridden & {
      readonly kind: 'forced-lock';
      readonly action: DeployIntent['action'];
      /** From whom, in words: `bea on web-1, process 4711`. */
      readonly from: string;
    });

const FORMAT = 'holdfast-deploy-override';
const MOST_BYTES = 64 * 1024;

/** All overrides of a machine, as a ledger: nobody takes back what they have said. */
export class DeployOverrides {
  readonly #ledger: Ledger;

  constructor(store: ObjectStore) {
    this.#ledger = ledger(store, 'overrides', { maxBytes: MOST_BYTES });
  }

  /** Newest first. @throws {VersioningError} `INVALID_HISTORY`. */
  async list({ channel, limit = Infinity, signal }: DeployHistoryOptions = {}): Promise<readonly DeployOverride[]> {
    const latest = await this.#ledger.latest({ signal });
    const found: DeployOverride[] = [];
    for (let n = latest?.n ?? 0; n > 0 && found.length < limit; n--) {
      const override = decode(n === latest?.n ? latest.body : await this.#ledger.read(n, { signal }), n);
      if (channel === undefined || override.channel === channel) found.push(override);
    }
    return found;
  }

  /** Writes one down, for good. */
  async write(override: DeployOverride): Promise<void> {
    const text = JSON.stringify({ token: randomUUID(), format: FORMAT, formatVersion: 0, override });
    await this.#ledger.append(new TextEncoder().encode(`${text}\n`));
  }
}

function decode(bytes: Uint8Array, n: number): DeployOverride {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
    const { format, formatVersion, override } = value;
    const { kind, by, at } = Object(override) as Partial<DeployOverride>;
    const isWhole = [kind, by, at].every((each) => typeof each === 'string');
    if (format === FORMAT && formatVersion === 0 && isWhole) return override as DeployOverride;
  } catch {
    // Not JSON: refused below.
  }
  throw new VersioningError('INVALID_HISTORY', `Expected entry ${n} of the overrides of deploys, got something else`, {
    hint: 'It was changed outside of Holdfast, or a newer version wrote it. Put it back from a copy.',
  });
}
