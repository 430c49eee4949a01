import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { dataDescriptor, directoryHeader, endOfArchive, localHeader, type ZipRecord } from '@x/integrity/archive';
import { BytePile } from './byte-pile.ts';
import { deflated, deflatedWhole, shrinks } from './deflate.ts';
import type { CompressionLevel } from './contract.ts';
import { damaged } from './failure.ts';
import type { Output } from './output.ts';

/** Contents of up to this size are read before their headers are written; what is larger has its sizes behind it. */
export const WHOLE_BYTES: number = 1 << 20;

/** What is known of an entry before its content was read. */
export interface ZipWriterEntry extends Pick<ZipRecord, 'name' | 'mode' | 'mtime' | 'size'> {
  /** How hard it is deflated if it shrinks; `undefined`: it is stored. */
  readonly deflate: CompressionLevel | undefined;
}

/** Writes an archive entry by entry. Its bytes depend on nothing but the entries. */
export class ZipWriter {
  readonly #output: Output;
  readonly #list = new BytePile();
  #position = 0;
  #entries = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** @returns SHA-256 of the content, hex. */
  async add(entry: ZipWriterEntry, content: AsyncIterable<Uint8Array>): Promise<string> {
    const sha256 = createHash('sha256');
    const offset = this.#position;
    const { name, mode, mtime, size } = entry;
    const facts = { name, mode, mtime, size, offset };
    const record =
      size > WHOLE_BYTES
        ? await this.#addLarge(facts, hashed(content, size, sha256), entry.deflate)
        : await this.#addWhole(facts, await collected(hashed(content, size, sha256), size), entry.deflate);
    this.#list.add(directoryHeader(record));
    this.#entries++;
    return sha256.digest('hex');
  }

  /** Writes the list of entries. */
  async end(): Promise<void> {
    const place = { entries: this.#entries, offset: this.#position, size: this.#list.size };
    for await (const bytes of this.#list.content()) await this.#write(bytes);
    await this.#write(endOfArchive(place));
  }

  async #addWhole(
    facts: Omit<ZipRecord, 'crc32'>,
    content: Buffer,
    deflate: CompressionLevel | undefined,
  ): Promise<ZipRecord> {
    const smaller = deflate !== undefined && content.length > 0 ? await deflatedWhole(content, deflate) : undefined;
    const record: ZipRecord = {
      ...facts,
      crc32: crc32(content),
      ...(smaller === undefined ? {} : { method: 'deflated', compressedSize: smaller.length }),
    };
    await this.#write(localHeader(record));
    await this.#write(smaller ?? content);
    return record;
  }

  async #addLarge(
    facts: Omit<ZipRecord, 'crc32'>,
    content: AsyncIterable<Uint8Array>,
    deflate: CompressionLevel | undefined,
  ): Promise<ZipRecord> {
    const pieces = content[Symbol.asyncIterator]();
    // At least one piece of the encoder, however long the pieces of the content are.
    const start = deflate === undefined ? [] : await startOf(pieces);
    const isSmaller = deflate !== undefined && (await shrinks(Buffer.concat(start), deflate));
    const method = isSmaller ? 'deflated' : 'stored';
    const open = { ...facts, method, sizesFollow: true, crc32: 0 } as const;
    await this.#write(localHeader(open));
    let checksum = 0;
    const whole = counted(all(start, pieces), (piece) => (checksum = crc32(piece, checksum)));
    const from = this.#position;
    for await (const piece of isSmaller ? deflated(whole, deflate) : whole) await this.#write(piece);
    const record = { ...open, crc32: checksum, compressedSize: this.#position - from };
    await this.#write(dataDescriptor(record));
    return record;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#position += bytes.length;
    await this.#output.write(bytes);
  }
}

const START_BYTES = 256 * 1024;

async function startOf(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array[]> {
  const start: Uint8Array[] = [];
  for (let length = 0; length < START_BYTES;) {
    const next = await pieces.next();
    if (next.done === true) break;
    start.push(next.value);
    length += next.value.length;
  }
  return start;
}

async function* all(start: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* start;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  count: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    count(piece);
    yield piece;
  }
}

/** Hashes a content on its way, and sees to it that it is as long as its entry says. */
async function* hashed(
  content: AsyncIterable<Uint8Array>,
  size: number,
  sha256: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of content) {
    length += piece.length;
    sha256.update(piece);
    yield piece;
  }
  if (length !== size) throw damaged(`${size} bytes of content`, String(length));
}

async function collected(content: AsyncIterable<Uint8Array>, size: number): Promise<Buffer> {
  const whole = Buffer.allocUnsafe(size);
  let length = 0;
  for await (const piece of content) {
    whole.set(piece.subarray(0, size - length), length);
    length += piece.length;
  }
  return whole;
}
