import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { streamOf } from '../source/stream-of.ts';
import { arrayOrder, type FoundTensor, type TensorValues } from '../tensor-values.ts';
import { type ArrayType, arrayTypeOf } from './array-type.ts';
import { Blob, Dict, Made, Sequence, Tuple, type Value } from './values.ts';

/** Where arrays are read. */
interface ArrayPlace {
  readonly source: ByteSource;
  /** Where the bytes of joblib's arrays begin. */
  readonly places: ReadonlyMap<Made, number>;
  readonly inspection: Pick<Inspection, 'limits'>;
}

/** An array, and where its bytes begin; or why that is not known. */
interface PlacedArray {
  readonly type: ArrayType;
  readonly shape: readonly number[];
  readonly isFortran: boolean;
  readonly start: number | string;
}

/**
 * The arrays of what a pickle gives, named by the keys that lead to them: `steps.1.1.coef_`. Of lists their beginning is known; that there is more is
 * told as a tensor whose numbers can't be read.
 */
export function arraysIn(root: Value, place: ArrayPlace): readonly FoundTensor[] {
  const { limits } = place.inspection;
  const found: FoundTensor[] = [];
  const seen = new Set<Value>();
  const look = (value: Value, path: readonly string[]): void => {
    if (found.length >= limits.tensors || path.length > limits.depth) return;
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const name = path.join('.');
    const array = value instanceof Made ? arrayOf(value, place) : undefined;
    if (array !== undefined) found.push(tensorOf(name === '' ? 'array' : name, array, place));
    else for (const [key, inner] of partsOf(value)) look(inner, [...path, key]);
    if ((value instanceof Sequence || value instanceof Tuple) && value.length > value.items.length)
      found.push(restOf(name, value));
  };
  look(root, []);
  return found;
}

function partsOf(value: Value): Iterable<readonly [string, Value]> {
  if (value instanceof Dict) return value.entries;
  if (value instanceof Made) {
    const args = value.args.map((item, index) => [String(index), item] as const);
    const { state } = value;
    return [...args, ...(state === undefined ? [] : [...partsOf(state)]), ...value.entries];
  }
  if (value instanceof Sequence || value instanceof Tuple)
    return value.items.map((item, index) => [String(index), item] as const);
  return [];
}

function restOf(name: string, { items, length }: Sequence | Tuple): FoundTensor {
  return {
    name: `${name}[${items.length}:]`,
    type: 'object',
    shape: [length - items.length],
    values: `of lists the first ${items.length} items are read`,
  };
}

function tensorOf(name: string, { type, shape, isFortran, start }: PlacedArray, place: ArrayPlace): FoundTensor {
  const { source } = place;
  const bytes = shape.reduce((all, size) => all * size, type.size);
  const told = { name, type: type.name, shape, bytes };
  if (type.hasObjects) return { ...told, values: 'it has Python objects instead of numbers' };
  if (typeof start === 'string') return { ...told, values: start };
  if (start + bytes > source.size) return { ...told, values: 'some of it is missing' };
  const values: TensorValues = {
    bytes,
    read: () => streamOf(source, start, bytes),
    isBigEndian: type.isBigEndian,
    order: arrayOrder(shape, { each: type.size, isFortran }),
  };
  return { ...told, values };
}

const reconstruct = /^numpy\.(?:core|_core)\.multiarray\._reconstruct$/;
const fromBuffer = /^numpy\.(?:core|_core)\.numeric\._frombuffer$/;

function arrayOf(value: Made, { places }: ArrayPlace): PlacedArray | undefined {
  const path = value.by?.path ?? '';
  const { state } = value;
  if (reconstruct.test(path) && state instanceof Tuple) {
    const [, shape, dtype, isFortran, bytes] = state.items;
    return placed({ shape, dtype, isFortran: isFortran === true, start: startOf(bytes) });
  }
  if (fromBuffer.test(path)) {
    const [bytes, dtype, shape, order] = value.args;
    return placed({ shape, dtype, isFortran: order === 'F', start: startOf(bytes) });
  }
  if (!(state instanceof Dict) || !path.startsWith('joblib.')) return undefined;
  const start = places.get(value) ?? 'where its numbers are is not known';
  const [shape, dtype, order] = ['shape', 'dtype', 'order'].map((name) => state.entries.get(name));
  return placed({ shape, dtype, isFortran: order === 'F', start });
}

function placed(array: {
  readonly shape: Value | undefined;
  readonly dtype: Value | undefined;
  readonly isFortran: boolean;
  readonly start: number | string;
}): PlacedArray | undefined {
  const { shape, dtype, isFortran, start } = array;
  const type = dtype instanceof Made ? arrayTypeOf(dtype) : undefined;
  if (type === undefined || !(shape instanceof Tuple)) return undefined;
  const sizes = shape.items.filter((size): size is number => typeof size === 'number' && size >= 0);
  const bytes = sizes.reduce((all, size) => all * size, type.size);
  if (sizes.length !== shape.length || !Number.isSafeInteger(bytes)) return undefined;
  return { type, shape: sizes, isFortran, start };
}

function startOf(bytes: Value | undefined): number | string {
  if (bytes instanceof Blob && bytes.at !== undefined && bytes.kind !== 'text') return bytes.at;
  return 'its numbers are written as a text';
}
