import type { KeyInfo } from '@x/backup-store';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

/** Letters of a recipient that are shown: a hybrid one has 1,959. */
const SHOWN = 24;

const short = (recipient: string): string =>
  recipient.length <= 2 * SHOWN + 16 ? recipient : `${recipient.slice(0, SHOWN)}…${recipient.slice(-8)}`;

const stateOf = ({ status, current }: KeyInfo): string => (status !== 'ok' ? status.toUpperCase() : current ? '*' : '');

/** Lines of a table of keys, the title first. */
export function keyTable(keys: readonly KeyInfo[]): readonly string[] {
  const rows = keys.map((key) => {
    const { id, type, label = '', createdAt, createdBy = '', recipients = [] } = key;
    const made = createdAt === undefined ? '' : formatTime(createdAt);
    return [
      id,
      stateOf(key),
      type,
      made,
      displayText(createdBy),
      displayText([label, ...recipients.map(short)].join(' ').trim()),
    ];
  });
  const titles = ['ID', '', 'TYPE', 'MADE', 'BY', 'LABEL'];
  return tableLines(
    titles.map((title) => ({ title })),
    rows,
  );
}
