import { createHash, createSecretKey, type KeyObject, randomInt } from 'node:crypto';

import { blobId } from '../blob-index/blob-id.ts';
import { free } from '../bytes/free.ts';
import { decodeFrame } from '../codec/codec.ts';
import { BLOCK_BYTES, SEALED_BLOCK_BYTES } from '../envelope/blocks.ts';
import { HEADER_BYTES, objectKey, parseHeader, type SealContext, type SealIdentity } from '../envelope/header.ts';
import { openBlocks } from '../envelope/range.ts';
import { BackupError } from '../errors.ts';
import type { PackedBlob } from '../pack/directory.ts';
import type { FrameSpan } from '../pack/extent.ts';

const ONE_OF = { off: undefined, sample: 64, all: 1 } as const;

/** How many of the sealed frames are opened again. */
export interface SealCheckOptions {
  /** One frame of so many, drawn at random. */
  readonly oneOf: number;
  /** For blob ids. */
  readonly idKey: Uint8Array;
}

/**
 * One frame of how many is opened again; `undefined`: none.
 *
 * @throws {BackupError} `INVALID_OPTION`.
 */
export function sealCheckRate(choice: keyof typeof ONE_OF = 'sample'): number | undefined {
  if (Object.hasOwn(ONE_OF, choice)) return ONE_OF[choice];
  throw new BackupError('INVALID_OPTION', `Expected checkSealed to be off, sample or all, got ${choice}`);
}

interface WatchedFrame {
  readonly span: FrameSpan;
  readonly blobs: readonly PackedBlob[];
}

/**
 * Opens frames again on their way out, from the very bytes that go to the store, and recomputes the ids of their blobs:
 * a faulty memory or processor must not make a backup that nobody can read. Sees all pieces of one pack.
 */
export class SealCheck {
  readonly #options: SealCheckOptions;
  readonly #subkey: Uint8Array;
  readonly #context: SealContext;
  readonly #idKey: KeyObject;
  #identity: SealIdentity | undefined;
  /** Stored bytes that have passed. */
  #passed = 0;
  #watches = false;
  readonly #pieces: { readonly at: number; readonly bytes: Buffer }[] = [];
  readonly #frames: WatchedFrame[] = [];

  constructor(options: SealCheckOptions, subkey: Uint8Array, context: SealContext) {
    this.#options = options;
    this.#subkey = subkey;
    this.#context = context;
    this.#idKey = createSecretKey(options.idKey);
  }

  /** Has a frame added by `add`, and watches it if it is drawn. */
  frame(blobs: readonly PackedBlob[], add: () => FrameSpan): FrameSpan {
    this.#watches = randomInt(this.#options.oneOf) === 0;
    const span = add();
    if (this.#watches) this.#frames.push({ span, blobs });
    this.#watches = false;
    this.#check();
    return span;
  }

  /** A piece passes. It is copied if it may hold parts of a watched frame, since it is given away after. */
  piece(bytes: Uint8Array): void {
    if (this.#passed === 0) this.#identity = this.#honest(() => parseHeader(bytes, this.#context));
    if (this.#watches || this.#frames.length > 0) this.#pieces.push({ at: this.#passed, bytes: Buffer.from(bytes) });
    this.#passed += bytes.length;
  }

  /** The pack has ended. */
  finish(size: number): void {
    this.#check(size);
  }

  /** Checks the frames that have passed in full: before the pack ends, those behind which another block has come. */
  #check(size?: number): void {
    while (this.#frames[0] !== undefined) {
      const { offset, stored } = this.#frames[0].span;
      const first = Math.floor(offset / BLOCK_BYTES);
      const last = Math.floor(Math.max(offset, offset + stored - 1) / BLOCK_BYTES);
      const start = HEADER_BYTES + first * SEALED_BLOCK_BYTES;
      const end = HEADER_BYTES + (last + 1) * SEALED_BLOCK_BYTES;
      while (this.#pieces[0] !== undefined && this.#pieces[0].at + this.#pieces[0].bytes.length <= start) this.#shift();
      if (size === undefined && this.#passed <= end + HEADER_BYTES) return;
      const sealed = this.#bytes(start, size === undefined ? end : Math.min(end, size - HEADER_BYTES));
      this.#open(this.#frames[0], sealed, { first, size: size ?? Number.MAX_SAFE_INTEGER });
      free(sealed);
      this.#frames.shift();
    }
    while (this.#pieces.length > 0) this.#shift();
  }

  #shift(): void {
    const piece = this.#pieces.shift();
    if (piece !== undefined) free(piece.bytes);
  }

  #bytes(start: number, end: number): Buffer {
    const parts = this.#pieces.flatMap(({ at, bytes }) =>
      at < end && at + bytes.length > start ? [bytes.subarray(Math.max(0, start - at), end - at)] : [],
    );
    return Buffer.concat(parts);
  }

  #open({ span, blobs }: WatchedFrame, sealed: Buffer, block: { first: number; size: number }): void {
    const { name } = this.#context;
    this.#honest(() => {
      const key = objectKey(this.#subkey, this.#identity as SealIdentity, this.#context);
      const content = openBlocks({ key, size: block.size, name }, block.first, sealed);
      const start = span.offset - block.first * BLOCK_BYTES;
      const raw = decodeFrame(span, content.subarray(start, start + span.stored), name);
      let at = 0;
      for (const { type, id, length } of blobs) {
        const sha256 = createHash('sha256')
          .update(raw.subarray(at, at + length))
          .digest();
        if (!blobId(this.#idKey, type, sha256).equals(id)) throw new Error(`The blob at ${at} has another digest`);
        at += length;
      }
      free(raw);
      free(content);
    });
  }

  /** @throws {BackupError} `SEAL_MISMATCH` for whatever goes wrong: these bytes were made a moment ago. */
  #honest<T>(open: () => T): T {
    try {
      return open();
    } catch (cause) {
      const { name: object } = this.#context;
      throw new BackupError(
        'SEAL_MISMATCH',
        `Expected what was just sealed in ${object} to open to what it was made of, got something else`,
        {
          cause,
          object,
          hint: 'Nothing was committed. The memory or the processor of this machine makes mistakes: test them first.',
        },
      );
    }
  }
}
