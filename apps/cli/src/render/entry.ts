import type { Difference, EntryView } from '@x/backup-store';
import { formatMode, displayText } from './text.ts';
import { formatTime } from './time.ts';

function timeOf(entry: EntryView): string {
  return formatTime(Number(entry.mtimeNs / 1_000_000n));
}

/** An entry as `ls -l` would show it. */
export function entryLine(entry: EntryView): string {
  const owner = `${entry.uid}:${entry.gid}`.padEnd(9);
  const size = String(entry.size).padStart(12);
  const link = entry.linkTarget === undefined ? '' : ` -> ${displayText(entry.linkTarget)}`;
  const torn = entry.torn ? ' (torn)' : entry.absent ? ' (no content)' : '';
  return `${formatMode(entry.kind, entry.mode)} ${owner} ${size} ${timeOf(entry)} ${displayText(entry.path)}${link}${torn}`;
}

const MARKS: Readonly<Record<Difference['change'], string>> = {
  added: '+',
  removed: '-',
  content: 'M',
  metadata: 'm',
  kind: 'T',
};

/** A difference as one line: a mark and the path. */
export function differenceLine(difference: Difference): string {
  return `${MARKS[difference.change]} ${displayText(difference.path)}`;
}
