import { malformed } from '../structure-error.ts';
import type { Fields } from './fields.ts';

/** How many elements there are, and how they are arranged. */
export interface Dataspace {
  readonly shape: readonly number[];
  readonly elements: number;
}

/**
 * Reads a dataspace message (versions 1 and 2).
 *
 * @throws {StructureError}
 */
export function readDataspace(fields: Fields): Dataspace {
  const place = fields.place;
  const version = fields.version(1, 2);
  const rank = fields.u8();
  const flags = fields.u8();
  const kind = fields.u8();
  if (version === 1) fields.skip(4);
  if (rank > 32 || (flags & ~1) !== 0 || (version === 2 && kind > 2))
    throw malformed('Expected at most 32 dimensions, got another dataspace', place);
  const shape = Array.from({ length: rank }, () => fields.u64());
  if ((flags & 1) !== 0) fields.skip(8 * rank);
  if (version === 2 && kind === 2) return { shape: [0], elements: 0 };
  return { shape, elements: shape.reduce((all, size) => all * size, 1) };
}
