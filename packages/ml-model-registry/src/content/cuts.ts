import type { ModelInspection } from '../inspect/inspection.ts';

/** Tensors smaller than this share a piece with their neighbours, in bytes. */
const SMALL = 256 * 1024;

/**
 * Where a file is cut for the repository: at the borders of tensors, so that one whose weights stayed as they are is found whatever else has
 * moved. Places in bytes, ascending, without 0 and the end; none for formats that do not say where their tensors are.
 */
export function tensorCuts({ tensors, size }: Pick<ModelInspection, 'tensors' | 'size'>): readonly number[] {
  const starts = tensors.flatMap(({ offset }) => (offset === undefined ? [] : [offset]));
  const cuts: number[] = [];
  let last = 0;
  for (const start of starts.toSorted((a, b) => a - b)) {
    // The header alone is a piece of its own: it changes with every shape.
    const isFirst = cuts.length === 0;
    if (start <= last || start >= size || (!isFirst && start - last < SMALL)) continue;
    cuts.push(start);
    last = start;
  }
  return cuts;
}
