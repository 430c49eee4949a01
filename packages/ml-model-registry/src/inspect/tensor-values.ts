import type { FormatReport, TensorInfo } from './inspection.ts';

/** The numbers of a tensor, for whoever wants to read them. Nothing of them is read before. */
export interface TensorValues {
  /** Bytes that {@link TensorValues.read} gives. */
  readonly bytes: number;
  /** The bytes from front to back, anew each time. */
  read(): AsyncIterable<Uint8Array>;
  /** The most significant byte of each number comes first. Default: the least significant one. */
  readonly isBigEndian?: boolean | undefined;
  /** Where numbers do not lie in their order, the last dimension fastest. */
  readonly order?: StridedOrder | undefined;
}

/** Numbers that lie in an order of their own. */
export interface StridedOrder {
  /** Bytes of a number. */
  readonly each: number;
  /** How many numbers further the next one of each dimension lies. */
  readonly strides: readonly number[];
}

/** A tensor, and its numbers, or why these can't be read, in a sentence without its dot. Without either, they are at its offset as they are. */
export interface FoundTensor extends TensorInfo {
  readonly values?: TensorValues | string | undefined;
}

/** What one format tells of a model to who reads its numbers, too. */
export interface FoundReport extends FormatReport {
  readonly tensors?: readonly FoundTensor[] | undefined;
}

/** The strides of numbers that lie in their order, the last dimension fastest. */
function plainStrides(shape: readonly number[]): readonly number[] {
  let next = 1;
  return shape
    .toReversed()
    .map((size) => {
      const stride = next;
      next *= size;
      return stride;
    })
    .toReversed();
}

/** An order, where it is another than the usual one. Strides of dimensions with one number say nothing. */
export function orderOf(shape: readonly number[], { each, strides }: StridedOrder): StridedOrder | undefined {
  const plain = plainStrides(shape);
  const isPlain = shape.includes(0) || shape.every((size, index) => size === 1 || strides[index] === plain[index]);
  return isPlain ? undefined : { each, strides };
}

/** The order of an array of NumPy: the last dimension fastest, or the first (Fortran's). */
export function arrayOrder(
  shape: readonly number[],
  { each, isFortran }: { readonly each: number; readonly isFortran: boolean },
): StridedOrder | undefined {
  return isFortran ? orderOf(shape, { each, strides: plainStrides(shape.toReversed()).toReversed() }) : undefined;
}

/** What is told of a tensor: all but its numbers. */
export function toldTensor({ values: _values, ...told }: FoundTensor): TensorInfo {
  return told;
}
