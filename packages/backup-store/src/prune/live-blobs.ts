import type { BlobIndex } from '../blob-index/blob-index.ts';
import type { PackInfo } from '../blob-index/segment.ts';
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

/** Which blobs of an index snapshots need: 1 at each number that is needed. */
export type LiveBlobs = Uint8Array;

/**
 * Reads the catalogs of all snapshots in full and marks every blob they need. Pages that snapshots share are read once.
 * Of a blob that is stored several times the copy is marked that the index finds first.
 *
 * @param gone Packs that are not there in full.
 * @throws {BackupError} `PRUNE_REFUSED` when anything of a snapshot can't be read or found: what it needs is not known
 * then, so nothing may be deleted.
 */
export async function findLiveBlobs(keeper: Keeper, gone: ReadonlySet<PackInfo>): Promise<LiveBlobs> {
  refuseDamage(keeper);
  const { view } = keeper;
  const walk = new LiveWalk(keeper, gone);
  for (const [done, { record }] of view.snapshots.entries()) {
    keeper.onStep({ doing: 'reading catalogs', done, total: view.snapshots.length });
    try {
      for (const source of record.sources) await walk.page(pageRef(source.catalog));
    } catch (error) {
      if (!(error instanceof BackupError) || error.code === 'ABORTED') throw error;
      throw refusal(`snapshot ${record.id} (${error.message})`, error, record);
    }
  }
  return walk.live;
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

/** Walks catalogs, each page once. */
class LiveWalk {
  readonly #keeper: Keeper;
  readonly #index: BlobIndex;
  readonly #gone: ReadonlySet<PackInfo>;
  readonly #visited = new Set<string>();
  readonly live: LiveBlobs;

  constructor(keeper: Keeper, gone: ReadonlySet<PackInfo>) {
    this.#keeper = keeper;
    this.#gone = gone;
    this.#index = keeper.view.index;
    this.live = new Uint8Array(this.#index.blobs);
  }

  async page(page: PageRef): Promise<void> {
    const key = Buffer.from(page.sha256).toString('latin1');
    if (this.#visited.has(key)) return;
    checkAborted(this.#keeper.signal);
    if (page.height > MAX_HEIGHT || page.length > MAX_PAGE_BYTES)
      throw new BackupError('OBJECT_INVALID', `Expected a catalog page within the limits, got ${page.length} bytes`);
    this.#mark(BLOB.catalog, page.sha256, page.length);
    const bytes = await this.#keeper.packs.readPage(page);
    if (page.height === 0) this.#leaf(bytes);
    else {
      for (const { sha256, length } of readNodePage(bytes, page.height, 'a catalog page'))
        await this.page({ sha256, length, height: page.height - 1 });
    }
    // Only now: a page is done when all below it is.
    this.#visited.add(key);
  }

  #leaf(bytes: Uint8Array): void {
    for (const { content } of readLeafPage(bytes, 'a catalog page'))
      for (const { sha256, length } of content) this.#mark(BLOB.data, sha256, length);
  }

  #mark(type: BlobType, sha256: Uint8Array, length: number): void {
    const number = this.#index.find(this.#keeper.packs.idOf(type, sha256));
    const place = number < 0 ? 'none' : this.#gone.has(this.#index.packOf(number)) ? 'a pack that is gone or cut' : undefined;
    if (place !== undefined || this.#index.lengthOf(number) !== length) {
      const digest = Buffer.from(sha256).toString('hex');
      throw new BackupError('BLOB_MISSING', `Expected a place for data ${digest}, got ${place ?? 'other data'}`);
    }
    this.live[number] = 1;
  }
}
