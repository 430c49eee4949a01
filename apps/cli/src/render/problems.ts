import type { EntryProblem } from '@x/backup-store';
import type { Messages } from '../terminal/messages.ts';
import { formatNumberOf } from './bytes.ts';
import { displayText } from './text.ts';

const SHOWN = 10;

/** Says what a run could not handle: the first ones, and with `--verbose` all. */
export function sayProblems(messages: Messages, problems: readonly EntryProblem[]): void {
  const { yellow } = messages.colors;
  const shown = messages.verbose ? problems : problems.slice(0, SHOWN);
  for (const { path, code, message, object } of shown) {
    const where = object === undefined || message.includes(object) ? '' : ` (${object})`;
    messages.warn(`${yellow('warning:')} ${displayText(path)}: ${displayText(message)} [${code}]${where}`);
  }
  const rest = problems.length - shown.length;
  if (rest > 0) messages.warn(`${yellow('warning:')} ${formatNumberOf(rest, 'more problem')}; --verbose lists them`);
}
