import type { BlobIndex } from '../blob-index/blob-index.ts';
import { BackupError } from '../errors.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';

const bytesOf = (index: BlobIndex): number => index.packs.reduce((sum, pack) => sum + pack.size, 0);

/**
 * How much a tenant may have in packs. A run is held to it before it reads anything, before it stores a piece of a pack, and once more before
 * its commit, by what others have committed meanwhile. So one run never stores more than there may be; of several on different machines,
 * only those that commit at the very same moment can exceed it together.
 */
export class Quota {
  readonly #tenant: OpenTenant;
  readonly #name: string;
  readonly #most: number;
  #committed: number;
  readonly #own: number;

  /** @param own What earlier runs of the session have stored. */
  constructor({ keyring }: RunContext, tenant: OpenTenant, own: BlobIndex) {
    this.#tenant = tenant;
    this.#name = tenant.tenant.name;
    this.#most = keyring.find(this.#name)?.record.quotaBytes ?? Infinity;
    this.#committed = this.#most === Infinity ? 0 : bytesOf(tenant.view.index);
    this.#own = this.#most === Infinity ? 0 : bytesOf(own);
  }

  /** @throws {BackupError} `QUOTA_EXCEEDED` when, with these bytes of packs, there would be more than the tenant may have. */
  check(bytes: number): void {
    const sum = this.#committed + this.#own + bytes;
    if (sum <= this.#most) return;
    throw new BackupError(
      'QUOTA_EXCEEDED',
      `Expected tenant "${this.#name}" to have at most ${this.#most} bytes in packs, got ${sum} or more`,
      {
        hint: 'No snapshot was made. Forget and prune what is not needed, leave something out, or raise the quota with `holdfast tenant set`.',
      },
    );
  }

  /**
   * The same, by what is committed now.
   *
   * @throws {BackupError} `QUOTA_EXCEEDED`.
   */
  async checkNow(bytes: number, signal?: AbortSignal): Promise<void> {
    if (this.#most === Infinity) return;
    await this.#tenant.view.reload(signal);
    this.#committed = bytesOf(this.#tenant.view.index);
    this.check(bytes);
  }
}
