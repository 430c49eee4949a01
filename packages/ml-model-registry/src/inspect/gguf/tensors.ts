import type { Inspection } from '../contract.ts';
import type { TensorInfo } from '../inspection.ts';
import { quoted } from '../quoted.ts';
import type { Cursor } from '../source/cursor.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { readText } from './metadata.ts';
import { blockTypes } from './types.ts';

/** Most dimensions that ggml has. */
const MAX_DIMENSIONS = 4;
/** Longest name of a tensor, in bytes: ggml has 64 with the zero at the end, tools of others more. */
const MAX_NAME = 1024;

/** A tensor whose place counts from where the data begin. */
export type ListedTensor = TensorInfo & { readonly offset: number; readonly bytes: number; readonly at: number };

/**
 * The list of tensors.
 *
 * @throws {StructureError}
 */
export async function readTensorList(
  cursor: Cursor,
  count: number,
  inspection: Inspection,
): Promise<readonly ListedTensor[]> {
  const tensors: ListedTensor[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const at = cursor.position;
    inspection.step(1, at);
    const tensor = await readTensor(cursor);
    if (names.has(tensor.name))
      inspection.find('MALFORMED', `Expected each tensor once, got ${quoted(tensor.name)} again`, at);
    names.add(tensor.name);
    tensors.push(tensor);
  }
  return tensors;
}

async function readTensor(cursor: Cursor): Promise<ListedTensor> {
  const at = cursor.position;
  const name = await readText(cursor, { most: MAX_NAME });
  await cursor.need(4);
  const dimensions = cursor.u32();
  if (dimensions > MAX_DIMENSIONS)
    throw malformed(`Expected at most ${MAX_DIMENSIONS} dimensions, got ${dimensions}`, at);
  await cursor.need(8 * dimensions + 12);
  const sizes = Array.from({ length: dimensions }, () => cursor.u64());
  const typeNumber = cursor.u32();
  const type = blockTypes.get(typeNumber);
  if (type === undefined) {
    throw new StructureError(
      'UNSUPPORTED',
      `Expected a type of elements that is known, got ${typeNumber} of ${quoted(name)}`,
      at,
    );
  }
  const elements = sizes.reduce((all, size) => all * size, 1);
  if (elements > Number.MAX_SAFE_INTEGER)
    throw malformed(`Expected fewer than 2^53 elements in ${quoted(name)}, got more`, at);
  // Blocks do not go over the end of a row, which is the first dimension.
  if ((sizes[0] ?? 1) % type.elements !== 0) {
    throw malformed(`Expected rows of whole blocks of ${type.elements} in ${quoted(name)}, got ${sizes[0]}`, at);
  }
  const bytes = (elements / type.elements) * type.bytes;
  // The first dimension changes fastest; shapes elsewhere are told the other way around.
  return { name, type: type.name, shape: sizes.toReversed(), offset: cursor.u64(), bytes, at };
}

/** Where the tensors are in the file. */
export interface DataPlace {
  readonly inspection: Inspection;
  /** Where the data begin. */
  readonly start: number;
  readonly end: number;
  readonly alignment: number;
}

/** Looks whether tensors fill the data, one after the other, with nothing but padding between them. */
export function placeTensors(tensors: readonly ListedTensor[], place: DataPlace): readonly TensorInfo[] {
  const { inspection, alignment, start, end } = place;
  let covered = start;
  for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset)) {
    const from = start + tensor.offset;
    if (tensor.offset % alignment !== 0) {
      inspection.find(
        'MALFORMED',
        `Expected ${quoted(tensor.name)} at a multiple of ${alignment}, got ${tensor.offset}`,
        tensor.at,
      );
    } else if (from > align(covered, alignment)) {
      inspection.find('HIDDEN_BYTES', `Expected tensors without holes, got ${from - covered} bytes of none`, covered);
    } else if (from < covered) {
      inspection.find(
        'MALFORMED',
        `Expected tensors beside each other, got ${quoted(tensor.name)} over another`,
        tensor.at,
      );
    }
    if (from + tensor.bytes > end) {
      const message = `Expected ${quoted(tensor.name)} to end at ${from + tensor.bytes}, got an end at ${end}`;
      inspection.find('TRUNCATED', message, tensor.at);
    }
    covered = Math.max(covered, from + tensor.bytes);
  }
  // Writers pad the last tensor as well, or don't.
  if (end > align(covered, alignment)) {
    inspection.find('HIDDEN_BYTES', `Expected an end after the last tensor, got ${end - covered} bytes`, covered);
  }
  return tensors.map(({ name, type, shape, offset, bytes }) => ({ name, type, shape, offset: start + offset, bytes }));
}

/** The next multiple of `alignment`. */
export function align(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}
