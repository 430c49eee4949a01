import { createSecretKey } from 'node:crypto';

import { freeBuffer } from '../bytes/freed.ts';
import { BackupError } from '../errors.ts';
import { BLOCK_BYTES, openBlock, SEALED_BLOCK_BYTES } from './blocks.ts';
import { HEADER_BYTES } from './header.ts';
import { blockError } from './object.ts';

/** Where a range of content stands in a streamed object (one with a header at both ends). */
export interface SealedRange {
  readonly firstBlock: number;
  /** Byte range of the stored object, `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/** Number of blocks of a streamed object of `size` stored bytes. */
export function blockCount(size: number): number {
  return Math.ceil((size - 2 * HEADER_BYTES) / SEALED_BLOCK_BYTES);
}

/** The stored bytes that hold content `[start, end)` of an object of `size` stored bytes. */
export function sealedRange(size: number, start: number, end: number): SealedRange {
  const firstBlock = Math.floor(start / BLOCK_BYTES);
  const lastBlock = Math.max(firstBlock, Math.floor((end - 1) / BLOCK_BYTES));
  return {
    firstBlock,
    start: HEADER_BYTES + firstBlock * SEALED_BLOCK_BYTES,
    end: Math.min(HEADER_BYTES + (lastBlock + 1) * SEALED_BLOCK_BYTES, size - HEADER_BYTES),
  };
}

/** One object to open blocks of. */
export interface OpenObject {
  readonly key: Uint8Array;
  /** Stored bytes. */
  readonly size: number;
  readonly name: string;
}

/**
 * Opens whole blocks, the first of which is block `firstBlock`, into one buffer of content.
 *
 * @param into Memory to use, if it is large enough; the result is a view of it.
 * @throws {BackupError} `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`.
 */
export function openBlocks(object: OpenObject, firstBlock: number, sealed: Uint8Array, into?: Buffer): Buffer {
  const count = blockCount(object.size);
  const out = into !== undefined && into.length >= sealed.length ? into : Buffer.allocUnsafe(sealed.length);
  // Half as dear for each block as the bytes of the key would be.
  const key = createSecretKey(object.key);
  let length = 0;
  for (let at = 0, number = firstBlock; at < sealed.length; at += SEALED_BLOCK_BYTES, number++) {
    if (number >= count)
      throw new BackupError('OBJECT_INVALID', `Expected ${count} blocks in ${object.name}, got more`, {
        object: object.name,
      });
    const piece = sealed.subarray(at, at + SEALED_BLOCK_BYTES);
    const block = { number, last: number === count - 1 };
    const opened = openBlock({ ...block, key }, piece);
    if (opened === undefined) throw blockError({ ...block, key: object.key }, piece, object.name);
    out.set(opened, length);
    length += opened.length;
    freeBuffer(opened);
  }
  return out.subarray(0, length);
}
