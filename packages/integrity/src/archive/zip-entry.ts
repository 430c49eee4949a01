import type { Entry, LocalFileHeader } from 'yauzl';
import { damaged, shown, unsafe } from './archive-failure.ts';
import { flawOfPath } from './portable-path.ts';

/** An entry of an archive: a file or a folder, or a link where the reader takes those. */
export interface ZipEntry {
  /** `/` between names, none at the end. Portable: no system would put it elsewhere, or take it for another entry's. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Bytes, decompressed; 0 for a folder. The content of a link is what it points to. */
  readonly size: number;
  /** Whether its owner may run it. */
  readonly executable: boolean;
}

const ENCRYPTED = 0x0001;
const SIZES_FOLLOW = 0x0008;
const UTF8_NAME = 0x0800;
const STORED = 0;
/** The other method of compression that is read. */
export const DEFLATED = 8;
/** The field by which Info-ZIP gives a name once more, in Unicode (APPNOTE 4.6.9). */
const UNICODE_PATH = 0x7075;
const FULL_32 = 0xffff_ffff;

const TYPE_MASK = 0o170_000;
const FILE_TYPE = 0o100_000;
const DIRECTORY_TYPE = 0o040_000;
const LINK_TYPE = 0o120_000;

/**
 * What an entry of the list at the end of the archive is.
 *
 * @throws {IntegrityError} `UNSAFE_ARCHIVE`, `ARCHIVE_DAMAGED`.
 */
export function entryOf(raw: Entry, takesLinks: boolean): ZipEntry {
  const name = nameOf(raw);
  const isDirectory = name.endsWith('/');
  const path = isDirectory ? name.slice(0, -1) : name;
  const isLink = takesLinks && !isDirectory && (modeOf(raw) & TYPE_MASK) === LINK_TYPE;
  const flaw = flawOfPath(path) ?? flawOfMethod(raw) ?? (isLink ? undefined : flawOfKind(raw, isDirectory));
  if (flaw !== undefined) throw unsafe(name, flaw);
  if (isDirectory && raw.uncompressedSize > 0) throw damaged(`content in the folder ${shown(name)}`);
  const kind = isDirectory ? 'directory' : isLink ? 'symlink' : 'file';
  return { path, kind, size: raw.uncompressedSize, executable: kind === 'file' && (modeOf(raw) & 0o100) !== 0 };
}

/** The name as every reader takes it: others take bytes that are not ASCII for CP437, or prefer the name of an extra field. */
function nameOf({ fileNameRaw, generalPurposeBitFlag, extraFields }: Entry): string {
  const name = fileNameRaw.toString('utf8');
  if (!Buffer.from(name).equals(fileNameRaw)) throw unsafe(name, 'has a name that is not UTF-8');
  if ((generalPurposeBitFlag & UTF8_NAME) === 0 && !/^\p{ASCII}*$/u.test(name)) {
    throw unsafe(name, 'has a name in an encoding that is not told');
  }
  const other = extraFields.find(({ id }) => id === UNICODE_PATH);
  if (other !== undefined && !other.data.subarray(5).equals(fileNameRaw)) throw unsafe(name, 'has a second name');
  return name;
}

function flawOfMethod(raw: Entry): string | undefined {
  if ((raw.generalPurposeBitFlag & ENCRYPTED) !== 0) return 'is encrypted';
  return raw.compressionMethod === STORED || raw.compressionMethod === DEFLATED
    ? undefined
    : 'is neither stored nor deflated';
}

function flawOfKind(raw: Entry, isDirectory: boolean): string | undefined {
  const type = modeOf(raw) & TYPE_MASK;
  if (type === 0 || type === (isDirectory ? DIRECTORY_TYPE : FILE_TYPE)) return undefined;
  if (type === FILE_TYPE || type === DIRECTORY_TYPE) return 'is called a file and a folder';
  return 'is a link or another special file';
}

/** The mode of Unix. Other systems leave it 0. */
function modeOf({ externalFileAttributes }: Entry): number {
  return externalFileAttributes >>> 16;
}

/**
 * Compares the header before the content with the entry in the list: readers that go by the one and by the other would
 * extract different things.
 *
 * @throws {IntegrityError} `UNSAFE_ARCHIVE`, `ARCHIVE_DAMAGED`.
 */
export function checkLocalHeader(raw: Entry, local: LocalFileHeader): void {
  const name = raw.fileNameRaw.toString('utf8');
  if (!local.fileName.equals(raw.fileNameRaw)) throw unsafe(name, 'has another name before its content');
  if ((local.generalPurposeBitFlag & ENCRYPTED) !== 0) throw unsafe(name, 'is encrypted');
  if (local.compressionMethod !== raw.compressionMethod) throw damaged(`two compressions of ${shown(name)}`);
  if ((local.generalPurposeBitFlag & SIZES_FOLLOW) !== 0) return;
  if (local.crc32 !== raw.crc32) throw damaged(`two checksums of ${shown(name)}`);
  const differs = (here: number, there: number): boolean => here !== FULL_32 && here !== there;
  if (differs(local.compressedSize, raw.compressedSize) || differs(local.uncompressedSize, raw.uncompressedSize)) {
    throw damaged(`two sizes of ${shown(name)}`);
  }
}
