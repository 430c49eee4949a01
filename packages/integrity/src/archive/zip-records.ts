// The records of a ZIP file, as PKWARE's APPNOTE.TXT 6.3.10 numbers them. Little-endian throughout. Nothing in them depends on
// anything but what is given.

/** What is written of an entry. */
export interface ZipRecord {
  /** With `/` between names, and at the end for a folder. */
  readonly name: string;
  /** Mode of Unix, with the bits of its type. */
  readonly mode: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes of it in the archive. Default: `size`. */
  readonly compressedSize?: number | undefined;
  readonly method?: 'stored' | 'deflated' | undefined;
  readonly crc32: number;
  /** Where its local header begins. */
  readonly offset: number;
  /** Seconds since 1970. Default: 1980-02-01 in whatever zone the reader takes it for. */
  readonly mtime?: number | undefined;
  /** CRC-32 and sizes stand behind the content ({@link dataDescriptor}), as they were not known before it. Default `false`. */
  readonly sizesFollow?: boolean | undefined;
}

/** Sizes and offsets from here on stand in 64-bit fields, and so do counts from {@link FULL_16} on. */
const FULL_32 = 0xffff_ffff;
const FULL_16 = 0xffff;

const UTF8_NAMES = 1 << 11;
const SIZES_FOLLOW = 1 << 3;
const METHODS = { stored: 0, deflated: 8 } as const;
/** 2.0: folders, deflate (4.4.3.2). 4.5: 64-bit fields. */
const VERSION = 20;
const VERSION_64 = 45;
/** The upper byte of "version made by": Unix, so that the mode counts (4.4.2.2). */
const MADE_ON_UNIX = 3 << 8;
/**
 * 1980-02-01 00:00:00 in the encoding of MS-DOS. Not the first moment that there is: readers in zones west of where they
 * think it was made would take that for a time in 1979. Gradle has the same.
 */
const NO_TIME: DosTime = { date: (2 << 5) | 1, time: 0 };

const TYPE_MASK = 0o170_000;
const DIRECTORY_TYPE = 0o040_000;
/** The bit by which MS-DOS marks folders. */
const DOS_DIRECTORY = 0x10;

/**
 * Content whose size is known, but not what becomes of it: from here on its sizes have 64 bits. What deflate makes of bytes that it
 * can't compress is longer than they are, by less than the difference to 4 GiB.
 */
const FOLLOWS_IN_64 = FULL_32 - (1 << 24);

/** 4.3.7: what stands before the content. */
export function localHeader(entry: Omit<ZipRecord, 'offset'>): Buffer {
  const name = Buffer.from(entry.name, 'utf8');
  // Both sizes have to be there in 64 bits where one is (4.5.3).
  const extra = Buffer.concat([is64(entry) ? extra64(localSizes(entry)) : NOTHING, timeExtra(entry)]);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  writeCommon(header, { at: 4, entry, is64: is64(entry), isLocal: true });
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

/** 4.3.9: what stands behind the content where `sizesFollow`; nothing elsewhere. */
export function dataDescriptor(entry: Omit<ZipRecord, 'offset'>): Buffer {
  if (entry.sizesFollow !== true) return NOTHING;
  const sizeBytes = is64(entry) ? 8 : 4;
  const descriptor = Buffer.alloc(8 + 2 * sizeBytes);
  descriptor.writeUInt32LE(0x0807_4b50, 0);
  descriptor.writeUInt32LE(entry.crc32, 4);
  for (const [index, value] of [compressedOf(entry), entry.size].entries()) {
    const at = 8 + index * sizeBytes;
    if (sizeBytes === 8) descriptor.writeBigUInt64LE(BigInt(value), at);
    else descriptor.writeUInt32LE(value, at);
  }
  return descriptor;
}

/** 4.3.12: the entry in the list at the end of the archive. */
export function directoryHeader(entry: ZipRecord): Buffer {
  const name = Buffer.from(entry.name, 'utf8');
  const compressedSize = compressedOf(entry);
  const needed = Math.max(entry.size, compressedSize) >= FULL_32;
  const wide = extra64([
    ...(needed ? [entry.size, compressedSize] : []),
    ...(entry.offset >= FULL_32 ? [entry.offset] : []),
  ]);
  const extra = Buffer.concat([wide, timeExtra(entry)]);
  const header = Buffer.alloc(46);
  const isWide = wide.length > 0;
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE(MADE_ON_UNIX | (isWide ? VERSION_64 : VERSION), 4);
  writeCommon(header, { at: 6, entry, is64: isWide, isLocal: false });
  if (needed) {
    header.writeUInt32LE(FULL_32, 20);
    header.writeUInt32LE(FULL_32, 24);
  }
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

type Sized = Pick<ZipRecord, 'size' | 'compressedSize' | 'sizesFollow'>;

const compressedOf = ({ size, compressedSize = size }: Sized): number => compressedSize;

/** Whether the sizes around the content have 64 bits. Where they follow it, that is told before they are known. */
function is64(entry: Sized): boolean {
  if (entry.sizesFollow === true) return entry.size >= FOLLOWS_IN_64;
  return Math.max(entry.size, compressedOf(entry)) >= FULL_32;
}

const localSizes = (entry: Sized): readonly number[] =>
  entry.sizesFollow === true ? [0, 0] : [entry.size, compressedOf(entry)];

interface CommonFields {
  readonly at: number;
  readonly entry: Omit<ZipRecord, 'offset'>;
  readonly is64: boolean;
  readonly isLocal: boolean;
}

/** The fields from "version needed to extract" to "uncompressed size", which both headers have in the same order. */
function writeCommon(header: Buffer, { at, entry, is64: isWide, isLocal }: CommonFields): void {
  const isUnknown = isLocal && entry.sizesFollow === true;
  const known = (value: number): number => (isUnknown ? (isWide ? FULL_32 : 0) : Math.min(value, FULL_32));
  const { date, time } = dosTime(entry.mtime);
  header.writeUInt16LE(isWide ? VERSION_64 : VERSION, at);
  header.writeUInt16LE(UTF8_NAMES | (entry.sizesFollow === true ? SIZES_FOLLOW : 0), at + 2);
  header.writeUInt16LE(METHODS[entry.method ?? 'stored'], at + 4);
  header.writeUInt16LE(time, at + 6);
  header.writeUInt16LE(date, at + 8);
  header.writeUInt32LE(isUnknown ? 0 : entry.crc32, at + 10);
  header.writeUInt32LE(known(isWide && isLocal ? FULL_32 : compressedOf(entry)), at + 14);
  header.writeUInt32LE(known(isWide && isLocal ? FULL_32 : entry.size), at + 18);
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

/** Info-ZIP's "extended timestamp": a time that does not depend on the reader's zone. */
function timeExtra({ mtime }: Pick<ZipRecord, 'mtime'>): Buffer {
  if (mtime === undefined || mtime < -0x8000_0000 || mtime > 0x7fff_ffff) return NOTHING;
  const extra = Buffer.alloc(9);
  extra.writeUInt16LE(0x5455, 0);
  extra.writeUInt16LE(5, 2);
  extra.writeUInt8(1, 4); // only the time of the last change follows
  extra.writeInt32LE(mtime, 5);
  return extra;
}

interface DosTime {
  readonly date: number;
  readonly time: number;
}

/** The nearest that MS-DOS can say (1980 to 2107, two seconds), in UTC. */
function dosTime(seconds: number | undefined): DosTime {
  if (seconds === undefined) return NO_TIME;
  const year = (value: Date): number => value.getUTCFullYear() - 1980;
  const moment = new Date(seconds * 1000);
  if (!(year(moment) >= 0)) return NO_TIME;
  if (year(moment) > 127) return { date: (127 << 9) | (12 << 5) | 31, time: (23 << 11) | (59 << 5) | 29 };
  return {
    date: (year(moment) << 9) | ((moment.getUTCMonth() + 1) << 5) | moment.getUTCDate(),
    time: (moment.getUTCHours() << 11) | (moment.getUTCMinutes() << 5) | (moment.getUTCSeconds() >> 1),
  };
}

function attributesOf({ mode }: Pick<ZipRecord, 'mode'>): number {
  return ((mode << 16) | ((mode & TYPE_MASK) === DIRECTORY_TYPE ? DOS_DIRECTORY : 0)) >>> 0;
}
