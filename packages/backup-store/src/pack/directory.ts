import { BackupError } from '../errors.ts';
import type { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';

/** What a blob is: content of a file, or a page of a catalog. The numbers stand in packs and go into blob ids. */
export const BLOB = { data: 1, catalog: 2 } as const;

/** A number of {@link BLOB}. */
export type BlobType = (typeof BLOB)[keyof typeof BLOB];

/** Bytes of a stored blob id. */
export const ID_BYTES = 16;
/** No frame is larger than this when unpacked: a limit for readers, far above what writers make. */
const MAX_FRAME_BYTES: number = 64 * 1024 * 1024;
/** No pack holds more than this, in bytes: places within it are kept as 32-bit numbers. */
const MAX_CONTENT_BYTES = 2 ** 32 - 1;
/** No directory is larger than this. */
export const MAX_DIRECTORY_BYTES: number = 256 * 1024 * 1024;

/** A blob as its frame holds it, one after the other from the frame's start. */
export interface PackedBlob {
  readonly type: BlobType;
  /** 16 bytes. */
  readonly id: Uint8Array;
  /** Bytes. */
  readonly length: number;
}

/** Collects what a pack holds, in order. */
export class DirectoryBuilder {
  readonly #frames = new ByteWriter(4096);
  #count = 0;
  #blobs = 0;

  get frames(): number {
    return this.#count;
  }

  get blobs(): number {
    return this.#blobs;
  }

  /** Bytes it will take, about. */
  get bytes(): number {
    return this.#frames.length;
  }

  /** @throws {BackupError} `OBJECT_INVALID` for a frame that no reader would accept. */
  addFrame(stored: number, raw: number, codec: number, blobs: readonly PackedBlob[]): void {
    if (Math.max(stored, raw) > MAX_FRAME_BYTES) {
      throw new BackupError('OBJECT_INVALID', `Expected a frame of at most ${MAX_FRAME_BYTES} bytes, got ${raw}`);
    }
    this.#count++;
    this.#blobs += blobs.length;
    const writer = this.#frames.varint(stored).varint(raw).u8(codec).varint(blobs.length);
    for (const blob of blobs) writer.u8(blob.type).raw(blob.id).varint(blob.length);
  }

  /** The directory's bytes. */
  finish(): Buffer {
    return new ByteWriter(this.#frames.length + 8).varint(this.#count).raw(this.#frames.view()).take();
  }
}

/** Is told of each frame and each blob of a directory, in order. */
export interface DirectoryVisitor {
  /** `offset`: where the frame begins in the pack's content. */
  frame(offset: number, stored: number, raw: number, codec: number): void;
  /** Its id is at `at` of `bytes`. A frame's blobs stand one after the other from its start. */
  blob(type: number, bytes: Uint8Array, at: number, length: number): void;
}

/**
 * Walks a directory.
 *
 * @throws {BackupError} `OBJECT_INVALID` when a frame is larger than the limit or its blobs do not fill it.
 */
export function visitDirectory(reader: ByteReader, visitor: DirectoryVisitor): void {
  const frames = reader.count(reader.left, 'frames');
  let offset = 0;
  for (let i = 0; i < frames; i++) {
    const stored = reader.count(MAX_FRAME_BYTES, 'bytes in a frame');
    const raw = reader.count(MAX_FRAME_BYTES, 'bytes in an unpacked frame');
    visitor.frame(offset, stored, raw, reader.u8());
    const blobs = reader.count(reader.left, 'blobs');
    let within = 0;
    for (let b = 0; b < blobs; b++) {
      const type = reader.u8();
      // Not a view of the id: a million of them take longer than all the rest.
      const at = reader.skip(ID_BYTES);
      const length = reader.count(raw - within, 'bytes in a blob');
      visitor.blob(type, reader.buffer, at, length);
      within += length;
    }
    if (within !== raw) reader.fail(`blobs of ${raw} bytes in frame ${i}, got ${within},`);
    offset += stored;
    if (offset > MAX_CONTENT_BYTES)
      reader.fail(`frames of at most ${MAX_CONTENT_BYTES} bytes together, got ${offset},`);
  }
}
