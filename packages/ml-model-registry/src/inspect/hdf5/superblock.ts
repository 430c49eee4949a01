import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';
import { Fields } from './fields.ts';
import { lookup3 } from './lookup3.ts';

/** `\x89HDF\r\n\x1a\n` */
const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Bytes of the longest superblock. */
const LONGEST = 100;

/** Where everything in the file is found from. */
export interface Superblock {
  readonly version: number;
  /** What addresses count from. */
  readonly base: number;
  /** The end of the file by its own account. */
  readonly end: number;
  /** Address of the header of the root group. */
  readonly root: number | undefined;
  /** Address of a header with more about the file, where there is one. */
  readonly extension: number | undefined;
}

/** The place of the superblock: 0, 512, 1024, 2048 and so on; `undefined` when there is none. */
export async function findSuperblock(source: ByteSource): Promise<number | undefined> {
  for (let at = 0; at + SIGNATURE.length <= source.size; at = at === 0 ? 512 : 2 * at) {
    if (SIGNATURE.equals(await source.read(at, SIGNATURE.length))) return at;
  }
  return undefined;
}

/**
 * Reads the superblock and holds the size of the file against it.
 *
 * @throws {StructureError}
 */
export async function readSuperblock(source: ByteSource, inspection: Inspection): Promise<Superblock> {
  const at = (await findSuperblock(source)) ?? 0;
  if (at > 0) inspection.find('HIDDEN_BYTES', `Expected nothing before the content, got ${at} bytes`, 0);
  const fields = new Fields(await source.read(at, Math.min(LONGEST, source.size - at)), at);
  if (fields.left < LONGEST - 4)
    throw new StructureError('TRUNCATED', 'Expected a whole superblock, got an end', source.size);
  fields.skip(SIGNATURE.length);
  const version = fields.version(0, 1, 2, 3);
  const { base, end, root, extension } = version < 2 ? readOld(fields, version) : readNew(fields, inspection);
  if (base !== at) inspection.find('MALFORMED', `Expected ${at} as base address, got ${base}`, at);
  if (source.size < end)
    inspection.find('TRUNCATED', `Expected ${end} bytes by the superblock, got an end at ${source.size}`, source.size);
  if (source.size > end)
    inspection.find('HIDDEN_BYTES', `Expected an end after the content, got ${source.size - end} bytes`, end);
  return { version, base: at, end, root, extension };
}

type Addresses = Omit<Superblock, 'version'>;

function readOld(fields: Fields, version: number): Addresses {
  fields.skip(4);
  demandEights(fields);
  fields.skip(1 + 4 + 4 + (version === 1 ? 4 : 0));
  const base = fields.u64();
  const freeSpace = fields.address();
  const end = fields.u64();
  const driver = fields.address();
  if (freeSpace !== undefined || driver !== undefined)
    throw new StructureError('UNSUPPORTED', 'Expected one file without a driver of its own, got another', fields.place);
  // The entry of the root group: a name, which it has none, and the address of its header.
  fields.skip(8);
  return { base, end, root: fields.address(), extension: undefined };
}

function readNew(fields: Fields, inspection: Inspection): Addresses {
  demandEights(fields);
  const flags = fields.u8();
  if (flags !== 0)
    inspection.find(
      'MALFORMED',
      'Expected a file that its writer has closed, got one open for writing',
      fields.place - 1,
    );
  const base = fields.u64();
  const extension = fields.address();
  const end = fields.u64();
  const root = fields.address();
  const sum = lookup3(fields.bytes.subarray(0, fields.place - fields.start));
  if (fields.u32() !== sum)
    inspection.find('HDF5_CHECKSUM', 'Expected the checksum of the superblock, got another', fields.start);
  return { base, end, root, extension };
}

function demandEights(fields: Fields): void {
  const sizes = [fields.u8(), fields.u8()];
  if (sizes.some((size) => size !== 8))
    throw new StructureError(
      'UNSUPPORTED',
      `Expected addresses and lengths of 8 bytes, got ${sizes.join(' and ')}`,
      fields.place,
    );
}
