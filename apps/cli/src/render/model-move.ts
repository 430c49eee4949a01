import type { AliasMove } from '@x/ml-model-registry';
import type { ShapeOf } from '../output/shapes.ts';
import { displayText } from './text.ts';

/** A move as JSON has it. */
export function moveOutput(model: string, move: AliasMove): ShapeOf<'ModelMove'> {
  return { model, ...move, at: new Date(move.at).toISOString() };
}

/** A move in a line. */
export function moveLine(model: string, move: AliasMove): string {
  const { alias, from, to, reason } = move;
  const why = reason === undefined ? '' : ` (${displayText(reason)})`;
  if (to === undefined) return `${model}@${alias} is gone; it was ${from ?? 'nothing'}${why}`;
  return `${model}@${alias} is ${to}; it was ${from ?? 'nothing'}${why}`;
}
