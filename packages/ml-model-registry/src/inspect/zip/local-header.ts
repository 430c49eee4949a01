import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';
import { readExtra } from './extra-fields.ts';
import type { ZipEntry } from './member.ts';
import { SATURATED_32, signatures, u64At, viewOf } from './signatures.ts';

/** Bytes of a local header without name and extra field. */
const LOCAL = 30;
/** Bytes that alignment takes, usually. */
const USUAL_EXTRA = 96;
/** Sizes stand behind the content. */
const DESCRIPTOR_FLAG = 0x8;
/** The level of deflate, which says nothing. */
const LEVEL_FLAGS = 0x6;

/** Where a member is in the archive. */
export interface Span {
  readonly dataAt: number;
  /** After its content, and the sizes behind it. */
  readonly end: number;
}

interface Place {
  readonly source: ByteSource;
  readonly inspection: Inspection;
  /** Where the members end: at the directory. */
  readonly limit: number;
}

/**
 * Reads the header of a member and holds it against its entry in the directory: some readers go by the one, some by the other.
 *
 * @throws {StructureError}
 */
export async function readLocal(entry: ZipEntry, place: Place): Promise<Span> {
  const { inspection } = place;
  const { headerAt, entryAt, name, packed } = entry;
  inspection.step(1, entryAt);
  const { header, extraBytes } = await headerOf(entry, place);
  const nameLength = header.getUint16(26, true);
  const extraAt = headerAt + LOCAL + nameLength;
  const extra = readExtra(extraBytes, { inspection, at: extraAt });
  const dataAt = extraAt + extraBytes.length;
  const differences = differencesOf(entry, { header, zip64: extra.zip64 });
  if (extra.unicodeName !== undefined && Buffer.compare(extra.unicodeName, entry.nameBytes) !== 0)
    differences.push('name in an extra field');
  let end = dataAt + packed;
  if (end > place.limit) {
    const message = `Expected ${quoted(name)} to end before the directory at ${place.limit}, got an end at ${end}`;
    throw new StructureError('ZIP_OVERLAP', message, entryAt);
  }
  if ((entry.flags & DESCRIPTOR_FLAG) !== 0) {
    const length = await descriptorLength(entry, { ...place, at: end });
    if (length === undefined) differences.push('sizes behind the content');
    end += length ?? 0;
  }
  if (differences.length > 0) {
    const message = `Expected the same in both headers of ${quoted(name)}, got another ${differences.join(', ')}`;
    inspection.find('ZIP_HEADERS_DIFFER', message, headerAt);
  }
  return { dataAt, end };
}

/** The fixed part of the header, its name and its extra field. One read is enough, mostly. */
async function headerOf(
  entry: ZipEntry,
  place: Place,
): Promise<{ readonly header: DataView; readonly extraBytes: Uint8Array }> {
  const { source, limit } = place;
  const { headerAt, entryAt, nameBytes, name } = entry;
  const left = limit - headerAt;
  if (left < LOCAL) {
    throw new StructureError(
      'ZIP_OVERLAP',
      `Expected ${quoted(name)} before the directory, got another place`,
      entryAt,
    );
  }
  const guess = LOCAL + nameBytes.length + entry.extraLength + USUAL_EXTRA;
  let bytes = await source.read(headerAt, Math.min(guess, left));
  let header = viewOf(bytes);
  if (header.getUint32(0, true) !== signatures.local)
    throw new StructureError('MALFORMED', `Expected the header of ${quoted(name)}, got something else`, headerAt);
  const extraAt = LOCAL + header.getUint16(26, true);
  const length = extraAt + header.getUint16(28, true);
  if (length > left) throw new StructureError('MALFORMED', 'Expected a whole header, got a part', headerAt);
  if (length > bytes.length) {
    bytes = await source.read(headerAt, length);
    header = viewOf(bytes);
  }
  return { header, extraBytes: bytes.subarray(extraAt, length) };
}

function differencesOf(
  entry: ZipEntry,
  local: { readonly header: DataView; readonly zip64: readonly number[] },
): string[] {
  const { header, zip64 } = local;
  const differences: string[] = [];
  const bytes = new Uint8Array(header.buffer, header.byteOffset + LOCAL, header.getUint16(26, true));
  if (Buffer.compare(bytes, entry.nameBytes) !== 0) differences.push('name');
  if (((header.getUint16(6, true) ^ entry.flags) & ~LEVEL_FLAGS) !== 0) differences.push('flags');
  if (header.getUint16(8, true) !== entry.methodNumber) differences.push('method');
  const { crc, packed, size, headerAt } = entry;
  // With sizes behind the content, the header may leave them out.
  const isLater = (entry.flags & DESCRIPTOR_FLAG) !== 0;
  const is = (field: number, value: number): boolean => {
    const found = header.getUint32(field, true);
    return found === value || (isLater && found === 0) || (field !== 14 && found === SATURATED_32 && zip64.length > 0);
  };
  if (!is(14, crc)) differences.push('checksum');
  if (!is(18, packed) || !is(22, size)) differences.push('size');
  // The zip64 field has the sizes, uncompressed first; that of miniz may have the place of the header instead.
  const long = isLater ? [0, size, packed, headerAt] : [size, packed];
  const isInOrder = isLater || (zip64.length <= 2 && (zip64[0] ?? size) === size);
  if (!isInOrder || zip64.some((value) => !long.includes(value))) differences.push('zip64 size');
  return differences;
}

/** Bytes of the sizes behind the content: with or without a signature, of 32 or 64 bits. `undefined` when they are not those of the entry. */
async function descriptorLength(entry: ZipEntry, place: Place & { readonly at: number }): Promise<number | undefined> {
  const { source, at, limit } = place;
  const bytes = await source.read(at, Math.min(24, limit - at));
  const view = viewOf(bytes);
  for (const start of [4, 0]) {
    if (bytes.length < start + 12 || view.getUint32(start, true) !== entry.crc) continue;
    if (start === 4 && view.getUint32(0, true) !== signatures.descriptor) continue;
    const isLong = bytes.length >= start + 20;
    if (isLong && u64At(view, start + 4) === entry.packed && u64At(view, start + 12) === entry.size) return start + 20;
    if (view.getUint32(start + 4, true) === entry.packed && view.getUint32(start + 8, true) === entry.size)
      return start + 12;
  }
  return undefined;
}
