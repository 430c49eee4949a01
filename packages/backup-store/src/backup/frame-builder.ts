import type { KeyObject } from 'node:crypto';

import { blobId } from '../blob-index/blob-id.ts';
import type { FingerprintTable } from '../blob-index/fingerprint-table.ts';
import { sha256 } from '../bytes/sha256.ts';
import type { BlobRef } from '../catalog/entry.ts';
import type { FrameEncoder } from '../codec/frame-encoder.ts';
import { kindOfMost } from '../content/frame-kind.ts';
import type { ContentKind } from '../content/kind.ts';
import { sniffStart } from '../content/sniff.ts';
import { BLOB, type PackedBlob } from '../pack/directory.ts';
import type { PackSet } from './pack-set.ts';

/** Blobs of at least this many bytes are frames of their own. */
const OWN_FRAME_BYTES = 256 * 1024;

/** What the builder needs to know. */
export interface FrameOptions {
  readonly idKey: KeyObject;
  readonly table: FingerprintTable;
  readonly packs: PackSet;
  readonly encoder: FrameEncoder;
  /** Where a frame is gathered. */
  readonly frame: Buffer;
}

/**
 * Turns pieces of files into blobs, drops those that are stored already, and gathers small new ones in frames
 * that are compressed together.
 */
export class FrameBuilder {
  readonly #options: FrameOptions;
  readonly #frame: Buffer;
  #filled = 0;
  #blobs: PackedBlob[] = [];
  #claimed = 0;
  /** Bytes of blobs that were new. */
  bytesNew = 0;

  constructor(options: FrameOptions) {
    this.#options = options;
    this.#frame = options.frame;
  }

  /** Blobs claimed in the table so far: each of them must be in a pack before a commit. */
  get claimed(): number {
    return this.#claimed;
  }

  /** Room of at least `bytes` at the end of the frame, for a caller to read a small file into. */
  room(bytes: number): Buffer {
    if (this.#filled + bytes > this.#frame.length) this.flush();
    return this.#frame.subarray(this.#filled, this.#filled + bytes);
  }

  /**
   * Adds a blob. Bytes that stand in {@link room} already are not copied.
   *
   * @param kind What it is a piece of; without it, its own beginning tells.
   */
  add(bytes: Buffer, kind?: ContentKind): BlobRef {
    const digest = sha256(bytes);
    const id = blobId(this.#options.idKey, BLOB.data, digest);
    if (this.#options.table.claim(id)) {
      this.#claimed++;
      this.bytesNew += bytes.length;
      const blob = { type: BLOB.data, id, length: bytes.length };
      if (bytes.length >= OWN_FRAME_BYTES || bytes.length > this.#frame.length) this.#addAlone(bytes, blob, kind);
      else this.#append(bytes, blob);
    }
    return { sha256: digest, length: bytes.length };
  }

  #addAlone(bytes: Buffer, blob: PackedBlob, kind: ContentKind = sniffStart(bytes, '')): void {
    const { packs, encoder } = this.#options;
    packs.addFrame(bytes, [blob], (raw) => encoder.encode(raw, { kind, isAlone: true }));
  }

  #append(bytes: Buffer, blob: PackedBlob): void {
    const inPlace = bytes.buffer === this.#frame.buffer && bytes.byteOffset === this.#frame.byteOffset + this.#filled;
    if (!inPlace) {
      if (this.#filled + bytes.length > this.#frame.length) this.flush();
      bytes.copy(this.#frame, this.#filled);
    }
    this.#filled += bytes.length;
    this.#blobs.push(blob);
  }

  /** Ends the frame. */
  flush(): void {
    if (this.#blobs.length === 0) return;
    const { packs, encoder } = this.#options;
    const frame = this.#frame.subarray(0, this.#filled);
    const lengths = this.#blobs.map(({ length }) => length);
    const facts = { kind: kindOfMost(frame, lengths), isAlone: lengths.length === 1 };
    packs.addFrame(frame, this.#blobs, (raw) => encoder.encode(raw, facts));
    this.#filled = 0;
    this.#blobs = [];
  }
}
