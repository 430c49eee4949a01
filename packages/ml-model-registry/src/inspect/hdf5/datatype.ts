import { malformed, StructureError } from '../structure-error.ts';
import type { Fields } from './fields.ts';

/** The type of elements. */
export interface Datatype {
  /** In lower case: `float32`, `int64`, `structured`. */
  readonly name: string;
  /** Bytes of an element, where it stands. */
  readonly size: number;
  /**
   * `number`: what was learned. `text`: of one length, `variable text`: in the global heap. `plain`: whatever else stands there itself. `elsewhere`:
   * lists and references, whose content is in other places.
   */
  readonly kind: 'number' | 'text' | 'variable text' | 'plain' | 'elsewhere';
  /** Whether the most significant byte of numbers comes first. */
  readonly isBigEndian?: boolean | undefined;
}

/** Types in types. */
const MAX_DEPTH = 16;

interface Head {
  readonly version: number;
  /** The class bit field. */
  readonly bits: number;
  readonly size: number;
  readonly depth: number;
}

/**
 * Reads a datatype message (versions 1 to 3).
 *
 * @throws {StructureError}
 */
export function readDatatype(fields: Fields, depth = 0): Datatype {
  const place = fields.place;
  if (depth > MAX_DEPTH)
    throw new StructureError('LIMIT_EXCEEDED', `Expected ${MAX_DEPTH} types in types, got more`, place);
  const first = fields.u8();
  const head = { version: first >> 4, bits: fields.uint(3), size: fields.u32(), depth };
  if (head.version < 1 || head.version > 3)
    throw new StructureError('UNSUPPORTED', `Expected a type of version 1 to 3, got ${head.version}`, place);
  if (head.size === 0) throw malformed('Expected elements of at least a byte, got none', place);
  const type = readers[first & 15];
  if (type === undefined)
    throw new StructureError('UNSUPPORTED', `Expected a known class of types, got ${first & 15}`, place);
  return type(fields, head);
}

const readers: readonly ((fields: Fields, head: Head) => Datatype)[] = [
  readInteger,
  readFloat,
  readTime,
  (_fields, { size }) => ({ name: `s${size}`, size, kind: 'text' }),
  (fields, { size }) => {
    fields.skip(4);
    return { name: `bits${8 * size}`, size, kind: 'plain' };
  },
  (fields, { size, bits }) => {
    fields.skip(Math.ceil((bits & 0xff) / 8) * 8);
    return { name: 'opaque', size, kind: 'plain' };
  },
  readCompound,
  (_fields, { size }) => ({ name: 'reference', size, kind: 'elsewhere' }),
  readEnum,
  readVariable,
  readArray,
];

function readInteger(fields: Fields, { bits, size }: Head): Datatype {
  fields.skip(4);
  return {
    name: `${(bits & 8) === 0 ? 'uint' : 'int'}${8 * size}`,
    size,
    kind: 'number',
    isBigEndian: (bits & 1) === 1,
  };
}

function readFloat(fields: Fields, { bits, size }: Head): Datatype {
  fields.skip(5);
  const exponent = fields.u8();
  fields.skip(6);
  const name = size === 2 && exponent === 8 ? 'bfloat16' : `float${8 * size}`;
  return { name, size, kind: 'number', isBigEndian: (bits & 1) === 1 };
}

function readTime(fields: Fields, { size }: Head): Datatype {
  fields.skip(2);
  return { name: 'time', size, kind: 'plain' };
}

/** Fields with a name, a place in the element, and a type. */
function readCompound(fields: Fields, head: Head): Datatype {
  const { version, size, bits, depth } = head;
  const place = fields.place;
  let isPlain = true;
  for (let count = bits & 0xffff; count > 0; count -= 1) {
    takeName(fields, version);
    const at = version === 3 ? fields.uint(bytesFor(size)) : fields.u32();
    const repeats = version === 1 ? takeOldDimensions(fields) : 1;
    const type = readDatatype(fields, depth + 1);
    if (at + type.size * repeats > size) throw malformed('Expected fields within an element, got one beyond', place);
    isPlain &&= type.kind !== 'elsewhere' && type.kind !== 'variable text';
  }
  return { name: 'structured', size, kind: isPlain ? 'plain' : 'elsewhere' };
}

function takeName(fields: Fields, version: number): void {
  const { length } = fields.zeroEnded();
  if (version < 3) fields.skip((8 - ((length + 1) % 8)) % 8);
}

function takeOldDimensions(fields: Fields): number {
  const rank = fields.u8();
  fields.skip(3 + 4 + 4);
  const sizes = Array.from({ length: 4 }, () => fields.u32());
  return sizes.slice(0, rank).reduce((all, size) => all * size, 1);
}

/** Bytes that a number up to `most` takes. */
function bytesFor(most: number): number {
  return most < 0x100 ? 1 : most < 0x1_0000 ? 2 : most < 0x100_0000 ? 3 : 4;
}

function readEnum(fields: Fields, head: Head): Datatype {
  const { version, size, bits, depth } = head;
  const place = fields.place;
  const base = readDatatype(fields, depth + 1);
  if (base.kind !== 'number' || base.size !== size)
    throw malformed('Expected a list of whole numbers, got others', place);
  const count = bits & 0xffff;
  for (let i = 0; i < count; i += 1) takeName(fields, version);
  fields.skip(count * size);
  return { name: size === 1 && count === 2 ? 'bool' : 'enum', size, kind: 'plain' };
}

function readVariable(fields: Fields, head: Head): Datatype {
  const { size, bits, depth } = head;
  if (size !== 16) throw malformed('Expected 16 bytes for a length and a place, got another size', fields.place);
  readDatatype(fields, depth + 1);
  return (bits & 15) === 1 ? { name: 'text', size, kind: 'variable text' } : { name: 'list', size, kind: 'elsewhere' };
}

function readArray(fields: Fields, head: Head): Datatype {
  const { version, size, depth } = head;
  const place = fields.place;
  const rank = fields.u8();
  if (version < 3) fields.skip(3);
  const elements = Array.from({ length: rank }, () => fields.u32()).reduce((all, each) => all * each, 1);
  if (version < 3) fields.skip(4 * rank);
  const base = readDatatype(fields, depth + 1);
  if (base.size * elements !== size) throw malformed('Expected the size of all elements, got another', place);
  return {
    name: 'structured',
    size,
    kind: base.kind === 'elsewhere' || base.kind === 'variable text' ? 'elsewhere' : 'plain',
  };
}
