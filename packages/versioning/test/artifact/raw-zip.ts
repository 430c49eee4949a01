import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of an archive that need not make sense: whatever is given stands in it. */
export interface RawEntry {
  readonly name: string | Uint8Array;
  /** Default: nothing. */
  readonly content?: string | Uint8Array;
  readonly deflated?: boolean;
  /** The upper half of the external attributes. */
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  /** What both headers say; by default what is true. */
  readonly crc32?: number;
  readonly size?: number;
  readonly compressedSize?: number;
  /** What stands before the content instead. */
  readonly local?: Partial<Pick<RawEntry, 'name' | 'flags' | 'method' | 'crc32' | 'size'>>;
  /** The extra field of the entry in the list. */
  readonly extra?: Uint8Array;
  /** Where its local header is said to begin. By default it is where it was put. */
  readonly offset?: number;
}

interface Ready {
  readonly entry: RawEntry;
  readonly name: Buffer;
  readonly data: Buffer;
  readonly crc32: number;
  readonly size: number;
}

const UTF8_NAME = 0x0800;

/** Writes an archive byte by byte. */
export function rawZip(
  entries: readonly RawEntry[],
  { count = entries.length }: { readonly count?: number } = {},
): Buffer {
  const locals: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? '');
    const data = entry.deflated === true ? deflateRawSync(content) : content;
    const ready = { entry, name: Buffer.from(entry.name), data, crc32: crc32(content), size: content.length };
    const local = Buffer.concat([localHeader(ready), data]);
    list.push(listHeader(ready, at));
    locals.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(list);
  return Buffer.concat([...locals, listed, ending({ count, size: listed.length, offset: at })]);
}

function localHeader(ready: Ready): Buffer {
  const { local = {} } = ready.entry;
  const name = local.name === undefined ? ready.name : Buffer.from(local.name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  writeCommon(header, 4, { ...ready, entry: { ...ready.entry, ...local } });
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function listHeader(ready: Ready, at: number): Buffer {
  const { entry, name } = ready;
  const extra = Buffer.from(entry.extra ?? []);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x0201_4b50, 0);
  header.writeUInt16LE((3 << 8) | 20, 4);
  writeCommon(header, 6, ready);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 38);
  header.writeUInt32LE(entry.offset ?? at, 42);
  return Buffer.concat([header, name, extra]);
}

function writeCommon(header: Buffer, at: number, { entry, data, ...found }: Ready): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(entry.flags ?? UTF8_NAME, at + 2);
  header.writeUInt16LE(entry.method ?? (entry.deflated === true ? 8 : 0), at + 4);
  header.writeUInt16LE(0x21, at + 8);
  header.writeUInt32LE(entry.crc32 ?? found.crc32, at + 10);
  header.writeUInt32LE(entry.compressedSize ?? data.length, at + 14);
  header.writeUInt32LE(entry.size ?? found.size, at + 18);
}

function ending({ count, size, offset }: { count: number; size: number; offset: number }): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
