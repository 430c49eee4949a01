import type { BlobIndex } from '../blob-index/blob-index.ts';
import { BackupError } from '../errors.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';

const bytesOf = (index: BlobIndex): number => index.packs.reduce((sum, pack) => sum + pack.size, 0);

/**
 * How much a tenant may have in packs, looked at before a run reads anything, with every piece that it stores, and before its commit.
 * Counted is what was committed when it began, what an earlier run of the same session has left, and what it stores itself: of two
 * runs at the same time, neither knows of the other.
 */
export class Quota {
  readonly #name: string;
  readonly #most: number;
  readonly #before: number;

  /** @param own What earlier runs of the session have stored. */
  constructor({ keyring }: RunContext, { tenant, view }: OpenTenant, own: BlobIndex) {
    this.#name = tenant.name;
    this.#most = keyring.find(tenant.name)?.record.quotaBytes ?? Infinity;
    this.#before = this.#most === Infinity ? 0 : bytesOf(view.index) + bytesOf(own);
  }

  /** @throws {BackupError} `QUOTA_EXCEEDED` when, with these bytes of packs, there would be more than the tenant may have. */
  check(bytes: number): void {
    const sum = this.#before + bytes;
    if (sum <= this.#most) return;
    throw new BackupError(
      'QUOTA_EXCEEDED',
      `Expected tenant "${this.#name}" to have at most ${this.#most} bytes in packs, got ${sum} or more`,
      {
        hint: 'No snapshot was made. Forget and prune what is not needed, leave something out, or raise the quota with `holdfast tenant set`.',
      },
    );
  }
}
