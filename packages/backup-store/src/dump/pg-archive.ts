import { createInflate } from 'node:zlib';
import { ByteReader } from './byte-reader.ts';
import { DumpFlaw } from './flaw.ts';
import { type PgToc, readPgToc } from './pg-toc.ts';
import { unpack } from './unpack.ts';
import { unzstd } from './zstd.ts';

const BLOCK = { data: 1, largeObjects: 3 } as const;

/** The chunks of one table or large object: each with its length before it, until a length of zero. */
async function* chunks(reader: ByteReader, { integers }: PgToc): AsyncGenerator<Buffer, void, undefined> {
  for (let length = await integers.integer(); length !== 0; length = await integers.integer()) {
    if (length < 0) throw new DumpFlaw('damaged', `a chunk before byte ${reader.position} has a length below zero`);
    yield* reader.pieces(length);
  }
}

/** Takes one table or large object, and unpacks it where that can be done: zlib ends with an Adler-32. */
async function checkData(reader: ByteReader, toc: PgToc, id: number): Promise<void> {
  const data = chunks(reader, toc);
  const what = `the data of entry ${id}`;
  if (toc.compression === 'gzip') {
    const first = await data.next();
    // Nothing was ever written to it.
    if (first.done === true) return;
    let held: Buffer | undefined = first.value;
    const next = async (): Promise<Buffer | undefined> => {
      const piece = held ?? ((await data.next()).value as Buffer | undefined);
      held = undefined;
      return piece;
    };
    const unread = (): never => {
      throw new DumpFlaw('damaged', `${what} goes on behind its end`);
    };
    for await (const _ of unpack({ next, unread }, createInflate(), what));
    if ((await next()) !== undefined) unread();
  } else if (toc.compression === 'zstd') {
    for await (const _ of unzstd(new ByteReader(data, what), { frames: 0, checksums: 0 }));
  } else {
    for await (const _ of data);
  }
}

async function checkBlock(reader: ByteReader, toc: PgToc): Promise<number> {
  const at = reader.position;
  const [type] = await reader.read(1);
  const id = await toc.integers.integer();
  if (type === BLOCK.data) await checkData(reader, toc, id);
  else if (type === BLOCK.largeObjects) {
    while ((await toc.integers.integer()) !== 0) await checkData(reader, toc, id);
  } else throw new DumpFlaw('damaged', `byte ${at} begins no block of the archive, as it should`);
  if (!toc.withData.has(id)) throw new DumpFlaw('damaged', `a block is of entry ${id}, which has no data`);
  return id;
}

/**
 * Reads a custom dump of PostgreSQL to its end. It has no completion line: it is complete when each entry of its table of
 * contents that has data has it, and what is compressed unpacks.
 *
 * @returns What was found.
 * @throws {DumpFlaw} `damaged`, `incomplete`; `unknown` for LZ4, which nothing here unpacks.
 */
export async function checkPgArchive(reader: ByteReader): Promise<string> {
  const toc = await readPgToc(reader);
  const seen = new Set<number>();
  while ((await reader.peek(1)).length > 0) seen.add(await checkBlock(reader, toc));
  const missing = toc.withData.size - seen.size;
  if (missing > 0)
    throw new DumpFlaw(
      'incomplete',
      `data of ${missing} of ${toc.withData.size} entries is missing: pg_dump did not finish`,
    );
  const found = `archive ${toc.version}, ${toc.entries} entries, data of all ${toc.withData.size} that have some`;
  if (toc.compression === 'lz4')
    throw new DumpFlaw('unknown', `${found} is there, but in LZ4, which is not unpacked here`);
  if (toc.compression === 'none')
    return `${found} is there; it has no checksum, so a changed byte within would not show`;
  return `${found} is there and unpacks`;
}
