import { malformed, StructureError } from '../structure-error.ts';
import type { Fields } from './fields.ts';

/** Where the elements of a dataset are. An address is `undefined` when nothing was written. */
export type Layout =
  | { readonly kind: 'compact'; readonly place: number; readonly size: number }
  | { readonly kind: 'contiguous'; readonly address: number | undefined; readonly size: number }
  | {
      readonly kind: 'chunks';
      readonly address: number | undefined;
      /** Sizes of a chunk, that of an element last. */
      readonly sizes: readonly number[];
      readonly index: 'tree' | 'single' | 'in order' | 'other';
      /** Bytes of the single chunk when it is filtered. */
      readonly filtered: number | undefined;
      /** Filters that it did not go through, by bits. */
      readonly skipped?: number | undefined;
    }
  | { readonly kind: 'virtual' };

/**
 * Reads a layout message (versions 1 to 4).
 *
 * @throws {StructureError}
 */
export function readLayout(fields: Fields): Layout {
  const version = fields.version(1, 2, 3, 4);
  if (version < 3) return readOld(fields);
  const place = fields.place;
  const kind = fields.u8();
  if (kind === 0) {
    const size = fields.u16();
    return { kind: 'compact', place: fields.part(size).start, size };
  }
  if (kind === 1) return { kind: 'contiguous', address: fields.address(), size: fields.u64() };
  if (kind === 2) return version === 3 ? readTreeChunks(fields) : readChunks(fields);
  if (kind === 3 && version === 4) return { kind: 'virtual' };
  throw new StructureError('UNSUPPORTED', `Expected a known layout, got ${kind}`, place);
}

function readOld(fields: Fields): Layout {
  const rank = fields.u8();
  const kind = fields.u8();
  fields.skip(5);
  const address = kind === 0 ? undefined : fields.address();
  const sizes = Array.from({ length: rank }, () => fields.u32());
  if (kind === 2) return { kind: 'chunks', address, sizes, index: 'tree', filtered: undefined };
  if (kind === 1) return { kind: 'contiguous', address, size: sizes.reduce((all, size) => all * size, 1) };
  if (kind !== 0) throw new StructureError('UNSUPPORTED', `Expected a known layout, got ${kind}`, fields.place);
  const size = fields.u32();
  return { kind: 'compact', place: fields.part(size).start, size };
}

function readTreeChunks(fields: Fields): Layout {
  const rank = fields.u8();
  const address = fields.address();
  return { kind: 'chunks', address, sizes: sizesOf(fields, rank, 4), index: 'tree', filtered: undefined };
}

function readChunks(fields: Fields): Layout {
  const flags = fields.u8();
  const rank = fields.u8();
  const width = fields.u8();
  if (width < 1 || width > 8) throw malformed('Expected sizes of 1 to 8 bytes, got others', fields.place - 1);
  const sizes = sizesOf(fields, rank, width);
  const type = fields.u8();
  let filtered: number | undefined;
  let skipped = 0;
  if (type === 1 && (flags & 2) !== 0) {
    filtered = fields.u64();
    skipped = fields.u32();
  } else fields.skip([0, 0, 0, 1, 5, 6][type] ?? 0);
  const index = type === 1 ? 'single' : type === 2 ? 'in order' : 'other';
  return { kind: 'chunks', address: fields.address(), sizes, index, filtered, skipped };
}

function sizesOf(fields: Fields, rank: number, width: number): readonly number[] {
  if (rank < 1 || rank > 33) throw malformed('Expected at most 32 dimensions, got more', fields.place);
  const sizes = Array.from({ length: rank }, () => fields.uint(width));
  if (sizes.includes(0)) throw malformed('Expected chunks with elements, got empty ones', fields.place);
  return sizes;
}
