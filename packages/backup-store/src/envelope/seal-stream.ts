import { createSecretKey, type KeyObject } from 'node:crypto';

import { BLOCK_BYTES, paddingFor, SEALED_BLOCK_BYTES, sealBlock } from './blocks.ts';
import { HEADER_BYTES, newObjectKey, type SealContext, type SealIdentity } from './header.ts';

/** Blocks gathered before they are handed on: about 1 MiB. */
const BLOCKS_PER_PIECE = 16;
const PIECE_BYTES = BLOCKS_PER_PIECE * SEALED_BLOCK_BYTES + 2 * HEADER_BYTES;

/** Memory of a piece that is done with, to be written to again. */
export type PieceMemory = () => ArrayBuffer | undefined;

/**
 * Seals an object piece by piece, without ever holding all of it. The header stands at both ends, so that
 * one changed bit in the first does not cost the object.
 *
 * `emit` gets the stored bytes in order; each piece has an `ArrayBuffer` of its own, to be given away. Where `memory`
 * has one that came back, it is used again.
 */
export class SealStream {
  readonly identity: SealIdentity;
  readonly #key: KeyObject;
  readonly #header: Buffer;
  readonly #emit: (piece: Buffer<ArrayBuffer>) => void;
  readonly #memory: PieceMemory;
  readonly #stage = Buffer.allocUnsafe(BLOCK_BYTES);
  #staged = 0;
  #block = 0;
  #content = 0;
  #out: Buffer<ArrayBuffer>;
  #outAt = 0;
  #size = 0;

  constructor(
    subkey: Uint8Array,
    context: SealContext,
    emit: (piece: Buffer<ArrayBuffer>) => void,
    memory: PieceMemory = () => undefined,
  ) {
    const { key, header, identity } = newObjectKey(subkey, context);
    this.identity = identity;
    this.#key = createSecretKey(key);
    this.#header = header;
    this.#emit = emit;
    this.#memory = memory;
    this.#out = this.#piece();
    this.#outAt = header.copy(this.#out);
  }

  /** Bytes of content so far. */
  get content(): number {
    return this.#content;
  }

  #piece(): Buffer<ArrayBuffer> {
    const used = this.#memory();
    return Buffer.from(used?.byteLength === PIECE_BYTES ? used : new ArrayBuffer(PIECE_BYTES));
  }

  /** Appends content. */
  push(bytes: Uint8Array): void {
    this.#content += bytes.length;
    this.#append(bytes);
  }

  #append(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      // A full block is sealed only when more follows: its nonce says whether it is the last.
      if (this.#staged === BLOCK_BYTES) {
        this.#seal(this.#stage, false);
        this.#staged = 0;
      }
      if (this.#staged === 0 && bytes.length - at > BLOCK_BYTES) {
        this.#seal(bytes.subarray(at, at + BLOCK_BYTES), false);
        at += BLOCK_BYTES;
        continue;
      }
      const taken = Math.min(BLOCK_BYTES - this.#staged, bytes.length - at);
      this.#stage.set(bytes.subarray(at, at + taken), this.#staged);
      this.#staged += taken;
      at += taken;
    }
  }

  #seal(plaintext: Uint8Array, last: boolean): void {
    if (this.#outAt + SEALED_BLOCK_BYTES > this.#out.length) this.#flush();
    this.#outAt = sealBlock({ key: this.#key, number: this.#block++, last }, plaintext, this.#out, this.#outAt);
  }

  #flush(): void {
    this.#size += this.#outAt;
    this.#emit(this.#out.subarray(0, this.#outAt));
    this.#out = this.#piece();
    this.#outAt = 0;
  }

  /** Pads, seals the last block, repeats the header. @returns Bytes of the stored object. */
  finish(): number {
    const padding = Buffer.alloc(paddingFor(this.#content, 2 * HEADER_BYTES));
    padding[0] = 0x80;
    this.#append(padding);
    this.#seal(this.#stage.subarray(0, this.#staged), true);
    if (this.#outAt + HEADER_BYTES > this.#out.length) this.#flush();
    this.#outAt += this.#header.copy(this.#out, this.#outAt);
    this.#size += this.#outAt;
    this.#emit(this.#out.subarray(0, this.#outAt));
    return this.#size;
  }
}
