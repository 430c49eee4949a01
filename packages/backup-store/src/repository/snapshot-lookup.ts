import type { BackupError } from '../errors.ts';
import { missingSnapshots } from '../session/chain.ts';
import { lostSnapshot, resolveSnapshot, type TenantSnapshot } from '../snapshots/resolve.ts';
import type { EntryProblem, SnapshotFilter } from './run-contract.ts';
import type { OpenContext } from './open-context.ts';

/** Finds snapshots, as they are at each call. */
export class SnapshotLookup {
  readonly #context: OpenContext;

  constructor(context: OpenContext) {
    this.#context = context;
  }

  /** All of them, oldest first. */
  async all(): Promise<TenantSnapshot[]> {
    this.#context.requireOpen();
    await this.#context.refresh();
    return this.#context
      .tenants()
      .flatMap((tenant) => tenant.view.snapshots.map(({ record, madeMs }) => ({ tenant, record, madeMs })))
      .toSorted((a, b) => a.madeMs - b.madeMs);
  }

  /** The one that a reference means. @throws {BackupError} `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_AMBIGUOUS`, `SNAPSHOT_MISSING`. */
  async resolve(reference: string, filter?: SnapshotFilter): Promise<TenantSnapshot> {
    const all = await this.all();
    const lost = lostSnapshot(this.#context.lost(filter?.tenant), all, reference);
    if (lost !== undefined) throw lost;
    return resolveSnapshot(all, reference, filter);
  }

  /** The same, with the index that its content is found by. */
  async one(reference: string, filter?: SnapshotFilter): Promise<TenantSnapshot> {
    const found = await this.resolve(reference, filter);
    const { tenant, view } = found.tenant;
    const lost = view.damaged.length + missingSnapshots(view, this.#context.seen(tenant.label)).length;
    if (lost > 0) return { ...found, tenant: await this.#context.withStrays(found.tenant) };
    await view.loadIndex();
    return found;
  }

  /** What can't be read or was taken away. */
  async damaged(tenant: string | undefined): Promise<readonly EntryProblem[]> {
    await this.all();
    const errors: BackupError[] = [...this.#context.lost(tenant), ...this.#context.segmentErrors(tenant)];
    return errors.map((error) => ({
      path: error.object ?? '',
      code: error.code,
      message: error.message,
      ...(error.object === undefined ? {} : { object: error.object }),
    }));
  }
}
