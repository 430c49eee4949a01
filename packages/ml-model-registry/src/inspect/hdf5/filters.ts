import type { Inspection } from '../contract.ts';
import { malformed } from '../structure-error.ts';
import type { Fields } from './fields.ts';

/** Filters that come with HDF5, and LZF, which comes with h5py. For any other a library would be loaded. */
const known: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 32_000]);

/** What the bytes of a chunk went through. */
export interface Filter {
  readonly id: number;
  readonly parameters: readonly number[];
}

/**
 * Reads a filter pipeline message (versions 1 and 2): the filters in the order in which they were applied.
 *
 * @throws {StructureError}
 */
export function readFilters(fields: Fields, inspection: Inspection): readonly Filter[] {
  const version = fields.version(1, 2);
  const count = fields.u8();
  if (count > 32) throw malformed('Expected at most 32 filters, got more', fields.place - 1);
  if (version === 1) fields.skip(6);
  const found: Filter[] = [];
  for (let i = 0; i < count; i += 1) {
    const place = fields.place;
    const id = fields.u16();
    const nameLength = version === 1 || id >= 256 ? fields.u16() : 0;
    fields.skip(2);
    const values = fields.u16();
    fields.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    const parameters = Array.from({ length: values }, () => fields.u32());
    if (version === 1 && values % 2 === 1) fields.skip(4);
    found.push({ id, parameters });
    if (!known.has(id))
      inspection.find('HDF5_FILTER', `Expected a filter of HDF5, got ${id}, which is a plugin`, place);
  }
  return found;
}
