import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { Cursor } from '../source/cursor.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { FieldSchema, MessageSchema } from './schema.ts';

/** A value of a message, by its place. Bytes and texts are not read, only found. */
export type PbValue =
  | { readonly kind: 'number'; readonly at: number; readonly value: bigint }
  | { readonly kind: 'span'; readonly at: number; readonly length: number }
  | { readonly kind: 'message'; readonly at: number; readonly message: PbMessage };

/** A message that was walked. */
export interface PbMessage {
  readonly at: number;
  readonly length: number;
  readonly fields: ReadonlyMap<string, readonly PbValue[]>;
}

const VARINT = 0;
const FIXED64 = 1;
const SPAN = 2;
const FIXED32 = 5;

const wireTypes: Readonly<Record<FieldSchema['kind'], number>> = {
  varint: VARINT,
  fixed32: FIXED32,
  fixed64: FIXED64,
  bytes: SPAN,
  text: SPAN,
  message: SPAN,
};

/**
 * Walks over a message to its last byte (encoding of Protocol Buffers). A field that the schema does not have is `UNSUPPORTED`: nobody knows what a
 * program makes of it. A field that may be there once and comes twice is `MALFORMED`: the last counts for some readers, both for others.
 *
 * @throws {StructureError}
 */
export async function readMessage(
  source: ByteSource,
  schema: MessageSchema,
  inspection: Inspection,
): Promise<PbMessage> {
  const reader = new MessageReader(new Cursor(source), inspection);
  return await reader.message(schema, { end: source.size, depth: 0 });
}

class MessageReader {
  readonly #cursor: Cursor;
  readonly #inspection: Inspection;

  constructor(cursor: Cursor, inspection: Inspection) {
    this.#cursor = cursor;
    this.#inspection = inspection;
  }

  async message(schema: MessageSchema, part: { readonly end: number; readonly depth: number }): Promise<PbMessage> {
    const cursor = this.#cursor;
    const at = cursor.position;
    const { depth } = this.#inspection.limits;
    if (part.depth > depth)
      throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${depth} messages in each other, got more`, at);
    const fields = new Map<string, PbValue[]>();
    while (cursor.position < part.end) {
      const start = cursor.position;
      this.#inspection.step(1, start);
      if (cursor.ready < 32) await cursor.fill();
      const tag = Number(this.#varint(part.end));
      const field = schema.fields.get(tag >>> 3);
      if (tag >>> 3 === 0) throw malformed('Expected the number of a field, got 0', start);
      const value = await this.#value(field, { wire: tag & 7, end: part.end, depth: part.depth, at: start });
      if (field === undefined) {
        this.#inspection.find(
          'UNSUPPORTED',
          `Expected fields of ${schema.name} that are known, got number ${tag >>> 3}`,
          start,
        );
        continue;
      }
      const values = fields.get(field.name);
      if (values !== undefined && !field.repeated) {
        this.#inspection.find('MALFORMED', `Expected ${field.name} of ${schema.name} once, got it twice`, start);
      }
      if (values === undefined) fields.set(field.name, [value]);
      else values.push(value);
    }
    return { at, length: part.end - at, fields };
  }

  async #value(
    field: FieldSchema | undefined,
    place: { readonly wire: number; readonly end: number; readonly depth: number; readonly at: number },
  ): Promise<PbValue> {
    const { wire, end, at } = place;
    const packed = wire === SPAN && field?.repeated === true;
    if (field !== undefined && wire !== wireTypes[field.kind] && !packed) {
      throw malformed(`Expected ${field.name} as type ${wireTypes[field.kind]}, got ${wire}`, at);
    }
    if (wire === VARINT) return { kind: 'number', at, value: this.#varint(end) };
    if (wire === FIXED64 || wire === FIXED32) return this.#fixed(wire === FIXED64 ? 8 : 4, { at, end });
    if (wire !== SPAN) throw malformed(`Expected a type of field that is in use, got ${wire}`, at);
    const length = Number(this.#varint(end));
    const start = this.#cursor.position;
    if (length > end - start) {
      throw new StructureError('TRUNCATED', `Expected ${length} more bytes, got an end after ${end - start}`, start);
    }
    if (field?.message !== undefined) {
      const message = await this.message(field.message(), { end: start + length, depth: place.depth + 1 });
      return { kind: 'message', at: start, message };
    }
    this.#cursor.seek(start + length);
    return { kind: 'span', at: start, length };
  }

  #fixed(size: number, place: { readonly at: number; readonly end: number }): PbValue {
    if (this.#cursor.position + size > place.end)
      throw new StructureError('TRUNCATED', `Expected ${size} more bytes, got an end`, place.at);
    const value = BigInt(size === 8 ? this.#cursor.u64() : this.#cursor.u32());
    return { kind: 'number', at: place.at, value };
  }

  /** At most ten bytes, seven bits each, the lowest first. */
  #varint(end: number): bigint {
    const at = this.#cursor.position;
    let low = 0;
    let scale = 1;
    for (let index = 0; index < 10; index += 1) {
      if (this.#cursor.position >= end)
        throw new StructureError('TRUNCATED', 'Expected the rest of a number, got an end', at);
      const byte = this.#cursor.u8();
      if (index === 9 && byte > 1) break;
      // Up to seven bytes a number is exact as it is, and most are of one or two.
      if (index < 7) low += (byte & 0x7f) * scale;
      else return this.#long({ at, index, byte, low: BigInt(low), end });
      if (byte < 0x80) return BigInt(low);
      scale *= 128;
    }
    throw malformed('Expected a number of 64 bits, got more', at);
  }

  #long(part: {
    readonly at: number;
    readonly index: number;
    readonly byte: number;
    readonly low: bigint;
    readonly end: number;
  }): bigint {
    let { index, byte, low } = part;
    for (;;) {
      low |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return BigInt.asUintN(64, low);
      index += 1;
      if (index === 10) throw malformed('Expected a number of 64 bits, got more', part.at);
      if (this.#cursor.position >= part.end)
        throw new StructureError('TRUNCATED', 'Expected the rest of a number, got an end', part.at);
      byte = this.#cursor.u8();
      if (index === 9 && byte > 1) throw malformed('Expected a number of 64 bits, got more', part.at);
    }
  }
}
