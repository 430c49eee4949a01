import {
  dataDescriptor,
  directoryHeader,
  endOfArchive,
  localHeader,
  type RandomAccess,
  type ReadableZipEntry,
  type ZipRecord,
} from '@x/integrity/archive';
import { readFully } from './age-file.ts';
import { damaged } from './failure.ts';
import { WHOLE_BYTES } from './zip-writer.ts';

const WINDOW_BYTES = 256 * 1024;

/**
 * Compares the bytes of an archive around its contents with those that would be written for the same entries: no byte of it is without
 * a meaning, and none can change unnoticed.
 */
export class LayoutCheck {
  readonly #bytes: RandomAccess;
  readonly #listStart: number;
  #window = Buffer.alloc(0);
  #windowStart: number;
  #position = 0;
  #listed: number;
  #entries = 0;

  constructor(bytes: RandomAccess, listStart: number) {
    this.#bytes = bytes;
    this.#listStart = listStart;
    this.#listed = listStart;
    this.#windowStart = listStart;
  }

  /** @throws {BackupError} `ARCHIVE_DAMAGED`. */
  async check(
    facts: Pick<ZipRecord, 'name' | 'mode' | 'mtime' | 'size'>,
    { record: found, size }: ReadableZipEntry,
  ): Promise<void> {
    const record: ZipRecord = {
      ...facts,
      crc32: found.crc32,
      offset: this.#position,
      method: found.method,
      compressedSize: found.compressedSize,
      sizesFollow: facts.size > WHOLE_BYTES,
    };
    const local = localHeader(record);
    const descriptor = dataDescriptor(record);
    const contentEnd = this.#position + local.length + found.compressedSize;
    if (found.offset !== this.#position || size !== facts.size) throw otherThan(facts.name);
    await this.#expect(local, this.#position, facts.name);
    await this.#expect(descriptor, contentEnd, facts.name);
    const listed = directoryHeader(record);
    await this.#expectListed(listed, facts.name);
    this.#position = contentEnd + descriptor.length;
    this.#entries++;
  }

  /** After all entries. */
  async end(size: number): Promise<void> {
    const end = endOfArchive({
      entries: this.#entries,
      offset: this.#listStart,
      size: this.#listed - this.#listStart,
    });
    if (this.#position !== this.#listStart || this.#listed + end.length !== size) throw otherThan('the end');
    await this.#expect(end, this.#listed, 'the end');
  }

  async #expect(expected: Buffer, position: number, name: string): Promise<void> {
    const found = Buffer.allocUnsafe(expected.length);
    await readFully(this.#bytes, found, position);
    if (!found.equals(expected)) throw otherThan(name);
  }

  /** The list is read in large pieces: it has a hundred bytes for each entry. */
  async #expectListed(expected: Buffer, name: string): Promise<void> {
    let at = this.#listed - this.#windowStart;
    if (at + expected.length > this.#window.length) {
      const kept = this.#window.subarray(at);
      const more = Buffer.allocUnsafe(WINDOW_BYTES);
      const { bytesRead } = await this.#bytes.read(more, { position: this.#windowStart + this.#window.length });
      this.#windowStart = this.#listed;
      this.#window = Buffer.concat([kept, more.subarray(0, bytesRead)]);
      at = 0;
    }
    if (!this.#window.subarray(at, at + expected.length).equals(expected)) throw otherThan(name);
    this.#listed += expected.length;
  }
}

const otherThan = (name: string): Error =>
  damaged('an archive as this program writes it', `other bytes at ${JSON.stringify(name.slice(0, 200))}`);
