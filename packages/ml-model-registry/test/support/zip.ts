import { crc32, deflateRawSync } from 'node:zlib';
import { joined, u64 } from './bytes.ts';

/** What one of the two headers of a member says. */
interface Header {
  readonly name: string | Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly extra: Uint8Array;
}

/** A member, and what its headers say otherwise. */
export interface MemberSpec {
  readonly name: string | Uint8Array;
  readonly content?: Uint8Array | string;
  readonly deflate?: boolean;
  /** The bytes in the archive, when they are not those of the content. */
  readonly packed?: Uint8Array;
  readonly both?: Partial<Header>;
  readonly local?: Partial<Header>;
  readonly central?: Partial<Header> & {
    readonly at?: number;
    readonly attributes?: number;
    readonly comment?: string;
  };
  /** Bytes before its header and after its content. */
  readonly before?: Uint8Array | string;
  readonly after?: Uint8Array;
}

/** What stands around the members. */
export interface ArchiveSpec {
  readonly before?: Uint8Array | string;
  readonly afterMembers?: string;
  readonly afterDirectory?: string;
  readonly comment?: Uint8Array | string;
  readonly after?: Uint8Array | string;
  readonly zip64?: boolean;
  /** Added to what the end record says. */
  readonly count?: number;
  readonly size?: number;
  readonly offset?: number;
}

/** A zip archive, byte by byte, as sound or broken as is asked for. */
export function zipOf(members: readonly MemberSpec[], archive: ArchiveSpec = {}): Uint8Array {
  const pieces: Uint8Array[] = [Buffer.from(archive.before ?? '')];
  const entries: Uint8Array[] = [];
  let at = 0;
  for (const member of members) {
    const { header, packed } = headerOf(member);
    const before = Buffer.from(member.before ?? '');
    entries.push(entryOf({ ...header, ...member.central }, { at: at + before.length, ...member.central }));
    const parts = [before, localOf({ ...header, ...member.local }), packed, member.after ?? new Uint8Array(0)];
    pieces.push(...parts);
    at += parts.reduce((sum, part) => sum + part.length, 0);
  }
  const hole = Buffer.from(archive.afterMembers ?? '');
  const directory = joined(...entries);
  const place = { count: members.length, size: directory.length, offset: at + hole.length };
  return joined(...pieces, hole, directory, archive.afterDirectory ?? '', endOf(place, archive), archive.after ?? '');
}

function headerOf(member: MemberSpec): { readonly header: Header; readonly packed: Uint8Array } {
  const content = Buffer.from(member.content ?? '');
  const packed = member.packed ?? (member.deflate === true ? deflateRawSync(content) : content);
  const header = {
    name: member.name,
    flags: typeof member.name === 'string' && /[^ -~]/.test(member.name) ? 0x800 : 0,
    method: member.deflate === true ? 8 : 0,
    crc: crc32(content),
    packed: packed.length,
    size: content.length,
    extra: new Uint8Array(0),
    ...member.both,
  };
  return { header, packed };
}

function localOf(header: Header): Uint8Array {
  const name = Buffer.from(header.name);
  const bytes = Buffer.alloc(30);
  bytes.write('PK\u0003\u0004');
  bytes.writeUInt16LE(20, 4);
  writeHeader(bytes, { header, at: 6, nameLength: name.length });
  return joined(bytes, name, header.extra);
}

function entryOf(
  header: Header,
  place: { readonly at: number; readonly attributes?: number; readonly comment?: string },
): Uint8Array {
  const name = Buffer.from(header.name);
  const comment = Buffer.from(place.comment ?? '');
  const bytes = Buffer.alloc(46);
  bytes.write('PK\u0001\u0002');
  writeHeader(bytes, { header, at: 8, nameLength: name.length });
  bytes.writeUInt16LE(comment.length, 32);
  bytes.writeUInt32LE((place.attributes ?? 0) >>> 0, 38);
  bytes.writeUInt32LE(place.at, 42);
  return joined(bytes, name, header.extra, comment);
}

function writeHeader(
  bytes: Buffer,
  of: { readonly header: Header; readonly at: number; readonly nameLength: number },
): void {
  const { header, at, nameLength } = of;
  bytes.writeUInt16LE(header.flags, at);
  bytes.writeUInt16LE(header.method, at + 2);
  bytes.writeUInt32LE(header.crc, at + 8);
  bytes.writeUInt32LE(header.packed, at + 12);
  bytes.writeUInt32LE(header.size, at + 16);
  bytes.writeUInt16LE(nameLength, at + 20);
  bytes.writeUInt16LE(header.extra.length, at + 22);
}

function endOf(
  place: { readonly count: number; readonly size: number; readonly offset: number },
  archive: ArchiveSpec,
): Uint8Array {
  const comment = Buffer.from(archive.comment ?? '');
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  const count = place.count + (archive.count ?? 0);
  end.writeUInt16LE(count % 65_536, 8);
  end.writeUInt16LE(count % 65_536, 10);
  end.writeUInt32LE(place.size + (archive.size ?? 0), 12);
  end.writeUInt32LE(place.offset + (archive.offset ?? 0), 16);
  end.writeUInt16LE(comment.length, 20);
  if (archive.zip64 !== true) return joined(end, comment);
  end.fill(0xff, 8, 20);
  const zeros = new Uint8Array(4);
  const end64 = joined('PK\u0006\u0006', u64(44), [45, 0, 45, 0], zeros, zeros, u64(count), u64(count));
  const places = joined(u64(place.size), u64(place.offset));
  const locator = joined('PK\u0006\u0007', zeros, u64(place.offset + place.size), [1, 0, 0, 0]);
  return joined(end64, places, locator, end, comment);
}

/** A field of an extra field. */
export function extraField(id: number, content: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(content);
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id);
  head.writeUInt16LE(bytes.length, 2);
  return joined(head, bytes);
}

/** Sizes behind a content, with their signature. */
export function descriptorOf(content: string, isLong = false): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.write('PK\u0007\u0008');
  bytes.writeUInt32LE(crc32(content), 4);
  const size = isLong ? u64(content.length) : u64(content.length).subarray(0, 4);
  return joined(bytes, size, size);
}
