import { randomUUID } from 'node:crypto';
import { ledger, type Ledger, type ObjectStore } from '@x/storage';
import { VersioningError } from '../../errors.ts';
import type { Deployment } from './contract.ts';

/** Which deployments are wanted. */
export interface DeployHistoryOptions {
  readonly channel?: string | undefined;
  /** At most this many. Default: all. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const FORMAT = 'holdfast-deployment';

/**
 * All deploys and rollbacks of a machine, as a ledger. Each stands there as it begins and as it ends; only one is under way at a time,
 * so the newest entry says whether one is.
 */
export class DeployHistory {
  readonly #ledger: Ledger;

  constructor(store: ObjectStore) {
    this.#ledger = ledger(store, 'history');
  }

  /** The one that has not ended. @throws {VersioningError} `INVALID_HISTORY`. */
  async open(signal?: AbortSignal): Promise<Deployment | undefined> {
    const latest = await this.#ledger.latest({ signal });
    if (latest === undefined) return undefined;
    const deployment = decode(latest.body, latest.n);
    return deployment.outcome === 'running' ? deployment : undefined;
  }

  /** Newest first. One that is under way is the first. @throws {VersioningError} `INVALID_HISTORY`. */
  async list({ channel, limit = Infinity, signal }: DeployHistoryOptions = {}): Promise<readonly Deployment[]> {
    const latest = await this.#ledger.latest({ signal });
    const found = new Map<string, Deployment>();
    for (let n = latest?.n ?? 0; n > 0 && found.size < limit; n--) {
      const deployment = decode(n === latest?.n ? latest.body : await this.#ledger.read(n, { signal }), n);
      if (channel !== undefined && deployment.channel !== channel) continue;
      // What it came to stands above how it began.
      if (!found.has(deployment.id)) found.set(deployment.id, deployment);
    }
    return [...found.values()];
  }

  /** Writes down that one begins, or how it ended. Writing the same again changes nothing. */
  async write(deployment: Deployment): Promise<void> {
    const latest = await this.#ledger.latest();
    const last = latest === undefined ? undefined : decode(latest.body, latest.n);
    if (last?.id === deployment.id && last.outcome === deployment.outcome) return;
    const text = JSON.stringify({ token: randomUUID(), format: FORMAT, formatVersion: 0, deployment });
    const isOurs = await this.#ledger.appendAt((latest?.n ?? 0) + 1, new TextEncoder().encode(`${text}\n`));
    if (!isOurs) throw raced();
  }
}

function decode(bytes: Uint8Array, n: number): Deployment {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
    const { format, formatVersion, deployment } = value;
    const { id, version, outcome, steps } = (deployment ?? {}) as Partial<Deployment>;
    const isWhole = [id, version, outcome].every((each) => typeof each === 'string') && Array.isArray(steps);
    if (format === FORMAT && formatVersion === 0 && isWhole) return deployment as Deployment;
  } catch {
    // Not JSON: refused below.
  }
  throw new VersioningError('INVALID_HISTORY', `Expected entry ${n} of the history of deploys, got something else`, {
    hint: 'It was changed outside of Holdfast, or a newer version wrote it. Put it back from a copy.',
  });
}

function raced(): VersioningError {
  return new VersioningError('DEPLOY_TAKEN_OVER', 'Expected to be the only one who deploys here, got another', {
    hint: 'Another process has begun or ended a deploy meanwhile. Look at `holdfast deploy status`.',
  });
}
