import { Readable } from 'node:stream';
import { fromRandomAccessReader, RandomAccessReader, type ZipFile } from 'yauzl';
import { expect, test } from 'vitest';
import { directoryHeader, endOfArchive, localHeader } from '../../src/archive/index.ts';

const GIB = 2 ** 30;

/** An archive of which only some places have bytes: contents are not needed to read headers. */
class SparseReader extends RandomAccessReader {
  readonly #places: ReadonlyMap<number, Buffer>;

  constructor(places: ReadonlyMap<number, Buffer>) {
    super();
    this.#places = places;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const bytes = Buffer.alloc(end - start);
    for (const [at, piece] of this.#places) {
      if (at < end && at + piece.length > start) piece.copy(bytes, Math.max(0, at - start), Math.max(0, start - at));
    }
    return Readable.from([bytes]);
  }
}

function open(places: ReadonlyMap<number, Buffer>, size: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromRandomAccessReader(new SparseReader(places), size, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(error);
    });
  });
}

test.each([
  ['a file of 5 GiB', 5 * GIB, 7],
  ['a small file after 6 GiB of others', 3, 6 * GIB],
  ['a file of 5 GiB after 6 GiB of others', 5 * GIB, 6 * GIB],
  ['the last size that fits in 32 bits', 2 ** 32 - 2, 2 ** 32 - 2],
  ['the first size that does not', 2 ** 32 - 1, 2 ** 32 - 1],
])('%s is read back as it was written', async (_, size, offset) => {
  const entry = { name: 'ö/large.bin', mode: 0o100_755, size, crc32: 0xdead_beef, offset } as const;
  const local = localHeader(entry);
  const list = directoryHeader(entry);
  const listStart = offset + local.length + size;
  const end = endOfArchive({ entries: 1, offset: listStart, size: list.length });
  const places = new Map([
    [offset, local],
    [listStart, list],
    [listStart + list.length, end],
  ]);
  const zip = await open(places, listStart + list.length + end.length);
  const { value } = await zip.eachEntry().next();
  expect(value).toMatchObject({
    fileName: 'ö/large.bin',
    uncompressedSize: size,
    compressedSize: size,
    crc32: 0xdead_beef,
    relativeOffsetOfLocalHeader: offset,
  });
  const found = await zip.readLocalFileHeaderPromise(value);
  expect(found.fileDataStart).toBe(offset + local.length);
  // 64-bit fields only where they are needed: older readers do not know them.
  expect(found.extraField).toHaveLength(size >= 2 ** 32 - 1 ? 20 : 0);
});
