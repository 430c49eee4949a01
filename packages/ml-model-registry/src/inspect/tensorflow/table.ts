import type { Inspection } from '../contract.ts';
import { malformed, StructureError } from '../structure-error.ts';

/** An entry of a table. */
export interface TableEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Where its block begins. */
  readonly at: number;
}

/** Two places and a magic number, at the end. */
const FOOTER = 48;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');
/** Behind each block: how it is compressed, and a checksum. */
const TRAILER = 5;

/**
 * The entries of a table of LevelDB (`table_format.md`), which TensorFlow has for the index of variables: blocks of sorted keys, of which each leaves out
 * what it has in common with the one before. Blocks are not compressed in them. Every byte belongs to a block or the footer.
 *
 * @throws {StructureError}
 */
export function readTable(bytes: Uint8Array, inspection: Pick<Inspection, 'step'>): readonly TableEntry[] {
  const end = bytes.length - FOOTER;
  if (end < 0 || Buffer.compare(bytes.subarray(bytes.length - MAGIC.length), MAGIC) !== 0)
    throw new StructureError('TRUNCATED', 'Expected a table with its footer, got another end', bytes.length);
  const footer = new Reader(bytes, end, bytes.length - MAGIC.length);
  const [other, index] = [placeOf(footer), placeOf(footer)];
  const blocks = entriesOf(bytes, index, inspection).map(({ value }) => placeOf(new Reader(value, 0, value.length)));
  demandWhole([...blocks, other, index], end);
  const entries = blocks.flatMap((block) => entriesOf(bytes, block, inspection));
  const unsorted = entries.find(({ key }, at) => at > 0 && key <= (entries[at - 1]?.key ?? ''));
  if (unsorted !== undefined) throw malformed('Expected keys in their order, each once, got another', unsorted.at);
  return entries;
}

interface Place {
  readonly at: number;
  readonly size: number;
}

function placeOf(reader: Reader): Place {
  return { at: reader.varint(), size: reader.varint() };
}

/** Blocks lie one after the other, from the beginning to the footer. */
function demandWhole(places: readonly Place[], end: number): void {
  let covered = 0;
  for (const { at, size } of places.toSorted((a, b) => a.at - b.at)) {
    if (at !== covered) throw malformed('Expected blocks beside each other, got another place', at);
    covered = at + size + TRAILER;
  }
  if (covered !== end) throw malformed('Expected the footer after the last block, got another place', covered);
}

function entriesOf(
  bytes: Uint8Array,
  { at, size }: Place,
  inspection: Pick<Inspection, 'step'>,
): readonly TableEntry[] {
  const end = at + size;
  if (size < 8 || end + TRAILER > bytes.length - FOOTER)
    throw new StructureError('TRUNCATED', `Expected a block of ${size} bytes, got an end`, at);
  if (bytes[end] !== 0) throw new StructureError('UNSUPPORTED', 'Expected a block that is not compressed', end);
  const restarts = Buffer.from(bytes.subarray(end - 4, end)).readUInt32LE();
  const last = end - 4 - 4 * restarts;
  if (last < at) throw malformed(`Expected ${restarts} places in a block, got fewer`, at);
  const reader = new Reader(bytes, at, last);
  const found: TableEntry[] = [];
  let key = Buffer.alloc(0);
  while (reader.left > 0) {
    inspection.step(1, reader.at);
    const [shared, own, length] = [reader.varint(), reader.varint(), reader.varint()];
    if (shared > key.length) throw malformed('Expected a key that has a beginning, got none', reader.at);
    key = Buffer.concat([key.subarray(0, shared), reader.take(own)]);
    found.push({ key: key.toString('latin1'), value: reader.take(length), at });
  }
  return found;
}

class Reader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.at;
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw new StructureError('TRUNCATED', `Expected ${count} more bytes, got an end`, this.at);
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  /** At most 2^49, which is larger than any file is. */
  varint(): number {
    let value = 0;
    for (let shift = 1; shift <= 2 ** 42; shift *= 128) {
      const [byte = 0] = this.take(1);
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
    throw malformed('Expected a smaller number, got more bytes', this.at);
  }
}
