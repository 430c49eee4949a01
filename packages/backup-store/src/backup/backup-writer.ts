import { FingerprintTable } from '../blob-index/fingerprint-table.ts';
import type { BlobIndex } from '../blob-index/blob-index.ts';
import { blobId } from '../blob-index/blob-id.ts';
import { encodeFrame, LEVELS } from '../codec/codec.ts';
import { type ContentReport, mergeReports } from '../codec/content-report.ts';
import type { CompressionProfile } from '../codec/profile.ts';
import { BackupError } from '../errors.ts';
import { BLOB } from '../pack/directory.ts';
import { PACK_EPOCH } from '../pack/pack-directories.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { reliableIds } from '../session/reliable-ids.ts';
import type { Session } from '../session/session.ts';
import { LargeFileReader } from './large-file.ts';
import { PackSet } from './pack-set.ts';
import { PackUpload } from './pack-upload.ts';
import type { Quota } from './quota.ts';
import { SealerPool, type SealerPoolOptions } from './sealer-pool.ts';
import { StreamReader } from './stream-reader.ts';

/** Bytes gathered in a frame before it is compressed. */
const FRAME_BYTES = 4 * 1024 * 1024;
/** New blobs that the table has room for at first: many backups are small, and it grows. */
const NEW_BLOBS = 8192;
/** Packs begin at 16 MiB and grow to 64 MiB as the repository grows to this size. */
const FULL_SIZE_PACKS_AT = 64 * 1024 ** 3;
const MIB = 1024 * 1024;

/** How a backup writes. */
export interface BackupWriterOptions {
  readonly session: Session;
  /** What earlier runs of this session have stored. */
  readonly own: BlobIndex;
  readonly compression: CompressionProfile;
  /** One frame of so many is opened again before it is stored; absent: none. */
  readonly checkOneOf: number | undefined;
  readonly quota: Quota;
  readonly onFailure: (error: unknown) => void;
  readonly check: () => void;
}

/** Everything a backup writes with: threads, packs, uploads, and the table of what is stored already. */
export class BackupWriter {
  readonly table: FingerprintTable;
  readonly pool: SealerPool;
  readonly large: LargeFileReader;
  readonly streams: StreamReader;
  readonly upload: PackUpload;
  readonly #tenant: OpenTenant;
  readonly #session: Session;
  readonly #pages: PackSet;
  readonly #pageLevel: number;
  #pagesClaimed = 0;
  #contents: readonly ContentReport[] = [];

  constructor(context: RunContext, tenant: OpenTenant, options: BackupWriterOptions) {
    const { session, onFailure } = options;
    const { index } = tenant.view;
    this.#tenant = tenant;
    this.#session = session;
    this.#pageLevel = options.compression === 'maximum' ? LEVELS.maximum : LEVELS.balanced;
    this.table = FingerprintTable.create(index.distinct + options.own.distinct + NEW_BLOBS);
    for (const ids of reliableIds(tenant.view, options.own)) this.table.addStored(ids);
    this.upload = new PackUpload({
      store: context.sealed.store,
      label: tenant.tenant.label,
      session: session.id,
      epoch: PACK_EPOCH,
      onStored: (pack) => session.addPack(pack),
      onBytes: (bytes) => options.quota.check(bytes),
      onFailure,
    });
    const { workers, bufferBytes } = context.performance;
    const init = sealInit(context, tenant, options);
    const { table, upload } = this;
    const { threads, sealers: turns } = context;
    this.pool = new SealerPool({ ...threads, turns, threads: workers, bufferBytes, init, table, upload, onFailure });
    const { gearKey, chunks } = init;
    this.large = new LargeFileReader({
      ...context.threads,
      pool: this.pool,
      gearKey,
      chunks,
      onFailure,
      check: options.check,
    });
    this.streams = new StreamReader({ pool: this.pool, gearKey, chunks });
    // Catalog pages are few: the main thread packs them, one frame each, so that one page can be read alone.
    this.#pages = new PackSet(
      { ...init, openPacks: 1 },
      {
        piece: (pack, bytes) => upload.piece(pack, bytes, () => undefined),
        finished: (pack, { size, identity, directory, blobs }) =>
          upload.finish(pack, { size, ...identity, directory, blobs }),
      },
    );
  }

  /** What compressing came to, by kinds of content; once all is finished. Catalogs do not count. */
  get contents(): readonly ContentReport[] {
    return this.#contents;
  }

  /** Starts all threads at once: there is much to read. */
  startThreads(): void {
    this.pool.start();
    this.large.start();
  }

  /** Whether all this content is stored (or on its way). */
  has(content: readonly { readonly sha256: Uint8Array }[]): boolean {
    const { idKey } = this.#tenant.tenant;
    return content.every((blob) => this.table.has(blobId(idKey, BLOB.data, blob.sha256)));
  }

  /** Stores a catalog page, unless it is there. */
  storePage(page: Buffer, sha256: Buffer): void {
    const id = blobId(this.#tenant.tenant.idKey, BLOB.catalog, sha256);
    this.table.reserve(1);
    if (!this.table.claim(id)) return;
    this.#pagesClaimed++;
    const blobs = [{ type: BLOB.catalog, id, length: page.length }];
    this.#pages.addFrame(page, blobs, (raw) => encodeFrame(raw, this.#pageLevel));
  }

  /**
   * Ends all packs and waits until they are stored and indexed.
   *
   * @throws {BackupError} `WORKER_FAILED` when a blob was claimed and is in no pack.
   */
  async finish(): Promise<void> {
    const finished = await this.pool.finish();
    const claimed = finished.claimed + this.#pagesClaimed;
    this.#contents = mergeReports(finished.contents);
    this.#pages.finish();
    await this.upload.settled();
    if (this.upload.blobs !== claimed) {
      throw new BackupError('WORKER_FAILED', `Expected ${claimed} new blobs in packs, got ${this.upload.blobs}`, {
        hint: 'Nothing was committed. Run the backup again.',
      });
    }
    await this.#session.writeSegment();
  }

  /** Stops all threads, and gives up what is not stored. */
  async close(reason?: unknown): Promise<void> {
    await Promise.all([this.pool.close(), this.large.close()]);
    await this.upload.abort(reason);
  }
}

/** What sealing threads of a backup start with. */
function sealInit(
  { sealed, performance, config }: RunContext,
  { tenant, view }: OpenTenant,
  { session, compression, checkOneOf }: BackupWriterOptions,
): SealerPoolOptions['init'] {
  const stored = view.index.packs.reduce((sum, pack) => sum + pack.size, 0);
  return {
    repositoryId: sealed.repositoryId,
    label: tenant.labelBytes,
    session: session.id,
    packKey: tenant.subkey(`pack/${PACK_EPOCH}`),
    packBytes: Math.round(16 * MIB + 48 * MIB * Math.min(1, stored / FULL_SIZE_PACKS_AT)),
    openPacks: performance.workers > 1 ? 1 : 2,
    check: checkOneOf === undefined ? undefined : { oneOf: checkOneOf, idKey: tenant.subkey('id') },
    compression,
    epoch: PACK_EPOCH,
    idKey: tenant.subkey('id'),
    gearKey: tenant.subkey('gear'),
    chunks: config.chunks,
    frameBytes: FRAME_BYTES,
  };
}
