import { malformed, StructureError } from '../structure-error.ts';
import type { TensorValues } from '../tensor-values.ts';
import { type Chunk, walkChunks } from './chunk-tree.ts';
import type { Datatype } from './datatype.ts';
import type { Filter } from './filters.ts';
import type { Hdf5Reader } from './hdf5-reader.ts';
import type { Layout } from './layout.ts';
import { canUndo, undoFilters } from './undo-filters.ts';

/** Most bytes of a row of chunks, which is put together in memory, and most chunks of a dataset. */
const BAND = 64 * 1024 * 1024;
const CHUNKS = 200_000;

type Chunks = Extract<Layout, { readonly kind: 'chunks' }>;

/** A dataset in chunks. */
interface ChunkedDataset {
  readonly reader: Hdf5Reader;
  readonly shape: readonly number[];
  readonly type: Datatype;
  readonly filters: readonly Filter[];
  /** Bytes of all elements. */
  readonly bytes: number;
}

/**
 * The numbers of a dataset in chunks, in their order: all chunks that have the same rows are put together, and given before the next ones are read.
 */
export function chunkedValues(layout: Chunks, dataset: ChunkedDataset): TensorValues | string {
  const { shape, type, filters, bytes } = dataset;
  const { sizes, address, index } = layout;
  const other = filters.find(({ id }) => !canUndo(id));
  if (bytes === 0) return { bytes, read: () => nothing() };
  if (address === undefined) return 'its numbers were never written';
  if (other !== undefined) return `its chunks went through filter ${other.id}, which is not undone here`;
  if (index === 'other') return 'its chunks have an index that is not read';
  if (chunkCount(shape, sizes) > CHUNKS) return `it has more than ${CHUNKS} chunks`;
  const band = (sizes[0] ?? 1) * shape.slice(1).reduce((all, size) => all * size, type.size);
  const chunk = sizes.reduce((all, size) => all * size, 1);
  if (band > BAND || chunk > BAND) return `its chunks would take more than ${BAND} bytes of memory`;
  return { bytes, read: () => rows(layout, dataset), isBigEndian: type.isBigEndian };
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

function chunkCount(shape: readonly number[], sizes: readonly number[]): number {
  return shape.reduce((all, size, dimension) => all * Math.ceil(size / (sizes[dimension] ?? 1)), 1);
}

async function* rows(layout: Chunks, dataset: ChunkedDataset): AsyncGenerator<Uint8Array, void, undefined> {
  const { shape, type } = dataset;
  const [height = 1] = layout.sizes;
  const [all = 1, ...rest] = shape;
  const rowBytes = rest.reduce((product, size) => product * size, type.size);
  const bands = await chunksByBand(layout, dataset);
  for (let first = 0; first < all; first += height) {
    const band = Buffer.alloc(Math.min(height, all - first) * rowBytes);
    for (const chunk of bands.get(first) ?? []) {
      const bytes = await chunkBytes(chunk, layout, dataset);
      copyChunk({ bytes, sizes: layout.sizes }, { band, shape, first: [0, ...chunk.first.slice(1)], each: type.size });
    }
    yield band;
  }
}

/** The chunks by their first row. Each has to be there, once. */
async function chunksByBand(
  layout: Chunks,
  { reader, shape, filters }: ChunkedDataset,
): Promise<ReadonlyMap<number, readonly Chunk[]>> {
  const bands = new Map<number, Chunk[]>();
  const seen = new Set<string>();
  const { sizes, address = 0 } = layout;
  const place = reader.place(address);
  const take = (chunk: Chunk): void => {
    const isPlaced = chunk.first.every(
      (start, dimension) => start % (sizes[dimension] ?? 1) === 0 && start < (shape[dimension] ?? 0),
    );
    const key = chunk.first.join(':');
    if (!isPlaced || seen.has(key)) throw malformed('Expected each chunk in its place, once, got another', place);
    seen.add(key);
    const [row = 0] = chunk.first;
    const band = bands.get(row) ?? [];
    band.push(chunk);
    bands.set(row, band);
  };
  const bytes = sizes.reduce((product, size) => product * size, 1);
  if (layout.index === 'tree')
    await walkChunks(reader, address, { sizes, bytes, isFiltered: filters.length > 0 }, take);
  else inOrder(layout, { shape, address, bytes, take });
  if (seen.size < chunkCount(shape, sizes))
    throw malformed('Expected all chunks, got some that were never written', place);
  return bands;
}

/** One chunk, or all of the same size, one after the other. */
function inOrder(
  { sizes, filtered, skipped = 0 }: Chunks,
  of: {
    readonly shape: readonly number[];
    readonly address: number;
    readonly bytes: number;
    readonly take: (chunk: Chunk) => void;
  },
): void {
  const { shape, address, bytes, take } = of;
  const counts = shape.map((size, dimension) => Math.ceil(size / (sizes[dimension] ?? 1)));
  const count = counts.reduce((all, each) => all * each, 1);
  for (let number = 0; number < count; number += 1) {
    let left = number;
    const first = counts
      .toReversed()
      .map((each, back) => {
        const at = left % each;
        left = Math.floor(left / each);
        return at * (sizes[counts.length - 1 - back] ?? 1);
      })
      .toReversed();
    take({ address: address + number * bytes, stored: filtered ?? bytes, skipped, first });
  }
}

async function chunkBytes(
  { address, stored, skipped }: Chunk,
  { sizes }: Chunks,
  { reader, filters }: ChunkedDataset,
): Promise<Uint8Array> {
  const bytes = sizes.reduce((product, size) => product * size, 1);
  const { bytes: raw, start } = await reader.fields(address, stored);
  const found = await undoFilters(raw, { filters, skipped, bytes });
  if (found?.length === bytes) return found;
  throw new StructureError('MALFORMED', `Expected a chunk of ${bytes} bytes, got another`, start);
}

/** Copies what of a chunk is within the dataset to its rows, a run of the last dimension at a time. */
function copyChunk(
  chunk: { readonly bytes: Uint8Array; readonly sizes: readonly number[] },
  to: {
    readonly band: Uint8Array;
    readonly shape: readonly number[];
    /** Where it begins, counted from the first row of the band. */
    readonly first: readonly number[];
    readonly each: number;
  },
): void {
  const { band, shape, first, each } = to;
  const copy = (dimension: number, from: number, into: number): void => {
    const size = chunk.sizes[dimension] ?? 1;
    const start = first[dimension] ?? 0;
    const count = Math.min(size, (shape[dimension] ?? 1) - start);
    const inner = chunk.sizes.slice(dimension + 1, -1).reduce((all, one) => all * one, each);
    const outer = shape.slice(dimension + 1).reduce((all, one) => all * one, each);
    const base = into + start * outer;
    if (dimension === shape.length - 1) {
      const room = Math.min(count * each, Math.max(band.length - base, 0));
      band.set(chunk.bytes.subarray(from, from + room), base);
      return;
    }
    for (let index = 0; index < count && base + index * outer < band.length; index += 1)
      copy(dimension + 1, from + index * inner, base + index * outer);
  };
  copy(0, 0, 0);
}
