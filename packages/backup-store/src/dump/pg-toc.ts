import type { ByteReader } from './byte-reader.ts';
import { DumpFlaw } from './flaw.ts';

/** How the data in a custom dump is compressed. */
export type PgCompression = 'none' | 'gzip' | 'lz4' | 'zstd';

const ALGORITHMS: readonly PgCompression[] = ['none', 'gzip', 'lz4', 'zstd'];
const CUSTOM = 1;
/** Minor versions of the format that are read: those of PostgreSQL 9.0 to 18. */
const MINOR = { min: 12, max: 16, accessMethods: 14, algorithm: 15, relationKinds: 16 } as const;
const NO_DATA = 3;

/** Beginning of a custom dump. */
export interface PgToc {
  readonly version: string;
  readonly compression: PgCompression;
  readonly entries: number;
  /** Ids of entries whose data must follow. */
  readonly withData: ReadonlySet<number>;
  readonly integers: PgIntegers;
}

/** Whether this begins a custom dump of `pg_dump -Fc`. */
export const isPgArchive = (head: Buffer): boolean => head.toString('latin1', 0, 5) === 'PGDMP';

/** Numbers and texts as `pg_dump` writes them: a byte for the sign, and as many bytes as the header says. */
export class PgIntegers {
  readonly #reader: ByteReader;
  readonly #bytes: number;

  constructor(reader: ByteReader, bytes: number) {
    this.#reader = reader;
    this.#bytes = bytes;
  }

  async integer(): Promise<number> {
    const bytes = await this.#reader.read(1 + this.#bytes);
    const value = bytes.readUIntLE(1, this.#bytes);
    return bytes[0] === 0 ? value : -value;
  }

  /** @returns Whether there is a text at all. */
  async skipText(): Promise<boolean> {
    const length = await this.integer();
    if (length > 0) await this.#reader.skip(length);
    return length >= 0;
  }

  async skipTexts(count: number): Promise<void> {
    for (let text = 0; text < count; text++) await this.skipText();
  }
}

async function entryWithData(
  reader: ByteReader,
  integers: PgIntegers,
  { minor, offsetBytes }: { readonly minor: number; readonly offsetBytes: number },
): Promise<number | undefined> {
  const id = await integers.integer();
  // Whether there is a dumper; then table id, object id, tag and description; the section.
  await integers.integer();
  await integers.skipTexts(4);
  await integers.integer();
  // What makes, drops and copies it; schema and tablespace; access method; kind; owner, and whether it has oids.
  await integers.skipTexts(minor >= MINOR.accessMethods ? 6 : 5);
  if (minor >= MINOR.relationKinds) await integers.integer();
  await integers.skipTexts(2);
  // What it depends on, until there is none.
  while (await integers.skipText());
  const [state] = await reader.read(1 + offsetBytes);
  return state === NO_DATA ? undefined : id;
}

/**
 * Reads the header and the table of contents of a custom dump (`src/bin/pg_dump/pg_backup_archiver.c` of PostgreSQL:
 * `ReadHead`, `ReadToc`), and keeps which entries have data.
 *
 * @throws {DumpFlaw} `incomplete`, `damaged`; `unknown` for versions that are not known here.
 */
export async function readPgToc(reader: ByteReader): Promise<PgToc> {
  const head = await reader.read(11);
  const [major, minor, , integerBytes, offsetBytes, format] = head.subarray(5) as unknown as readonly number[];
  if (major !== 1 || minor === undefined || minor < MINOR.min || minor > MINOR.max)
    throw new DumpFlaw('unknown', `version ${major}.${minor} of the archive is not known here`);
  if (integerBytes !== 4 || offsetBytes === undefined || offsetBytes > 16 || format !== CUSTOM)
    throw new DumpFlaw('damaged', 'the header of the archive has sizes or a format that do not exist');
  const integers = new PgIntegers(reader, integerBytes);
  const number = minor >= MINOR.algorithm ? (await reader.read(1))[0] : (await integers.integer()) === 0 ? 0 : 1;
  const compression = ALGORITHMS[number as number];
  if (compression === undefined)
    throw new DumpFlaw('unknown', `compression ${number} of the archive is not known here`);
  // When it was made, in seven numbers; database; versions of server and pg_dump.
  for (let part = 0; part < 7; part++) await integers.integer();
  await integers.skipTexts(3);
  const entries = await integers.integer();
  const withData = new Set<number>();
  for (let entry = 0; entry < entries; entry++) {
    const id = await entryWithData(reader, integers, { minor, offsetBytes });
    if (id !== undefined) withData.add(id);
  }
  return { version: `${major}.${minor}`, compression, entries, withData, integers };
}
