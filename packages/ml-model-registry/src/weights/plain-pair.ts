import type { TensorValues } from '../inspect/tensor-values.ts';
import type { NumberStream } from './compare-tensor.ts';
import { inOrder, orderProblem } from './in-order.ts';

/** Two streams that are compared number by number. */
export interface PlainPair {
  readonly old: NumberStream;
  readonly young: NumberStream;
  /** Of each. */
  readonly bytes: number;
}

/** The numbers of a tensor in two versions, in the same order; or why they can't be compared. */
export function plainPair(tensor: {
  /** Before and after. */
  readonly values: readonly [TensorValues | string, TensorValues | string];
  readonly shape: readonly (number | null)[];
  readonly isNumber: boolean;
}): PlainPair | string {
  const { shape, isNumber } = tensor;
  const [old, young] = tensor.values;
  if (typeof old === 'string') return old;
  if (typeof young === 'string') return young;
  const [oldEnd, youngEnd] = [old, young].map(({ isBigEndian = false }) => isBigEndian);
  // Numbers of types that are not read can't be turned around.
  if (oldEnd !== youngEnd && !isNumber) return 'its numbers have their bytes in another order';
  const elements = shape.reduce<number>((all, size) => all * (size ?? 0), 1);
  if (isSameOrder(old, young, elements)) return pairOf(old.bytes, [old, old.read()], [young, young.read()]);
  const problem = orderProblem(old) ?? orderProblem(young);
  if (problem !== undefined) return problem;
  const [before, after] = [old, young].map((values) => plainBytes(values, elements));
  if (before !== after) return 'it takes another number of bytes in the other version';
  return pairOf(before ?? 0, [old, inOrder(old, shape)], [young, inOrder(young, shape)]);
}

type Side = readonly [TensorValues, AsyncIterable<Uint8Array>];

function pairOf(bytes: number, ...sides: readonly [Side, Side]): PlainPair {
  const [old, young] = sides.map(([{ isBigEndian = false }, chunks]) => ({ chunks, isBigEndian })) as [
    NumberStream,
    NumberStream,
  ];
  return { old, young, bytes };
}

/** Lie they in one order without holes, it does not matter in which. */
function isSameOrder(old: TensorValues, young: TensorValues, elements: number): boolean {
  if (old.bytes !== young.bytes || JSON.stringify(old.order) !== JSON.stringify(young.order)) return false;
  return old.order === undefined || old.bytes === elements * old.order.each;
}

function plainBytes({ order, bytes }: TensorValues, elements: number): number {
  return order === undefined ? bytes : elements * order.each;
}
