import { type FbTable, numberOf, numbersOf, tableOf, textOf } from '../flatbuffers/values.ts';
import type { TensorInfo } from '../inspection.ts';
import { quoted } from '../quoted.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { Buffer } from './buffers.ts';
import { elementTypes } from './element-types.ts';
import type { TflitePlace } from './place.ts';

/** Most dimensions that are read. TFLite's operators have eight at most. */
const MAX_DIMENSIONS = 64;

/** A tensor, and whether its numbers are in the file. */
export type TfliteTensor = TensorInfo & { readonly isConstant: boolean };

/** Looks at a tensor: that its buffer exists and has as many bytes as its shape says. */
export async function inspectTensor(table: FbTable, place: TflitePlace): Promise<TfliteTensor> {
  const { inspection, texts, buffers } = place;
  const name = await textOf(table, 'name', texts);
  const typeNumber = numberOf(table, 'type');
  const type = elementTypes[typeNumber];
  if (type === undefined) {
    const message = `Expected a known type of elements of ${quoted(name)}, got ${typeNumber}`;
    throw new StructureError('UNSUPPORTED', message, table.at);
  }
  const shape = await shapeOf(table, place);
  const number = numberOf(table, 'buffer');
  const buffer = buffers[number];
  if (buffer === undefined && (number > 0 || buffers.length > 0))
    throw malformed(`Expected one of ${buffers.length} buffers for ${quoted(name)}, got number ${number}`, table.at);
  const tensor = { name, type: type.name, shape, isConstant: false };
  if (buffer === undefined || buffer.bytes === 0) return tensor;
  const expected = Math.ceil((shape.reduce<number>((all, size) => all * (size ?? Number.NaN), 1) * type.bits) / 8);
  const isPlain = type.bits > 0 && tableOf(table, 'sparsity') === undefined;
  if (isPlain && expected !== buffer.bytes) inspection.find('MALFORMED', messageOf(name, expected, buffer), buffer.at);
  return { ...tensor, isConstant: true, ...(isPlain ? { offset: buffer.at } : {}), bytes: buffer.bytes };
}

function messageOf(name: string, expected: number, buffer: Buffer): string {
  const what = Number.isNaN(expected) ? 'no data' : `${expected} bytes`;
  return `Expected ${what} for ${quoted(name)} by its shape, got ${buffer.bytes} bytes`;
}

/** The signature of a shape says which dimensions are not fixed. */
async function shapeOf(table: FbTable, { texts }: TflitePlace): Promise<readonly (number | null)[]> {
  const short = { ...texts, most: 4 * MAX_DIMENSIONS };
  const shape = await numbersOf(table, 'shape', short);
  const signature = await numbersOf(table, 'shape_signature', short);
  if (signature.length > 0 && signature.length !== shape.length)
    throw malformed(`Expected a signature of ${shape.length} dimensions, got ${signature.length}`, table.at);
  return shape.map((size, index) => {
    if (size < -1) throw malformed(`Expected sizes of dimensions, got ${size}`, table.at);
    return size === -1 || signature[index] === -1 ? null : size;
  });
}
