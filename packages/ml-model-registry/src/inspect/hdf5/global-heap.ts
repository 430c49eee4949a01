import { malformed } from '../structure-error.ts';
import type { Fields } from './fields.ts';
import { demandSignature, type Hdf5Reader } from './hdf5-reader.ts';

/** The objects of a collection: their places, counted from its start, and sizes. */
type Collection = ReadonlyMap<number, { readonly at: number; readonly size: number }>;

/** Where contents of any length are. */
export interface GlobalHeap {
  /**
   * An object of the heap.
   *
   * @throws {StructureError}
   */
  object(address: number, index: number): Promise<Fields>;
}

const HEAD = 16;

/** The global heap of a file: collections of objects, each of which is read once. */
export function globalHeap(reader: Hdf5Reader): GlobalHeap {
  const collections = new Map<number, Promise<Collection>>();
  return {
    async object(address, index) {
      const found = collections.get(address) ?? readCollection(reader, address);
      collections.set(address, found);
      const object = (await found).get(index);
      if (object === undefined)
        throw malformed(`Expected object ${index} of the heap, got none`, reader.place(address));
      return reader.fields(address + object.at, object.size);
    },
  };
}

async function readCollection(reader: Hdf5Reader, address: number): Promise<Collection> {
  const head = await reader.fields(address, HEAD);
  demandSignature(head, 'GCOL');
  head.version(1);
  head.skip(3);
  const size = head.u64();
  const fields = await reader.fields(address, size);
  fields.skip(Math.min(HEAD, size));
  const objects = new Map<number, { readonly at: number; readonly size: number }>();
  while (fields.left >= HEAD) {
    reader.inspection.step(1, fields.place);
    const index = fields.u16();
    fields.skip(6);
    const length = fields.u64();
    // The rest is free.
    if (index === 0) break;
    if (objects.has(index)) throw malformed('Expected each object of the heap once, got one again', fields.place);
    objects.set(index, { at: fields.place - fields.start, size: length });
    fields.skip(length);
    fields.align();
  }
  return objects;
}
