import type { TensorInfo } from './inspection.ts';

/** Numbers in tensors whose shapes are known. */
export function countParameters(tensors: readonly TensorInfo[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce<number>((all, size) => all * (size ?? 0), 1), 0);
}
