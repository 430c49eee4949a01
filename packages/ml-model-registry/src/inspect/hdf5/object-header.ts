import { malformed, StructureError } from '../structure-error.ts';
import type { Fields } from './fields.ts';
import { checkSum, demandSignature, type Hdf5Reader } from './hdf5-reader.ts';

/** One thing that an object says of itself. */
export interface Message {
  readonly type: number;
  readonly fields: Fields;
  /** Whether these are not its fields, but where those that several objects share are. */
  readonly isShared: boolean;
}

/** Messages of one object; the older version can't count further. */
const MAX_MESSAGES = 65_535;

const CONTINUATION = 0x10;
/** The body is elsewhere, and several objects share it. */
const SHARED_FLAG = 0x02;

/** Types of messages that are known; those that the walk has no use for say nothing that could do harm. */
const known: ReadonlySet<number> = new Set([
  0x00, // nothing
  0x01, // dataspace
  0x02, // link info
  0x03, // datatype
  0x04, // fill value, old
  0x05, // fill value
  0x06, // link
  0x07, // external data files
  0x08, // data layout
  0x0a, // group info
  0x0b, // filter pipeline
  0x0c, // attribute
  0x0d, // comment
  0x0e, // time, old
  0x11, // symbol table
  0x12, // time
  0x13, // K of B-trees
  0x14, // driver info
  0x15, // attribute info
  0x16, // reference count
  0x17, // file space info
]);

/**
 * All messages of an object, those of continuations included (versions 1 and 2).
 *
 * @throws {StructureError}
 */
export async function readMessages(reader: Hdf5Reader, address: number): Promise<readonly Message[]> {
  const first = await reader.fields(address, 4);
  const isNew = Buffer.from(first.bytes).toString('latin1') === 'OHDR';
  return isNew ? readNew(reader, address) : readOld(reader, address);
}

interface Chunk {
  readonly address: number;
  readonly length: number;
}

/** Follows continuations; each place is read once. */
class Collected {
  readonly messages: Message[] = [];
  readonly #reader: Hdf5Reader;
  readonly #seen = new Set<number>();
  readonly #waiting: Chunk[] = [];
  /** All messages, those without a use included. */
  count = 0;

  constructor(reader: Hdf5Reader) {
    this.#reader = reader;
  }

  add(type: number, flags: number, fields: Fields): void {
    const { inspection } = this.#reader;
    inspection.step(1, fields.start);
    this.count += 1;
    if (this.count > MAX_MESSAGES)
      throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${MAX_MESSAGES} messages, got more`, fields.start);
    if (type === CONTINUATION) this.#follow(fields);
    else if (!known.has(type))
      inspection.find('UNSUPPORTED', `Expected a known message, got type ${type}`, fields.start);
    else if (type !== 0) this.messages.push({ type, fields, isShared: (flags & SHARED_FLAG) !== 0 });
  }

  next(): Chunk | undefined {
    return this.#waiting.shift();
  }

  #follow(fields: Fields): void {
    const place = fields.place;
    const address = fields.address();
    const length = fields.u64();
    if (address === undefined || this.#seen.has(address))
      throw malformed('Expected each continuation once, got one again', place);
    this.#seen.add(address);
    this.#waiting.push({ address, length });
  }
}

async function readOld(reader: Hdf5Reader, address: number): Promise<readonly Message[]> {
  const head = await reader.fields(address, 16);
  head.version(1);
  head.skip(1);
  const count = head.u16();
  head.skip(4);
  const collected = new Collected(reader);
  let chunk: Chunk | undefined = { address: address + 16, length: head.u32() };
  for (; chunk !== undefined; chunk = collected.next()) {
    const fields = await reader.fields(chunk.address, chunk.length);
    while (fields.left >= 8) {
      const type = fields.u16();
      const length = fields.u16();
      const flags = fields.u8();
      fields.skip(3);
      collected.add(type, flags, fields.part(length));
    }
  }
  if (collected.count !== count)
    reader.inspection.find('MALFORMED', `Expected ${count} messages, got ${collected.count}`, reader.place(address));
  return collected.messages;
}

async function readNew(reader: Hdf5Reader, address: number): Promise<readonly Message[]> {
  const head = await reader.fields(address, 6);
  head.skip(4);
  head.version(2);
  const flags = head.u8();
  if ((flags & 0xc0) !== 0) throw new StructureError('UNSUPPORTED', 'Expected known flags, got others', head.place - 1);
  const before = 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
  const sizeLength = 1 << (flags & 3);
  const length = (await reader.fields(address + before, sizeLength)).uint(sizeLength);
  const collected = new Collected(reader);
  const hasOrder = (flags & 0x04) !== 0;
  const fields = await reader.fields(address, before + sizeLength + length + 4);
  fields.skip(before + sizeLength);
  takeMessages(fields, { reader, collected, hasOrder });
  for (let chunk = collected.next(); chunk !== undefined; chunk = collected.next()) {
    const more = await reader.fields(chunk.address, chunk.length);
    demandSignature(more, 'OCHK');
    takeMessages(more, { reader, collected, hasOrder });
  }
  return collected.messages;
}

/** Messages up to the checksum. What is too short for one before it is a gap. */
function takeMessages(
  fields: Fields,
  of: { readonly reader: Hdf5Reader; readonly collected: Collected; readonly hasOrder: boolean },
): void {
  const { reader, collected, hasOrder } = of;
  if (fields.left < 4) throw malformed('Expected a checksum after messages, got an end', fields.place);
  checkSum(fields, reader.inspection);
  const head = hasOrder ? 6 : 4;
  while (fields.left >= head + 4) {
    const type = fields.u8();
    const length = fields.u16();
    const flags = fields.u8();
    if (hasOrder) fields.skip(2);
    if (length > fields.left - 4)
      throw malformed('Expected a message before the checksum, got a longer one', fields.place);
    collected.add(type, flags, fields.part(length));
  }
}
