import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { Fields } from './fields.ts';
import { demandSignature, type Hdf5Reader } from './hdf5-reader.ts';
import { walkTree } from './tree.ts';

/** An object in a group. Links by path have none. */
export interface Link {
  readonly name: string;
  readonly address: number;
}

/** Objects that a file may have. */
const MAX_OBJECTS = 1_000_000;

/** Bytes of an entry of a symbol table. */
const SYMBOL = 40;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The links of an old group: a B-tree of symbol tables, with names in a local heap.
 *
 * @throws {StructureError}
 */
export async function readSymbolTable(fields: Fields, reader: Hdf5Reader): Promise<readonly Link[]> {
  const place = fields.place;
  const tree = fields.address();
  const heap = fields.address();
  if (tree === undefined || heap === undefined) throw malformed('Expected a tree and a heap of names, got none', place);
  const names = await readLocalHeap(reader, heap);
  const links: Link[] = [];
  await walkTree(reader, tree, { type: 0, keyLength: 8 }, async (_key, child) => {
    const head = await reader.fields(child, 8);
    demandSignature(head, 'SNOD');
    head.version(1);
    head.skip(1);
    const count = head.u16();
    const symbols = await reader.fields(child + 8, count * SYMBOL);
    for (let i = 0; i < count; i += 1) {
      const link = readSymbol(symbols.part(SYMBOL), { names, inspection: reader.inspection });
      if (link !== undefined) links.push(link);
      reader.inspection.step(1, symbols.place);
      demandFew(links.length, symbols.place);
    }
  });
  return links;
}

/**
 * Refuses more objects than any model has.
 *
 * @throws {StructureError} `LIMIT_EXCEEDED`.
 */
export function demandFew(objects: number, place: number): void {
  if (objects > MAX_OBJECTS)
    throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${MAX_OBJECTS} objects, got more`, place);
}

async function readLocalHeap(reader: Hdf5Reader, address: number): Promise<Fields> {
  const head = await reader.fields(address, 32);
  demandSignature(head, 'HEAP');
  head.version(0);
  head.skip(3);
  const size = head.u64();
  head.skip(8);
  const segment = head.address();
  if (segment === undefined) throw malformed('Expected a heap with a segment, got none', head.start);
  return reader.fields(segment, size);
}

function readSymbol(symbol: Fields, of: { readonly names: Fields; readonly inspection: Inspection }): Link | undefined {
  const { names, inspection } = of;
  const place = symbol.place;
  const nameAt = symbol.u64();
  const address = symbol.address();
  const cache = symbol.u32();
  const end = nameAt < names.bytes.length ? names.bytes.indexOf(0, nameAt) : -1;
  if (end === -1) throw malformed('Expected a name in the heap, got another place', place);
  const name = readName(names.bytes.subarray(nameAt, end), { inspection, place: names.start + nameAt });
  if (cache > 2) throw malformed('Expected a symbol of a known kind, got another', place);
  // A symbolic link to another object of the file.
  if (cache === 2) return undefined;
  if (address === undefined) throw malformed('Expected an object, got an address of nothing', place);
  return { name, address };
}

/**
 * A link message of a new group: an object, a path in the file, or a path in another file.
 *
 * @throws {StructureError}
 */
export function readLink(fields: Fields, inspection: Inspection): Link | undefined {
  fields.version(1);
  const flags = fields.u8();
  const type = (flags & 0x08) === 0 ? 0 : fields.u8();
  if ((flags & 0x04) !== 0) fields.skip(8);
  if ((flags & 0x10) !== 0) fields.skip(1);
  const width = 1 << (flags & 3);
  const length = fields.uint(width);
  const place = fields.place;
  const name = readName(fields.take(length), { inspection, place });
  if (type === 0) {
    const address = fields.address();
    if (address === undefined) throw malformed('Expected an object, got an address of nothing', place);
    return { name, address };
  }
  if (type === 64) {
    const value = fields.part(fields.u16());
    value.skip(1);
    const file = Buffer.from(value.zeroEnded()).toString();
    inspection.find('HDF5_OTHER_FILES', `Expected everything in this file, got a link to ${quoted(file)}`, place);
  } else if (type !== 1) throw new StructureError('UNSUPPORTED', `Expected a known kind of links, got ${type}`, place);
  return undefined;
}

function readName(bytes: Uint8Array, at: { readonly inspection: Inspection; readonly place: number }): string {
  try {
    const name = strict.decode(bytes);
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    if (name !== '' && name !== '.' && !/[\u0000-\u001f\u007f/]/.test(name)) return name;
    at.inspection.find('INVALID_TEXT', `Expected a plain name, got ${quoted(name)}`, at.place);
    return name;
  } catch {
    at.inspection.find('INVALID_TEXT', 'Expected a name in UTF-8, got other bytes', at.place);
    return Buffer.from(bytes).toString('latin1');
  }
}
