import { createHash } from 'node:crypto';

import { type Entry, type EntryKind, isAbsent } from './entry.ts';

/** Fields wait for so many bytes before they are hashed. */
const BATCH_BYTES = 64 * 1024;

/** What comes back at a restore; sockets, pipes and devices do not. */
const LETTERS: Partial<Readonly<Record<EntryKind, string>>> = { directory: 'd', file: 'f', symlink: 'l' };

/**
 * Digest of what a tree says and not of when and whose: SHA-256 over its directories, files and symlinks in catalog order. Of each: a letter (`d`,
 * `f`, `l`), the path as a field, and of a file its size (8 bytes), the number of its blobs (4) and the SHA-256 and length (4) of each; of
 * a symlink its target as a field. A field is its length (4 bytes) and its bytes; numbers are big-endian.
 *
 * Where blobs begin follows from content and a tenant's key, so it is the same for the same content in every snapshot of a dedup domain, and
 * for files of a single blob everywhere.
 */
export class ContentDigest {
  readonly #hash = createHash('sha256');
  #waiting: Buffer[] = [];
  #bytes = 0;
  #isKnown = true;

  add(entry: Entry): void {
    const letter = LETTERS[entry.kind];
    if (letter === undefined) return;
    if (isAbsent(entry)) this.#isKnown = false;
    this.#put(Buffer.from(letter));
    this.#field(entry.path);
    if (entry.kind === 'symlink') this.#field(entry.linkTarget ?? Buffer.alloc(0));
    if (entry.kind === 'file') this.#content(entry);
    if (this.#bytes >= BATCH_BYTES) this.#flush();
  }

  /** 32 bytes; `undefined` when the content of a file is not known. */
  digest(): Buffer | undefined {
    this.#flush();
    return this.#isKnown ? this.#hash.digest() : undefined;
  }

  #content({ size, content }: Entry): void {
    const head = Buffer.alloc(12);
    head.writeBigUInt64BE(BigInt(size), 0);
    head.writeUInt32BE(content.length, 8);
    this.#put(head);
    for (const { sha256, length } of content) {
      this.#put(sha256);
      this.#put(uint32(length));
    }
  }

  #field(bytes: Buffer): void {
    this.#put(uint32(bytes.length));
    this.#put(bytes);
  }

  #put(bytes: Uint8Array): void {
    this.#waiting.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
  }

  #flush(): void {
    this.#hash.update(Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#bytes = 0;
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  // No chunk is larger. A forged entry may say so; it is found out where its content is read.
  bytes.writeUInt32BE(value % 2 ** 32, 0);
  return bytes;
}
