import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { streamOf } from '../source/stream-of.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { Fields } from './fields.ts';
import { lookup3 } from './lookup3.ts';

/** Bytes that are read for one step of the budget. */
const BYTES_OF_A_STEP = 64;

/** Reads structures at addresses of one file. */
export interface Hdf5Reader {
  readonly inspection: Inspection;
  /** The place in the file of an address. */
  place(address: number): number;
  /** Whether `length` bytes at an address are in the file. */
  has(address: number, length: number): boolean;
  /**
   * The fields of a structure.
   *
   * @throws {StructureError} `TRUNCATED`, `LIMIT_EXCEEDED`.
   */
  fields(address: number, length: number): Promise<Fields>;
  /** Bytes from a place in the file on, from front to back. */
  stream(place: number, length: number): AsyncIterable<Uint8Array>;
}

/** A reader of a file whose addresses count from `base`. */
export function hdf5Reader(
  source: ByteSource,
  of: { readonly inspection: Inspection; readonly base: number },
): Hdf5Reader {
  const { inspection, base } = of;
  return {
    inspection,
    place: (address) => base + address,
    has: (address, length) => base + address + length <= source.size,
    stream: (place, length) => streamOf(source, place, length),
    async fields(address, length) {
      if (length > inspection.limits.held) {
        const message = `Expected a structure of at most ${inspection.limits.held} bytes, got ${length}`;
        throw new StructureError('LIMIT_EXCEEDED', message, base + address);
      }
      // What is long costs more: the same bytes may be asked for again and again.
      inspection.step(1 + Math.floor(length / BYTES_OF_A_STEP), base + address);
      return new Fields(await source.read(base + address, length), base + address);
    },
  };
}

/** Takes the four letters that a structure begins with. */
export function demandSignature(fields: Fields, signature: string): void {
  const place = fields.place;
  if (Buffer.from(fields.take(4)).toString('latin1') !== signature)
    throw malformed(`Expected ${signature}, got something else`, place);
}

/** Holds a structure against the checksum in its last four bytes. */
export function checkSum(fields: Fields, inspection: Inspection): void {
  const length = fields.bytes.length - 4;
  const stored = new DataView(fields.bytes.buffer, fields.bytes.byteOffset + length, 4).getUint32(0, true);
  if (stored !== lookup3(fields.bytes.subarray(0, length)))
    inspection.find('HDF5_CHECKSUM', 'Expected the checksum of the structure, got another', fields.start);
}
