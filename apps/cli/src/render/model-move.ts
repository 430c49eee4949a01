import type { AliasMove } from '@x/ml-model-registry';
import type { ShapeOf } from '../output/shapes.ts';
import { displayText } from './text.ts';

/** A move as JSON has it. */
export function moveOutput(model: string, move: AliasMove): ShapeOf<'ModelMove'> {
  const { gates, at, ...rest } = move;
  const copied = gates === undefined ? {} : { gates: [...gates] };
  return { model, ...rest, ...copied, at: new Date(at).toISOString() };
}

/** A move in a line. */
export function moveLine(model: string, move: AliasMove): string {
  const { alias, from, to, reason, forced } = move;
  const why = reason === undefined ? '' : ` (${displayText(reason)})`;
  if (to === undefined) return `${model}@${alias} is gone; it was ${from ?? 'nothing'}${why}`;
  const past = forced === true ? ', past its gates' : '';
  return `${model}@${alias} is ${to}${past}; it was ${from ?? 'nothing'}${why}`;
}
