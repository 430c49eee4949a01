import type { StepReport } from '@x/versioning/deploy';
import { displayText } from './text.ts';
import { formatDuration } from './time.ts';

const MARKS: Readonly<Record<StepReport['outcome'], string>> = {
  done: 'ok',
  failed: 'FAILED',
  undone: 'undone',
  left: 'LEFT',
};
/** The longest name of a step. */
const WIDTH = 15;

/** One step in one line: `switch           ok      1.0.0 → 1.0.1 (3 ms)`. */
export function stepLine({ step, outcome, detail, ms }: StepReport): string {
  return `${step.padEnd(WIDTH)}  ${MARKS[outcome].padEnd(7)}  ${displayText(detail)} (${formatDuration(ms)})`;
}
