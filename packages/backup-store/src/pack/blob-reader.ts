import { createHash } from 'node:crypto';

import { blobId } from '../blob-index/blob-id.ts';
import type { BlobIndex, BlobPlace, FramePlace } from '../blob-index/blob-index.ts';
import { decodeFrame } from '../codec/codec.ts';
import { BLOCK_BYTES } from '../envelope/blocks.ts';
import { openBlocks, sealedRange } from '../envelope/range.ts';
import { readStored, type SealedStore } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { ByteCache } from './byte-cache.ts';
import type { BlobType } from './directory.ts';
import { PackKeys } from './pack-keys.ts';

/** Reads single blobs: catalog pages, and content for small requests. Frames are cached. */
export class BlobReader {
  readonly #sealed: SealedStore;
  readonly #tenant: Tenant;
  readonly #index: () => BlobIndex;
  readonly #keys: PackKeys;
  readonly #cache: ByteCache<number>;
  /** Numbers of frames mean something in this one only. */
  #numbered: BlobIndex | undefined;
  readonly #running = new Map<number, Promise<Uint8Array>>();

  constructor(
    sealed: SealedStore,
    tenant: Tenant,
    options: { readonly index: () => BlobIndex; readonly cacheBytes: number },
  ) {
    this.#sealed = sealed;
    this.#tenant = tenant;
    this.#index = options.index;
    this.#keys = new PackKeys(sealed.repositoryId, tenant);
    this.#cache = new ByteCache(options.cacheBytes);
  }

  /**
   * Reads a blob and checks its digest.
   *
   * @throws {BackupError} `BLOB_MISSING`, `BLOB_MISMATCH`, `OBJECT_MISSING`, `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`.
   */
  async read(type: BlobType, blob: { readonly sha256: Uint8Array; readonly length: number }): Promise<Uint8Array> {
    const index = this.#index();
    if (index !== this.#numbered) {
      this.#numbered = index;
      this.#cache.clear();
      this.#running.clear();
    }
    const digest = Buffer.from(blob.sha256).toString('hex');
    const number = index.find(blobId(this.#tenant.idKey, type, blob.sha256));
    if (number < 0) {
      throw new BackupError('BLOB_MISSING', `Expected the index to name a place for data ${digest}, got none`, {
        hint: 'Run `verify` to see what is missing, and rebuild the index.',
      });
    }
    try {
      return await this.#check(index.place(number), digest, blob.length);
    } catch (error) {
      // Another pack may have a copy: one that a later backup made, when it found this one damaged.
      const { pack } = index.place(number).frame;
      if (!isBackupError(error)) throw error;
      index.markLost([pack]);
      const other = index.find(blobId(this.#tenant.idKey, type, blob.sha256));
      if (index.isLost(other)) throw error;
      return await this.read(type, blob);
    }
  }

  async #check({ frame, offset, length }: BlobPlace, digest: string, expected: number): Promise<Uint8Array> {
    const bytes = (await this.#frame(frame)).subarray(offset, offset + length);
    if (length !== expected || createHash('sha256').update(bytes).digest('hex') !== digest) {
      const { name } = this.#keys.open(frame.pack);
      throw new BackupError('BLOB_MISMATCH', `Expected data with digest ${digest} in ${name}, got other data`, {
        object: name,
      });
    }
    return bytes;
  }

  async #frame(frame: FramePlace): Promise<Uint8Array> {
    const cached = this.#cache.get(frame.number);
    if (cached !== undefined) return cached;
    let running = this.#running.get(frame.number);
    if (running === undefined) {
      running = this.#fetch(frame).finally(() => {
        if (this.#running.get(frame.number) === running) this.#running.delete(frame.number);
      });
      this.#running.set(frame.number, running);
    }
    return await running;
  }

  async #fetch(frame: FramePlace): Promise<Uint8Array> {
    const numbered = this.#numbered;
    const object = this.#keys.open(frame.pack);
    const range = sealedRange(object.size, frame.offset, frame.offset + frame.stored);
    const sealed = await readStored(this.#sealed.store, object.name, { range });
    const content = openBlocks(object, range.firstBlock, sealed);
    const start = frame.offset - range.firstBlock * BLOCK_BYTES;
    const raw = decodeFrame(frame, content.subarray(start, start + frame.stored), object.name);
    if (numbered === this.#numbered) this.#cache.set(frame.number, raw);
    return raw;
  }
}
