import type { BlobIndex } from '../blob-index/blob-index.ts';
import { readLeafPage } from '../catalog/leaf-page.ts';
import { type PageRef, readNodePage } from '../catalog/node-page.ts';
import { BackupError } from '../errors.ts';
import { BLOB, type BlobType } from '../pack/directory.ts';
import { checkAborted } from '../run/abort.ts';
import { missingSnapshots } from '../session/chain.ts';
import { pageRef } from '../snapshots/page-ref.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { Keeper } from './keeper.ts';

/** Largest page that is read. */
const MAX_PAGE_BYTES: number = 64 * 1024 * 1024;
const MAX_HEIGHT = 8;

/** What snapshots need of an index. */
export interface LiveBlobs {
  /** 1 at the number of each blob that is needed. */
  readonly live: Uint8Array;
  /** Ids of snapshots that lack something, where that is put up with. */
  readonly incomplete: ReadonlySet<string>;
}

/**
 * Reads the catalogs of all snapshots in full and marks every blob they need. Pages that snapshots share are read once.
 * Of a blob that is stored several times the copy is marked that the index finds first. A repair puts up with what is lost, and
 * snapshots that a repair has found to be incomplete do with what no index names: that was given up. What is damaged since was not.
 *
 * @param gone Whether blob `number` is lost.
 * @throws {BackupError} `PRUNE_REFUSED` when anything of a snapshot can't be read or found: what it needs is not known
 * then, so nothing may be deleted.
 */
export async function findLiveBlobs(keeper: Keeper, gone: (number: number) => boolean): Promise<LiveBlobs> {
  if (keeper.damaged === undefined) refuseDamage(keeper);
  const { view } = keeper;
  const known = new Set(view.epochs.history.incomplete);
  const walk = new LiveWalk(keeper, gone);
  for (const [done, { record }] of view.snapshots.entries()) {
    keeper.onStep({ doing: 'reading catalogs', done, total: view.snapshots.length });
    walk.begin(record, keeper.damaged !== undefined ? 'all' : known.has(record.id) ? 'given up' : 'nothing');
    for (const source of record.sources) await walk.page(pageRef(source.catalog));
  }
  return { live: walk.live, incomplete: walk.incomplete };
}

/** Damage that is known before anything is read. */
function refuseDamage({ view, seen }: Keeper): void {
  const [damaged] = [...view.damaged, ...view.segmentErrors.values()];
  if (damaged !== undefined) throw refusal(damaged.object ?? 'a record', damaged);
  const [missing] = missingSnapshots(view, seen);
  if (missing !== undefined) {
    throw new BackupError('PRUNE_REFUSED', `Expected snapshot ${missing}, it is gone without having been forgotten`, {
      object: missing,
      hint: 'Nothing was deleted. Bring its commit back, or give it up with `holdfast backup forget`.',
    });
  }
}

function refusal(what: string, cause: BackupError, record?: SnapshotRecord): BackupError {
  return new BackupError('PRUNE_REFUSED', `Expected to read everything that snapshots need, got damage in ${what}`, {
    cause,
    object: cause.object,
    ...(record === undefined ? {} : { details: [record.id] }),
    hint: 'Nothing was deleted. Run `holdfast backup verify` to see what is damaged and `holdfast backup repair` to mend it, then prune again.',
  });
}

/** No index names a place for something. */
class GivenUp extends BackupError {}

/** What is put up with. */
type Tolerated = 'nothing' | 'given up' | 'all';

/** Walks catalogs, each page once. */
class LiveWalk {
  readonly #keeper: Keeper;
  readonly #index: BlobIndex;
  readonly #gone: (number: number) => boolean;
  readonly #visited = new Set<string>();
  readonly live: Uint8Array;
  readonly incomplete = new Set<string>();
  #record: SnapshotRecord | undefined;
  #tolerated: Tolerated = 'nothing';

  constructor(keeper: Keeper, gone: (number: number) => boolean) {
    this.#keeper = keeper;
    this.#index = keeper.view.index;
    this.#gone = gone;
    this.live = new Uint8Array(this.#index.blobs);
  }

  /** What comes is of this snapshot. */
  begin(record: SnapshotRecord, tolerated: Tolerated): void {
    this.#record = record;
    this.#tolerated = tolerated;
  }

  /** Something is lost. */
  #lose(error: BackupError): void {
    const record = this.#record as SnapshotRecord;
    const isGivenUp = error instanceof GivenUp;
    if (this.#tolerated === 'nothing' || (this.#tolerated === 'given up' && !isGivenUp))
      throw refusal(`snapshot ${record.id} (${error.message})`, error, record);
    this.incomplete.add(record.id);
  }

  /** @returns Whether all below it could be read. */
  async page(page: PageRef): Promise<boolean> {
    const key = Buffer.from(page.sha256).toString('latin1');
    if (this.#visited.has(key)) return true;
    checkAborted(this.#keeper.signal);
    try {
      // There is no use in looking for what is not there.
      if (!this.#mark(BLOB.catalog, page.sha256, page.length)) return false;
      const isWhole = await this.#read(page);
      // Only now: a page is done when all below it is.
      if (isWhole) this.#visited.add(key);
      return isWhole;
    } catch (error) {
      if (!(error instanceof BackupError) || error.code === 'ABORTED' || error.code === 'PRUNE_REFUSED') throw error;
      this.#lose(error);
      return false;
    }
  }

  async #read(page: PageRef): Promise<boolean> {
    if (page.height > MAX_HEIGHT || page.length > MAX_PAGE_BYTES)
      throw new BackupError('OBJECT_INVALID', `Expected a catalog page within the limits, got ${page.length} bytes`);
    let isWhole = true;
    const bytes = await this.#keeper.packs.readPage(page);
    if (page.height === 0) {
      for (const { content } of readLeafPage(bytes, 'a catalog page'))
        for (const { sha256, length } of content) isWhole = this.#mark(BLOB.data, sha256, length) && isWhole;
      return isWhole;
    }
    for (const { sha256, length } of readNodePage(bytes, page.height, 'a catalog page'))
      isWhole = (await this.page({ sha256, length, height: page.height - 1 })) && isWhole;
    return isWhole;
  }

  #mark(type: BlobType, sha256: Uint8Array, length: number): boolean {
    const number = this.#index.find(this.#keeper.packs.idOf(type, sha256));
    const place = number < 0 ? 'none' : this.#gone(number) ? 'a pack that is gone or damaged' : undefined;
    if (number >= 0 && this.#index.lengthOf(number) === length && place === undefined) {
      this.live[number] = 1;
      return true;
    }
    const digest = Buffer.from(sha256).toString('hex');
    const Lost = place === 'none' ? GivenUp : BackupError;
    this.#lose(new Lost('BLOB_MISSING', `Expected a place for data ${digest}, got ${place ?? 'other data'}`));
    return false;
  }
}
