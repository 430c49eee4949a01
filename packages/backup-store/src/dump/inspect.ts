import { ByteReader } from './byte-reader.ts';
import { DumpFlaw } from './flaw.ts';
import { gunzip } from './gzip.ts';
import { type Found, type Packing, plain, unpacked } from './layers.ts';
import { checkPgArchive } from './pg-archive.ts';
import { isPgArchive } from './pg-toc.ts';
import { isRdb, rdbCheck } from './rdb.ts';
import { sqlCheck, sqlKind } from './sql.ts';
import { checkSqlite, isSqlite } from './sqlite.ts';
import { checkAll } from './stream-check.ts';
import { isSkippable, unzstd } from './zstd.ts';

const HEAD_BYTES = 4096;
/** Packed within packed, to this depth. */
const MAX_DEPTH = 4;

/** Where content comes from. */
export interface Origin {
  /** Of the file itself; absent for what is packed in one. */
  readonly path?: string | undefined;
  readonly depth: number;
  readonly signal: AbortSignal | undefined;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

function gzipOf(reader: ByteReader): Packing {
  const found = { members: 0 };
  const summary = (): ReturnType<Packing['summary']> => ({
    detail: `${count(found.members, 'member')}, CRC-32 and length of each fit`,
    proven: true,
  });
  return { kind: 'gzip', reader, content: gunzip(reader, found), summary };
}

function zstdOf(reader: ByteReader): Packing {
  const found = { frames: 0, checksums: 0 };
  const summary = (): ReturnType<Packing['summary']> => {
    const proven = found.frames > 0 && found.checksums === found.frames;
    const without = found.frames - found.checksums;
    const detail = `${count(found.frames, 'frame')} unpacked, ${proven ? 'their checksums fit' : `${without} without a checksum`}`;
    return { detail, proven };
  };
  return { kind: 'zstd', reader, content: unzstd(reader, found), summary };
}

function packingOf(head: Buffer, reader: ByteReader): Packing | undefined {
  if (head.length >= 3 && head.readUIntBE(0, 3) === 0x1f8b08) return gzipOf(reader);
  if (head.length < 4) return undefined;
  const magic = head.readUInt32LE(0);
  return magic === 0xfd2fb528 || isSkippable(magic) ? zstdOf(reader) : undefined;
}

/** Finds out what content is, and checks it as such. Reads to the end, unless a flaw shows before. */
export async function inspect(source: AsyncIterable<Buffer>, origin: Origin): Promise<Found> {
  const { path, depth, signal } = origin;
  const reader = new ByteReader(source, depth === 0 ? 'the file' : 'the content');
  const head = await reader.peek(HEAD_BYTES);
  const packing = depth < MAX_DEPTH ? packingOf(head, reader) : undefined;
  if (packing !== undefined) {
    return await unpacked(packing, (content) => inspect(content, { depth: depth + 1, signal }));
  }
  if (isPgArchive(head)) return await plain('postgresql-archive', reader, () => checkPgArchive(reader));
  if (isRdb(head)) return await plain('redis', reader, () => checkAll(reader, rdbCheck()));
  if (isSqlite(head)) {
    return await plain('sqlite', reader, async () => {
      if (path !== undefined) return await checkSqlite(path, head, signal);
      throw new DumpFlaw('unknown', 'a database of SQLite can only be checked as a file: unpack it, and check that');
    });
  }
  const sql = sqlKind(head);
  if (sql !== undefined) return await plain(sql, reader, () => checkAll(reader, sqlCheck(sql, { isJoined: true })));
  return await plain('unknown', reader, async () => {
    throw new DumpFlaw(
      'unknown',
      head.length === 0 ? 'it is empty' : 'it is of no kind whose end or checksum is known here',
    );
  });
}
