import type { ContentReport } from '@x/backup-store';
import { formatBytes, formatCount } from './bytes.ts';
import { tableLines } from './table.ts';
import { formatDuration } from './time.ts';

const ratio = (bytesIn: number, bytesOut: number): string => (bytesOut === 0 ? 1 : bytesIn / bytesOut).toFixed(2);

/** `raw 3, zstd-3 12`: most frames first. */
const counts = (numbers: Readonly<Record<string, number | undefined>>): string =>
  Object.entries(numbers)
    .toSorted(([, a = 0], [, b = 0]) => b - a)
    .map(([name, count = 0]) => `${name} ${formatCount(count)}`)
    .join(', ');

/** The line of a report that says what compressing came to; none when nothing was new. */
export function compressionFacts(contents: readonly ContentReport[]): readonly (readonly [string, string])[] {
  const bytesIn = contents.reduce((sum, each) => sum + each.bytesIn, 0);
  const bytesOut = contents.reduce((sum, each) => sum + each.bytesOut, 0);
  if (bytesIn === 0) return [];
  const saved = `${formatBytes(bytesIn - bytesOut)} of ${formatBytes(bytesIn)} saved`;
  return [['compression', `${saved}, ${ratio(bytesIn, bytesOut)} to 1`]];
}

/** What compressing came to, a row for each kind of content. */
export function contentTable(contents: readonly ContentReport[]): readonly string[] {
  if (contents.length === 0) return [];
  const rows = contents.map((each) => [
    each.kind,
    formatBytes(each.bytesIn),
    formatBytes(each.bytesOut),
    formatBytes(each.saved),
    ratio(each.bytesIn, each.bytesOut),
    formatDuration(each.compressMs),
    counts(each.methods),
    counts(each.reasons),
  ]);
  return tableLines(
    [
      { title: 'CONTENT' },
      { title: 'SIZE', align: 'right' },
      { title: 'STORED', align: 'right' },
      { title: 'SAVED', align: 'right' },
      { title: 'RATIO', align: 'right' },
      { title: 'TIME', align: 'right' },
      { title: 'FRAMES BY METHOD' },
      { title: 'BY REASON' },
    ],
    rows,
  );
}
