import type { Movement, WeightsDiff } from '@x/ml-model-registry';
import { formatBytes, formatNumberOf } from './bytes.ts';
import { displayText } from './text.ts';

/** Tensors that are listed; `--json` has all. */
const LISTED = 20;

/** How far weights moved, a line for each tensor. */
export function weightsLines(weights: WeightsDiff): readonly string[] {
  const { by, note = '', same, moved, reshaped, unknown, total } = weights;
  if (by === 'digest') return [`weights: ${note}`];
  const lines = [
    `weights: ${formatNumberOf(moved.length, 'tensor')} moved, ${same} the same, ${reshaped.length} of one side or another shape`,
  ];
  if (total !== undefined) lines.push(`all ${movementText(total)}`);
  for (const { name, type, shape, bytes, changedBytes, movement } of moved.slice(0, LISTED)) {
    const what = `${displayText(name)} ${type} [${shape.join(', ')}]`;
    const far =
      movement === undefined ? `${formatBytes(changedBytes)} of ${formatBytes(bytes)} changed` : movementText(movement);
    lines.push(`moved ${what}: ${far}`);
  }
  if (moved.length > LISTED) lines.push(`… and ${moved.length - LISTED} more`);
  for (const { name, type, shape, reason } of unknown.slice(0, LISTED)) {
    lines.push(`unknown ${displayText(name)} ${type} [${shape.join(', ')}]: ${displayText(reason)}`);
  }
  if (unknown.length > LISTED) lines.push(`… and ${unknown.length - LISTED} more`);
  for (const { name, before = 'none', after = 'none' } of reshaped.slice(0, LISTED)) {
    lines.push(`shape ${displayText(name)}: ${before} -> ${after}`);
  }
  if (reshaped.length > LISTED) lines.push(`… and ${reshaped.length - LISTED} more`);
  return lines;
}

function movementText({ elements, changed, distance, relative, largest, notFinite }: Movement): string {
  const beside = relative === null ? '' : ` (${Number((100 * relative).toPrecision(3))} % of what was there)`;
  const odd = notFinite === 0 ? '' : `, ${notFinite} not finite`;
  return `${changed} of ${elements} numbers, by ${figure(distance)}${beside}, at most ${figure(largest)}${odd}`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
