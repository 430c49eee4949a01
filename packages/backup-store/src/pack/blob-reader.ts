import { createHash } from 'node:crypto';

import { blobId } from '../blob-index/blob-id.ts';
import type { BlobIndex, BlobPlace, FramePlace } from '../blob-index/blob-index.ts';
import type { BlobRef } from '../catalog/entry.ts';
import { decodeFrame } from '../codec/codec.ts';
import { BLOCK_BYTES } from '../envelope/blocks.ts';
import { openBlocks, sealedRange } from '../envelope/range.ts';
import { readStored, type SealedStore } from '../envelope/sealed-store.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { ByteCache } from './byte-cache.ts';
import type { BlobType } from './directory.ts';
import { PackKeys } from './pack-keys.ts';

/** Frames that were read, and are being read, by their numbers in one index. */
class FrameCache {
  readonly index: BlobIndex;
  readonly frames: ByteCache<number>;
  readonly running = new Map<number, Promise<Uint8Array>>();

  constructor(index: BlobIndex, bytes: number) {
    this.index = index;
    this.frames = new ByteCache(bytes);
  }
}

/** Where a {@link BlobReader} finds blobs. */
export interface BlobReaderOptions {
  /** The index as it is now: another one after a reload. */
  readonly index: () => BlobIndex;
  readonly cacheBytes: number;
  /** Reads the index anew: when a pack is gone, its blobs may have been moved to another one. */
  readonly reload?: (() => Promise<void>) | undefined;
}

/** Reads single blobs: catalog pages, and content for small requests. Frames are cached. */
export class BlobReader {
  readonly #sealed: SealedStore;
  readonly #tenant: Tenant;
  readonly #options: BlobReaderOptions;
  readonly #keys: PackKeys;
  #cache: FrameCache | undefined;
  #reloading: Promise<void> | undefined;

  constructor(sealed: SealedStore, tenant: Tenant, options: BlobReaderOptions) {
    this.#sealed = sealed;
    this.#tenant = tenant;
    this.#options = options;
    this.#keys = new PackKeys(sealed.repositoryId, tenant);
  }

  /**
   * Reads a blob and checks its digest.
   *
   * @throws {BackupError} `BLOB_MISSING`, `BLOB_MISMATCH`, `OBJECT_MISSING`, `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`.
   */
  async read(type: BlobType, blob: BlobRef): Promise<Uint8Array> {
    try {
      return await this.#readCopy(type, blob);
    } catch (error) {
      if (this.#options.reload === undefined || !isBackupError(error, 'OBJECT_MISSING')) throw error;
      // One reload for all that wait for one.
      this.#reloading ??= this.#options.reload().finally(() => (this.#reloading = undefined));
      await this.#reloading;
      return await this.#readCopy(type, blob);
    }
  }

  async #readCopy(type: BlobType, blob: BlobRef): Promise<Uint8Array> {
    const cache = this.#current();
    const { index } = cache;
    const digest = Buffer.from(blob.sha256).toString('hex');
    const number = index.find(blobId(this.#tenant.idKey, type, blob.sha256));
    if (number < 0) {
      throw new BackupError('BLOB_MISSING', `Expected the index to name a place for data ${digest}, got none`, {
        hint: 'Run `verify` to see what is missing, and rebuild the index.',
      });
    }
    try {
      return await this.#check(index.place(number), { digest, length: blob.length }, cache);
    } catch (error) {
      // Another pack may have a copy: one that a later backup made, when it found this one damaged.
      const { pack } = index.place(number).frame;
      if (!isBackupError(error)) throw error;
      index.markLost([pack]);
      const other = index.find(blobId(this.#tenant.idKey, type, blob.sha256));
      if (index.isLost(other)) throw error;
      return await this.#readCopy(type, blob);
    }
  }

  /** What is cached of an index means nothing for the next one. */
  #current(): FrameCache {
    const index = this.#options.index();
    if (this.#cache?.index !== index) this.#cache = new FrameCache(index, this.#options.cacheBytes);
    return this.#cache;
  }

  async #check(
    { frame, offset, length }: BlobPlace,
    expected: { readonly digest: string; readonly length: number },
    cache: FrameCache,
  ): Promise<Uint8Array> {
    const bytes = (await this.#frame(frame, cache)).subarray(offset, offset + length);
    if (length !== expected.length || createHash('sha256').update(bytes).digest('hex') !== expected.digest) {
      const { name } = this.#keys.open(frame.pack);
      throw new BackupError(
        'BLOB_MISMATCH',
        `Expected data with digest ${expected.digest} in ${name}, got other data`,
        { object: name },
      );
    }
    return bytes;
  }

  async #frame(frame: FramePlace, { frames, running }: FrameCache): Promise<Uint8Array> {
    const cached = frames.get(frame.number);
    if (cached !== undefined) return cached;
    let fetching = running.get(frame.number);
    if (fetching === undefined) {
      fetching = this.#fetch(frame, frames).finally(() => running.delete(frame.number));
      running.set(frame.number, fetching);
    }
    return await fetching;
  }

  async #fetch(frame: FramePlace, frames: ByteCache<number>): Promise<Uint8Array> {
    const object = this.#keys.open(frame.pack);
    const range = sealedRange(object.size, frame.offset, frame.offset + frame.stored);
    const sealed = await readStored(this.#sealed.store, object.name, { range });
    const content = openBlocks(object, range.firstBlock, sealed);
    const start = frame.offset - range.firstBlock * BLOCK_BYTES;
    const raw = decodeFrame(frame, content.subarray(start, start + frame.stored), object.name);
    frames.set(frame.number, raw);
    return raw;
  }
}
