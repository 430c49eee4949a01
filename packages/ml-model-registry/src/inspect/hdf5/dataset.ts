import { quoted } from '../quoted.ts';
import { malformed } from '../structure-error.ts';
import type { FoundTensor, TensorValues } from '../tensor-values.ts';
import { walkChunks } from './chunk-tree.ts';
import { chunkedValues } from './chunked-values.ts';
import { readDataspace } from './dataspace.ts';
import { type Datatype, readDatatype } from './datatype.ts';
import { type Filter, readFilters } from './filters.ts';
import type { Hdf5Reader } from './hdf5-reader.ts';
import { type Layout, readLayout } from './layout.ts';
import type { Message } from './object-header.ts';

/** A dataset, and whether its numbers may be learned ones. */
export type Dataset = FoundTensor & { readonly isNumber: boolean; readonly elements: number };

/** What a dataset is called, and the place of its header. */
interface DatasetPlace {
  readonly reader: Hdf5Reader;
  readonly name: string;
  readonly place: number;
}

/**
 * Reads what the messages of a dataset say, and walks over its elements as far as they are in one piece or in chunks.
 *
 * @throws {StructureError}
 */
export async function readDataset(messages: readonly Message[], at: DatasetPlace): Promise<Dataset> {
  const { reader, name, place } = at;
  const { inspection } = reader;
  const of = (type: number): Message | undefined => messages.find((message) => message.type === type);
  const [space, datatype, layoutMessage] = [of(1), of(3), of(8)];
  if (space === undefined || datatype === undefined || layoutMessage === undefined)
    throw malformed(`Expected a shape, a type and a layout of ${quoted(name)}, got less`, place);
  const { shape, elements } = readDataspace(space.fields);
  const type = readDatatype(datatype.fields);
  const filters = of(0x0b);
  const applied = filters === undefined ? [] : readFilters(filters.fields, inspection);
  const layout = readLayout(layoutMessage.fields);
  const bytes = elements * type.size;
  if (of(7) !== undefined || layout.kind === 'virtual')
    inspection.find('HDF5_OTHER_FILES', `Expected everything in this file, got ${quoted(name)} in others`, place);
  else if (layout.kind === 'chunks') await checkChunks(layout, { ...at, shape, type, isFiltered: applied.length > 0 });
  else checkBlock(layout, { ...at, bytes });
  if (type.kind === 'elsewhere' || type.kind === 'variable text')
    inspection.find('UNSUPPORTED', `Expected elements in ${quoted(name)} itself, got ${type.name}`, place);
  const start = placeOf(layout, reader);
  const told = start === undefined || of(7) !== undefined ? {} : { offset: start, bytes };
  const values = of(7) === undefined ? valuesOf(layout, { reader, shape, type, filters: applied, bytes }) : ELSEWHERE;
  return { name, type: type.name, shape, isNumber: type.kind === 'number', elements, ...told, values };
}

const ELSEWHERE = 'its numbers are in another file';

function valuesOf(
  layout: Layout,
  of: {
    readonly reader: Hdf5Reader;
    readonly shape: readonly number[];
    readonly type: Datatype;
    readonly filters: readonly Filter[];
    readonly bytes: number;
  },
): TensorValues | string {
  const { reader, type, bytes } = of;
  if (layout.kind === 'virtual') return ELSEWHERE;
  if (type.kind === 'elsewhere' || type.kind === 'variable text') return 'what it has is in other places of the file';
  if (layout.kind === 'chunks') return chunkedValues(layout, of);
  const start = placeOf(layout, reader);
  if (start === undefined) return 'its numbers were never written';
  if (layout.size !== bytes || !reader.has(start - reader.place(0), bytes)) return 'some of its numbers are missing';
  return { bytes, read: () => reader.stream(start, bytes), isBigEndian: type.isBigEndian };
}

function placeOf(layout: Layout, reader: Hdf5Reader): number | undefined {
  if (layout.kind === 'compact') return layout.place;
  if (layout.kind !== 'contiguous' || layout.address === undefined) return undefined;
  return reader.place(layout.address);
}

function checkBlock(
  layout: Extract<Layout, { readonly kind: 'compact' | 'contiguous' }>,
  at: DatasetPlace & { readonly bytes: number },
): void {
  const { reader, name, place, bytes } = at;
  const { inspection } = reader;
  const isWritten = layout.kind === 'compact' || layout.address !== undefined;
  if (layout.size !== bytes && isWritten)
    inspection.find('MALFORMED', `Expected ${bytes} bytes of ${quoted(name)} by its shape, got ${layout.size}`, place);
  if (layout.kind === 'contiguous' && layout.address !== undefined && !reader.has(layout.address, layout.size)) {
    const message = `Expected ${layout.size} bytes of ${quoted(name)} at ${reader.place(layout.address)}, got an end`;
    inspection.find('TRUNCATED', message, place);
  }
  if (!isWritten) limitUnwritten(bytes, at);
}

/** Whoever reads elements that were never written gets as many zeros as the shape says. */
function limitUnwritten(bytes: number, at: DatasetPlace): void {
  const { inspection } = at.reader;
  if (bytes > inspection.limits.held) {
    const message = `Expected at most ${inspection.limits.held} bytes that were never written, got ${bytes} in ${quoted(at.name)}`;
    inspection.find('LIMIT_EXCEEDED', message, at.place);
  }
}

async function checkChunks(
  layout: Extract<Layout, { readonly kind: 'chunks' }>,
  at: DatasetPlace & { readonly shape: readonly number[]; readonly type: Datatype; readonly isFiltered: boolean },
): Promise<void> {
  const { reader, name, place, shape, type, isFiltered } = at;
  const { sizes, address, index, filtered } = layout;
  if (sizes.length !== shape.length + 1 || sizes.at(-1) !== type.size)
    throw malformed(`Expected chunks of the rank and type of ${quoted(name)}, got others`, place);
  const bytes = sizes.reduce((all, size) => all * size, 1);
  const chunks = shape.reduce((all, size, i) => all * Math.ceil(size / (sizes[i] ?? 1)), 1);
  if (address === undefined) return limitUnwritten(chunks * bytes, at);
  if (index === 'tree') return walkChunks(reader, address, { sizes, bytes, isFiltered });
  const stored = index === 'single' ? (filtered ?? bytes) : chunks * bytes;
  if (index === 'other' || (isFiltered && filtered === undefined)) {
    reader.inspection.find(
      'UNSUPPORTED',
      `Expected chunks in a tree of version 1, got another index of ${quoted(name)}`,
      place,
    );
  } else if (!reader.has(address, stored)) {
    reader.inspection.find('TRUNCATED', `Expected ${stored} bytes of ${quoted(name)}, got an end`, place);
  } else if (bytes > stored * reader.inspection.limits.ratio) {
    reader.inspection.find(
      'LIMIT_EXCEEDED',
      `Expected ${stored} bytes not to become ${bytes} in ${quoted(name)}`,
      place,
    );
  }
}
