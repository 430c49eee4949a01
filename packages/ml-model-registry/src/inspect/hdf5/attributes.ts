import { quoted } from '../quoted.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { readDataspace } from './dataspace.ts';
import { type Datatype, readDatatype } from './datatype.ts';
import type { Fields } from './fields.ts';
import type { GlobalHeap } from './global-heap.ts';
import type { Hdf5Reader } from './hdf5-reader.ts';

/** A text, and its place in the file. */
export interface StoredText {
  readonly bytes: Uint8Array;
  readonly place: number;
}

/** An attribute. */
export interface Attribute {
  readonly name: string;
  /** Its texts, when it has any. */
  readonly texts: readonly StoredText[];
}

/**
 * Reads an attribute message (versions 1 to 3), with texts from the global heap.
 *
 * @throws {StructureError}
 */
export async function readAttribute(
  fields: Fields,
  of: { readonly reader: Hdf5Reader; readonly heap: GlobalHeap },
): Promise<Attribute> {
  const { reader, heap } = of;
  const place = fields.place;
  const version = fields.version(1, 2, 3);
  const flags = fields.u8();
  if (version > 1 && flags !== 0)
    throw new StructureError(
      'UNSUPPORTED',
      'Expected an attribute with a type of its own, got one that objects share',
      place,
    );
  const [nameLength, typeLength, spaceLength] = [fields.u16(), fields.u16(), fields.u16()];
  if (version === 3) fields.skip(1);
  const part = (length: number): Fields => {
    const found = fields.part(length);
    if (version === 1) fields.skip(Math.min((8 - (length % 8)) % 8, fields.left));
    return found;
  };
  const name = Buffer.from(part(nameLength).zeroEnded()).toString();
  const type = readDatatype(part(typeLength));
  const { elements } = readDataspace(part(spaceLength));
  const size = elements * type.size;
  if (size > fields.left)
    throw malformed(`Expected ${size} bytes of ${quoted(name)}, got ${fields.left}`, fields.place);
  if (type.kind === 'elsewhere')
    reader.inspection.find('UNSUPPORTED', `Expected numbers or texts in ${quoted(name)}, got ${type.name}`, place);
  const texts = await textsOf(fields.part(size), { type, elements, reader, heap });
  return { name, texts };
}

async function textsOf(
  data: Fields,
  of: { readonly type: Datatype; readonly elements: number; readonly reader: Hdf5Reader; readonly heap: GlobalHeap },
): Promise<readonly StoredText[]> {
  const { type, elements, reader, heap } = of;
  const texts: StoredText[] = [];
  let held = 0;
  if (type.kind !== 'text' && type.kind !== 'variable text') return texts;
  for (let i = 0; i < elements; i += 1) {
    reader.inspection.step(1, data.place);
    const fields = type.kind === 'text' ? data.part(type.size) : await variableText(data, heap);
    const { bytes, start: place } = fields;
    held += bytes.length;
    if (held > reader.inspection.limits.held)
      throw new StructureError('LIMIT_EXCEEDED', 'Expected fewer bytes in texts of an attribute, got more', data.place);
    const end = bytes.indexOf(0);
    texts.push({ bytes: end === -1 ? bytes : bytes.subarray(0, end), place });
  }
  return texts;
}

async function variableText(data: Fields, heap: GlobalHeap): Promise<Fields> {
  const place = data.place;
  const length = data.u32();
  const address = data.address();
  const index = data.u32();
  if (address === undefined || length === 0) return data.part(0);
  const object = await heap.object(address, index);
  if (length > object.left) throw malformed(`Expected a text of ${length} bytes, got ${object.left}`, place);
  return object.part(length);
}
