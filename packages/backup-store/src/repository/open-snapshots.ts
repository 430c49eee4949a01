import { type BackupError, isBackupError } from '../errors.ts';
import { diffLive } from '../live/diff-live.ts';
import { forgottenError } from '../restore/forgotten.ts';
import { abortable } from '../run/abort.ts';
import { backupCatalog } from '../snapshots/catalog.ts';
import { listContents } from '../snapshots/contents.ts';
import { diffSnapshots } from '../snapshots/diff.ts';
import { listEntries } from '../snapshots/entries.ts';
import { findEntries } from '../snapshots/find.ts';
import { readFile } from '../snapshots/read.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { matches, type TenantSnapshot } from '../snapshots/resolve.ts';
import type * as contract from './contract.ts';
import type { OpenContext } from './open-context.ts';
import { SnapshotLookup } from './snapshot-lookup.ts';

/** The calls of a repository that list snapshots and read what is in them. */
export class OpenSnapshots {
  readonly #context: OpenContext;
  readonly #lookup: SnapshotLookup;

  constructor(context: OpenContext) {
    this.#context = context;
    this.#lookup = new SnapshotLookup(context);
  }

  async snapshots(filter: contract.SnapshotFilter = {}): Promise<readonly SnapshotRecord[]> {
    return (await this.#lookup.all()).map(({ record }) => record).filter((record) => matches(record, filter));
  }

  async timeline(filter: contract.SnapshotFilter = {}): Promise<readonly contract.DatedSnapshot[]> {
    const all = (await this.#lookup.all()).filter(({ record }) => matches(record, filter));
    return all.map(({ record, madeMs }) => ({ record, madeMs }));
  }

  async catalog(filter: contract.CatalogFilter = {}): Promise<readonly contract.CatalogEntry[]> {
    await this.#lookup.all();
    return await backupCatalog(this.#context, filter);
  }

  async snapshot(reference: string, filter?: contract.SnapshotFilter): Promise<SnapshotRecord> {
    return (await this.#lookup.resolve(reference, filter)).record;
  }

  async damaged(filter: Pick<contract.SnapshotFilter, 'tenant'> = {}): Promise<readonly contract.EntryProblem[]> {
    return await this.#lookup.damaged(filter.tenant);
  }

  async *entries(
    snapshot: string,
    options?: contract.EntriesOptions,
  ): AsyncGenerator<contract.EntryView, void, undefined> {
    yield* listEntries(await this.#lookup.one(snapshot), options);
  }

  async *read(snapshot: string, options: contract.ReadOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const from = await this.#lookup.one(snapshot, options.filter);
    try {
      yield* readFile(from, options, this.#context.performance.readers);
    } catch (error) {
      throw goneError(from, error) ?? error;
    }
  }

  async *contents(
    snapshot: string,
    options: contract.ContentsOptions = {},
  ): AsyncGenerator<contract.SnapshotEntry, void, undefined> {
    const from = await this.#lookup.one(snapshot);
    try {
      yield* listContents(from, options, this.#context.performance.readers);
    } catch (error) {
      throw goneError(from, error) ?? error;
    }
  }

  async *find(options: contract.FindOptions): AsyncGenerator<contract.FoundEntry, void, undefined> {
    const all =
      options.snapshot === undefined ? await this.#lookup.all() : [await this.#lookup.one(options.snapshot, options)];
    for (const tenant of new Set(all.map((each) => each.tenant)))
      await abortable(options.signal, async () => await tenant.view.loadIndex(options.signal));
    yield* findEntries(all, options);
  }

  async *diff(
    before: string,
    after: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<contract.Difference, void, undefined> {
    yield* diffSnapshots(await this.#lookup.one(before), await this.#lookup.one(after), options.signal);
  }

  async *diffLive(
    snapshot: string,
    options: contract.LiveDiffOptions = {},
  ): AsyncGenerator<contract.Difference, void, undefined> {
    yield* diffLive(this.#context, await this.#lookup.one(snapshot, options.filter), options);
  }
}

/** When what was read has gone because its snapshot was forgotten: the error that says so. */
function goneError({ tenant, record }: TenantSnapshot, error: unknown): BackupError | undefined {
  const isGone = isBackupError(error, 'OBJECT_MISSING') || isBackupError(error, 'BLOB_MISSING');
  return isGone ? forgottenError(tenant, record.id) : undefined;
}
