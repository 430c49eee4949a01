import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

import type { BlobRef } from '../catalog/entry.ts';

const PIECE_BYTES = 1024 * 1024;
/** A pipe that has taken the place of a file is not waited for, nor is a link followed. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Compares bytes, as they come, with the content that a catalog states: piece by piece, by their SHA-256. */
export class ContentCheck {
  readonly #content: readonly BlobRef[];
  #blob = 0;
  #left: number;
  #hash = createHash('sha256');
  #same = true;

  constructor(content: readonly BlobRef[]) {
    this.#content = content;
    this.#left = content[0]?.length ?? 0;
  }

  /** @returns Whether all so far is the same. */
  add(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length && this.#same;) {
      const blob = this.#content[this.#blob];
      if (blob === undefined) return (this.#same = false);
      const part = bytes.subarray(at, at + this.#left);
      this.#hash.update(part);
      at += part.length;
      this.#left -= part.length;
      if (this.#left === 0) this.#next(blob);
    }
    return this.#same;
  }

  #next(blob: BlobRef): void {
    this.#same = this.#hash.digest().equals(blob.sha256);
    this.#hash = createHash('sha256');
    this.#left = this.#content[++this.#blob]?.length ?? 0;
  }

  /** Whether what came is all of it, and the same. */
  end(): boolean {
    return this.#same && this.#blob === this.#content.length;
  }
}

/** Whether a file has this content now. @throws The system's error when it can't be read. */
export async function hasContent(
  path: Uint8Array,
  content: readonly BlobRef[],
  check: (bytes: number) => void,
): Promise<boolean> {
  await using handle = await open(Buffer.from(path), OPEN_FLAGS);
  const compared = new ContentCheck(content);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (;;) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, null);
    if (bytesRead === 0) return compared.end();
    check(bytesRead);
    if (!compared.add(piece.subarray(0, bytesRead))) return false;
  }
}
