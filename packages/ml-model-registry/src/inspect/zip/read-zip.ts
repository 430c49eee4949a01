import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';
import { readDirectory } from './central-directory.ts';
import { headOfMember, memberPieces, memberRange, openMember } from './content.ts';
import { type EndRecord, readEnd } from './end-record.ts';
import { readLocal } from './local-header.ts';
import type { ZipEntry, ZipMember } from './member.ts';

/** A zip archive whose structure was walked. */
export interface ZipArchive {
  /** In the order of the directory. */
  readonly members: readonly ZipMember[];
  /** The content of a member, to be read at any place: {@link openMember}. */
  open(member: ZipMember): Promise<ByteSource>;
  /** The first bytes of a member of any size, all of which is checked: {@link headOfMember}. */
  head(member: ZipMember, length: number): Promise<ByteSource>;
  /** The content of a member from front to back: {@link memberPieces}. */
  pieces(member: ZipMember): AsyncGenerator<Uint8Array, void>;
  /** Some of the content of a member from front to back: {@link memberRange}. */
  range(member: ZipMember, offset: number, length: number): AsyncIterable<Uint8Array>;
}

type Placed = ZipEntry & { readonly dataAt: number; readonly end: number };

/**
 * Walks over a zip archive (APPNOTE.TXT 6.3.10): end records, directory, and the header of each member. Each byte has to belong to one of them.
 * Contents are not read. After members over each other nothing is told of contents, as they may inflate the same bytes again and again.
 *
 * @throws {StructureError}
 */
export async function readZip(source: ByteSource, inspection: Inspection): Promise<ZipArchive> {
  const end = await readEnd(source, inspection);
  const entries = await readDirectory(source, { inspection, end });
  const placed: Placed[] = [];
  for (const entry of entries) {
    const span = await readLocal(entry, { source, inspection, limit: end.directoryAt });
    placed.push({ ...entry, ...span });
  }
  const inOrder = placed.toSorted((a, b) => a.headerAt - b.headerAt);
  checkLayout(inOrder, { end, inspection });
  reportOtherEnds(inOrder, { end, inspection });
  const place = { source, inspection };
  return {
    members: placed.map(memberOf),
    open: (member) => openMember(member, place),
    head: (member, length) => headOfMember(member, length, place),
    pieces: (member) => memberPieces(member, place),
    range: (member, offset, length) => memberRange(member, { offset, length }, place),
  };
}

function memberOf(placed: Placed): ZipMember {
  const { name, isFolder, method, isEncrypted, size, packed, crc, entryAt, headerAt, dataAt } = placed;
  return { name, isFolder, method, isEncrypted, size, packed, crc, entryAt, headerAt, dataAt };
}

/** From the first byte to the directory there are members, one after the other. */
function checkLayout(
  inOrder: readonly Placed[],
  place: { readonly end: EndRecord; readonly inspection: Inspection },
): void {
  const { end, inspection } = place;
  let covered = 0;
  for (const { name, headerAt, entryAt, end: after } of inOrder) {
    if (headerAt < covered) {
      throw new StructureError(
        'ZIP_OVERLAP',
        `Expected members beside each other, got ${quoted(name)} over another`,
        entryAt,
      );
    }
    if (headerAt > covered) reportHole(inspection, covered, headerAt);
    covered = after;
  }
  if (covered < end.directoryAt) reportHole(inspection, covered, end.directoryAt);
}

function reportHole(inspection: Inspection, from: number, to: number): void {
  const where = from === 0 ? 'before the archive' : 'between members';
  inspection.find('HIDDEN_BYTES', `Expected nothing ${where}, got ${to - from} bytes`, from);
}

/** Another end record is harmless within the content of a member (an archive in an archive), and a second archive anywhere else. */
function reportOtherEnds(
  inOrder: readonly Placed[],
  place: { readonly end: EndRecord; readonly inspection: Inspection },
): void {
  for (const other of place.end.others) {
    const owner = inOrder.findLast(({ headerAt }) => headerAt <= other);
    if (owner !== undefined && other >= owner.dataAt && other < owner.dataAt + owner.packed) continue;
    place.inspection.find('ZIP_SEVERAL_ENDS', 'Expected one end of the archive, got another one', other);
  }
}
