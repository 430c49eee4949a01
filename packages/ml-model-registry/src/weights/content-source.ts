import type { Repository } from '@x/backup-store';
import { CONTENT } from '../content/model-source.ts';
import { type ByteSource, demandWithin } from '../inspect/source/byte-source.ts';
import type { ModelVersion } from '../versions/version.ts';

/** A piece of the content, as the repository has it. */
interface Piece {
  readonly path: string;
  readonly start: number;
  readonly size: number;
}

/** Most bytes of a beginning, or of all, that are held in memory for the walk over its structure. */
export const HELD: number = 128 * 1024 * 1024;

/**
 * The content of a version in the repository, to be read at any place: pieces begin at tensors, so little is read that nobody wants. Memory for one
 * chunk of the repository at a time, and for the header.
 */
export class ContentSource implements ByteSource {
  readonly size: number;
  readonly #repository: Repository;
  readonly #snapshot: string;
  readonly #pieces: readonly Piece[];
  readonly #signal: AbortSignal | undefined;
  readonly #isHeld: boolean;
  #head: Promise<Buffer> | undefined;

  private constructor(
    version: ModelVersion,
    content: {
      readonly repository: Repository;
      readonly pieces: readonly Piece[];
      readonly signal: AbortSignal | undefined;
      readonly isHeld: boolean;
    },
  ) {
    this.size = version.size;
    this.#snapshot = version.snapshot;
    this.#repository = content.repository;
    this.#pieces = content.pieces;
    this.#signal = content.signal;
    this.#isHeld = content.isHeld;
  }

  static async open(
    version: ModelVersion,
    options: {
      readonly repository: Repository;
      readonly signal?: AbortSignal | undefined;
      /** Holds all of it, not only its header: for structures that are all over. At most {@link HELD} bytes of it. */
      readonly isHeld: boolean;
    },
  ): Promise<ContentSource> {
    const { repository, signal, isHeld } = options;
    const pieces: Piece[] = [];
    let start = 0;
    for await (const { path, kind, size } of repository.entries(version.snapshot, { path: CONTENT, signal })) {
      if (kind !== 'file') continue;
      pieces.push({ path, start, size });
      start += size;
    }
    return new ContentSource(version, { repository, pieces, signal, isHeld });
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    demandWithin(this.size, offset, length);
    const head = await (this.#head ??= this.#held());
    if (offset + length <= head.length) return head.subarray(offset, offset + length);
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    for await (const chunk of this.range(offset, length)) {
      bytes.set(chunk, done);
      done += chunk.length;
    }
    return bytes;
  }

  /** The first piece, which is the header alone, or all. */
  async #held(): Promise<Buffer> {
    const length = Math.min(this.#isHeld ? this.size : (this.#pieces[0]?.size ?? 0), HELD);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#stored(0, length)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** `length` bytes from `offset` on, in chunks as they lie in the repository. */
  async *range(offset: number, length: number): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#isHeld && offset + length <= HELD) yield await this.read(offset, length);
    else yield* this.#stored(offset, length);
  }

  async *#stored(offset: number, length: number): AsyncGenerator<Uint8Array, void, undefined> {
    const end = offset + length;
    for (const { path, start, size } of this.#pieces) {
      if (start + size <= offset || size === 0) continue;
      if (start >= end) return;
      let at = start;
      for await (const chunk of this.#repository.read(this.#snapshot, { path, signal: this.#signal })) {
        const [from, to] = [Math.max(offset - at, 0), Math.min(end - at, chunk.length)];
        if (from < to) yield chunk.subarray(from, to);
        at += chunk.length;
        if (at >= end) return;
      }
    }
  }
}
