import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { checkComment } from './comments.ts';
import type { EndRecord } from './end-record.ts';
import { readExtra } from './extra-fields.ts';
import { foldedName, readName } from './member-names.ts';
import type { ZipEntry } from './member.ts';
import { SATURATED_32, signatures, viewOf } from './signatures.ts';

/** Bytes of an entry without its name, extra field and comment. */
const ENTRY = 46;

/** Members that any model has, and ten times more. */
const MAX_MEMBERS = 500_000;

/** Encryption, the level of deflate, sizes behind the content, names in UTF-8. */
const KNOWN_FLAGS = 0b1000_0000_1111;

interface Directory {
  readonly inspection: Inspection;
  readonly end: EndRecord;
  readonly view: DataView;
  readonly bytes: Uint8Array;
}

/**
 * Reads the directory: all of its bytes belong to entries, of which there are as many as the end record says.
 *
 * @throws {StructureError}
 */
export async function readDirectory(
  source: ByteSource,
  place: { readonly inspection: Inspection; readonly end: EndRecord },
): Promise<readonly ZipEntry[]> {
  const { inspection, end } = place;
  const { directoryAt, directoryEnd, count } = end;
  const size = directoryEnd - directoryAt;
  const most = Math.min(inspection.limits.held, count * (ENTRY + 3 * 65_535));
  if (count > MAX_MEMBERS || size > most) {
    const message = `Expected a directory of at most ${MAX_MEMBERS} members and ${most} bytes, got ${count} in ${size}`;
    throw new StructureError('LIMIT_EXCEEDED', message, directoryAt);
  }
  const bytes = await source.read(directoryAt, size);
  const directory = { inspection, end, view: viewOf(bytes), bytes };
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    inspection.step(1, directoryAt + at);
    const { entry, length } = readEntry(directory, at);
    entries.push(entry);
    at += length;
  }
  if (at < size)
    inspection.find('HIDDEN_BYTES', `Expected ${count} members, got ${size - at} bytes after them`, directoryAt + at);
  reportDuplicates(entries, inspection);
  return entries;
}

function readEntry(directory: Directory, at: number): { readonly entry: ZipEntry; readonly length: number } {
  const { inspection, end, view, bytes } = directory;
  const entryAt = end.directoryAt + at;
  if (at + ENTRY > bytes.length || view.getUint32(at, true) !== signatures.central)
    throw malformed('Expected an entry of the directory, got something else', entryAt);
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
    number,
    number,
    number,
  ];
  const length = ENTRY + nameLength + extraLength + commentLength;
  if (at + length > bytes.length) throw malformed('Expected a whole entry of the directory, got a part', entryAt);
  const nameBytes = bytes.subarray(at + ENTRY, at + ENTRY + nameLength);
  const extraAt = ENTRY + nameLength;
  const extra = readExtra(bytes.subarray(at + extraAt, at + extraAt + extraLength), {
    inspection,
    at: entryAt + extraAt,
  });
  const comment = bytes.subarray(at + length - commentLength, at + length);
  checkComment(comment, { inspection, at: entryAt + length - commentLength });
  const flags = view.getUint16(at + 8, true);
  const isUtf8 = (flags & 0x800) !== 0;
  const name = readName({ bytes: nameBytes, isUtf8, unicodeName: extra.unicodeName }, { inspection, at: entryAt });
  const methodNumber = view.getUint16(at + 10, true);
  const entry: ZipEntry = {
    name,
    nameBytes,
    flags,
    methodNumber,
    extraLength,
    entryAt,
    isFolder: name.endsWith('/'),
    isEncrypted: (flags & 0b10_0000_0100_0001) !== 0,
    method: methodNumber === 0 ? 'stored' : methodNumber === 8 ? 'deflated' : 'other',
    crc: view.getUint32(at + 16, true),
    ...placesOf(view, { at, zip64: extra.zip64, entryAt, base: end.base }),
  };
  checkEntry(entry, { inspection, attributes: view.getUint32(at + 38, true), disk: view.getUint16(at + 34, true) });
  return { entry, length };
}

/** Sizes and the place of the header. Those that do not fit stand in the zip64 field, in this order. */
function placesOf(
  view: DataView,
  entry: { readonly at: number; readonly zip64: readonly number[]; readonly entryAt: number; readonly base: number },
): { readonly size: number; readonly packed: number; readonly headerAt: number } {
  const zip64 = entry.zip64.values();
  const take = (field: number): number => {
    const short = view.getUint32(entry.at + field, true);
    if (short !== SATURATED_32) return short;
    const long = zip64.next();
    if (long.done === true) throw malformed('Expected a zip64 field, got none', entry.entryAt);
    return long.value;
  };
  const size = take(24);
  const packed = take(20);
  const headerAt = entry.base + take(42);
  if (zip64.next().done !== true)
    throw malformed('Expected numbers in the zip64 field where they are needed, got more', entry.entryAt);
  return { size, packed, headerAt };
}

function checkEntry(
  entry: ZipEntry,
  place: { readonly inspection: Inspection; readonly attributes: number; readonly disk: number },
): void {
  const { inspection, attributes, disk } = place;
  const { name, entryAt, flags, method, methodNumber } = entry;
  const find: Inspection['find'] = (code, message) => inspection.find(code, `${message}: ${quoted(name)}`, entryAt);
  const kind = (attributes >>> 28) & 0xf;
  if (kind !== 0 && kind !== 0x8 && kind !== 0x4)
    find(
      'ZIP_SPECIAL_FILE',
      `Expected a file or folder, got ${kind === 0xa ? 'a symbolic link' : 'a device or pipe'}`,
      0,
    );
  if (entry.isEncrypted) find('ZIP_ENCRYPTED', 'Expected content that can be read, got an encrypted one', 0);
  else if ((flags & ~KNOWN_FLAGS) !== 0)
    find('UNSUPPORTED', `Expected known flags, got 0x${flags.toString(16).padStart(4, '0')}`, 0);
  if (disk !== 0) find('UNSUPPORTED', 'Expected an archive in one piece, got a member on another disk', 0);
  if (method === 'other') find('UNSUPPORTED', `Expected stored or deflated content, got method ${methodNumber}`, 0);
  if (method === 'stored' && entry.size !== entry.packed && !entry.isEncrypted)
    find('MALFORMED', `Expected ${entry.size} stored bytes, got ${entry.packed}`, 0);
  if (entry.isFolder && entry.packed > 0 && entry.size > 0)
    find('HIDDEN_BYTES', 'Expected a folder without content, got one', 0);
}

function reportDuplicates(entries: readonly ZipEntry[], inspection: Inspection): void {
  const seen = new Set<string>();
  for (const { name, entryAt } of entries) {
    const folded = foldedName(name);
    if (seen.has(folded))
      inspection.find('ZIP_DUPLICATE_NAME', `Expected each name once, got ${quoted(name)} again`, entryAt);
    seen.add(folded);
  }
}
