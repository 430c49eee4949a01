// The records of a ZIP file, as PKWARE's APPNOTE.TXT 6.3.10 numbers them. Little-endian throughout. Nothing in them depends on
// anything but paths, kinds, sizes and contents.

/** What is written of an entry. */
export interface ZipEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly executable: boolean;
  readonly size: number;
  readonly crc32: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** Sizes and offsets from here on stand in 64-bit fields, and so do counts from {@link FULL_16} on. */
const FULL_32 = 0xffff_ffff;
const FULL_16 = 0xffff;

const UTF8_NAMES = 1 << 11;
const STORED = 0;
/** 2.0: folders (4.4.3.2). 4.5: 64-bit fields. */
const VERSION = 20;
const VERSION_64 = 45;
/** The upper byte of "version made by": Unix, so that the mode counts (4.4.2.2). */
const MADE_ON_UNIX = 3 << 8;
/**
 * 1980-02-01 00:00:00 in the encoding of MS-DOS. Not the first moment that there is: readers in zones west of where they
 * think it was made would take that for a time in 1979. Gradle has the same.
 */
const DATE = (2 << 5) | 1;
const TIME = 0;

const FILE_MODE = 0o100_644;
const EXECUTABLE_MODE = 0o100_755;
const DIRECTORY_MODE = 0o040_755;
/** The bit by which MS-DOS marks folders. */
const DOS_DIRECTORY = 0x10;

/** 4.3.7: what stands before the content. */
export function localHeader(entry: Omit<ZipEntry, 'offset'>): Buffer {
  const name = nameOf(entry);
  // Both sizes have to be there in 64 bits where one is (4.5.3).
  const extra = entry.size >= FULL_32 ? extra64([entry.size, entry.size]) : NOTHING;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  writeCommon(header, { at: 4, entry, is64: extra.length > 0 });
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

/** 4.3.12: the entry in the list at the end of the archive. */
export function directoryHeader(entry: ZipEntry): Buffer {
  const name = nameOf(entry);
  const extra = extra64([
    ...(entry.size >= FULL_32 ? [entry.size, entry.size] : []),
    ...(entry.offset >= FULL_32 ? [entry.offset] : []),
  ]);
  const header = Buffer.alloc(46);
  const is64 = extra.length > 0;
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(MADE_ON_UNIX | (is64 ? VERSION_64 : VERSION), 4);
  writeCommon(header, { at: 6, entry, is64 });
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(attributesOf(entry), 38);
  header.writeUInt32LE(Math.min(entry.offset, FULL_32), 42);
  return Buffer.concat([header, name, extra]);
}

/** Where the list of entries is. */
export interface DirectoryPlace {
  readonly entries: number;
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

/** 4.3.14 to 4.3.16: what an archive ends with. */
export function endOfArchive({ entries, offset, size }: DirectoryPlace): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(Math.min(entries, FULL_16), 8);
  end.writeUInt16LE(Math.min(entries, FULL_16), 10);
  end.writeUInt32LE(Math.min(size, FULL_32), 12);
  end.writeUInt32LE(Math.min(offset, FULL_32), 16);
  if (entries < FULL_16 && offset < FULL_32 && size < FULL_32) return end;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x0606_4b50, 0);
  end64.writeBigUInt64LE(44n, 4); // the bytes that follow this field
  end64.writeUInt16LE(MADE_ON_UNIX | VERSION_64, 12);
  end64.writeUInt16LE(VERSION_64, 14);
  end64.writeBigUInt64LE(BigInt(entries), 24);
  end64.writeBigUInt64LE(BigInt(entries), 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x0706_4b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

interface CommonFields {
  readonly at: number;
  readonly entry: Omit<ZipEntry, 'offset'>;
  readonly is64: boolean;
}

/** The fields from "version needed to extract" to "uncompressed size", which both headers have in the same order. */
function writeCommon(header: Buffer, { at, entry, is64 }: CommonFields): void {
  const size = Math.min(entry.size, FULL_32);
  header.writeUInt16LE(is64 ? VERSION_64 : VERSION, at);
  header.writeUInt16LE(UTF8_NAMES, at + 2);
  header.writeUInt16LE(STORED, at + 4);
  header.writeUInt16LE(TIME, at + 6);
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(entry.crc32, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
}

const NOTHING = Buffer.alloc(0);

/** 4.5.3: the values whose own fields are full. */
function extra64(values: readonly number[]): Buffer {
  if (values.length === 0) return NOTHING;
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return extra;
}

function nameOf({ path, kind }: Pick<ZipEntry, 'path' | 'kind'>): Buffer {
  return Buffer.from(kind === 'directory' ? `${path}/` : path, 'utf8');
}

function attributesOf({ kind, executable }: Pick<ZipEntry, 'kind' | 'executable'>): number {
  if (kind === 'directory') return ((DIRECTORY_MODE << 16) | DOS_DIRECTORY) >>> 0;
  return ((executable ? EXECUTABLE_MODE : FILE_MODE) << 16) >>> 0;
}
