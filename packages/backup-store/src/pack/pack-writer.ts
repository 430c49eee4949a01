import { free } from '../bytes/free.ts';
import type { SealContext, SealIdentity } from '../envelope/header.ts';
import { type PieceMemory, SealStream } from '../envelope/seal-stream.ts';
import type { Encoded, FrameForm } from '../codec/codec.ts';
import { DirectoryBuilder, type PackedBlob } from './directory.ts';
import type { FrameSpan } from './extent.ts';

/** A pack that is complete, as the index needs to know it. */
export interface FinishedPack {
  /** Bytes of the stored object. */
  readonly size: number;
  readonly identity: SealIdentity;
  readonly directory: Buffer;
  readonly blobs: number;
}

/** Writes one pack as a stream of sealed pieces: frames, directory, length of the directory. */
export class PackWriter {
  readonly #stream: SealStream;
  readonly #directory = new DirectoryBuilder();

  constructor(
    subkey: Uint8Array,
    context: SealContext,
    emit: (piece: Buffer<ArrayBuffer>) => void,
    memory?: PieceMemory,
  ) {
    this.#stream = new SealStream(subkey, context, emit, memory);
  }

  /** Bytes so far: frames, compressed, and what their directory takes. */
  get content(): number {
    return this.#stream.content + this.#directory.bytes;
  }

  /**
   * Appends one frame: the blobs' bytes one after the other, as `encode` makes them. @returns Where it is in the pack.
   */
  addFrame(raw: Uint8Array, blobs: readonly PackedBlob[], encode: (raw: Uint8Array) => Encoded): FrameSpan {
    const { codec, bytes } = encode(raw);
    const span = { offset: this.#stream.content, stored: bytes.length, raw: raw.length, codec };
    this.#stream.push(bytes);
    this.#directory.addFrame(span.stored, span.raw, codec, blobs);
    // Empty from here on.
    if (bytes !== raw) free(bytes);
    return span;
  }

  /** Appends a frame that is compressed already, as another pack holds it. */
  addStored(bytes: Uint8Array, form: FrameForm, blobs: readonly PackedBlob[]): void {
    this.#stream.push(bytes);
    this.#directory.addFrame(bytes.length, form.raw, form.codec, blobs);
  }

  finish(): FinishedPack {
    const directory = this.#directory.finish();
    const length = Buffer.alloc(4);
    length.writeUInt32LE(directory.length);
    this.#stream.push(directory);
    this.#stream.push(length);
    const size = this.#stream.finish();
    return { size, identity: this.#stream.identity, directory, blobs: this.#directory.blobs };
  }
}
