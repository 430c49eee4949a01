import type { Progress } from '@x/backup-store';
import { formatBytes, formatCount } from './bytes.ts';
import { displayText, shorten } from './text.ts';
import { formatDuration } from './time.ts';

const BAR_WIDTH = 20;

/**
 * Share that is done, 0 to 1: by bytes where there are any, else by files; `undefined` while nothing is known, as of a stream that
 * ends when it ends.
 */
export function progressShare(progress: Progress): number | undefined {
  const { bytesTotal, bytesDone, filesTotal, filesDone } = progress;
  if (bytesDone > bytesTotal) return undefined;
  if (bytesTotal > 0) return bytesDone / bytesTotal;
  return filesTotal > 0 ? Math.min(1, filesDone / filesTotal) : undefined;
}

/** What a run counts in each phase, where that is not files. */
export type Counted = Readonly<Partial<Record<Progress['phase'], string>>>;

function counts(progress: Progress, counted: Counted): string {
  const parts: string[] = [];
  const what = counted[progress.phase];
  // Verify counts bytes only.
  if (progress.filesTotal > 0)
    parts.push(`${formatCount(progress.filesDone)}/${formatCount(progress.filesTotal)} ${what ?? 'files'}`);
  if (what === undefined) {
    const { bytesDone, bytesTotal } = progress;
    parts.push(formatBytes(bytesDone) + (bytesDone > bytesTotal ? '' : `/${formatBytes(bytesTotal)}`));
  }
  if (progress.rate > 0) parts.push(`${formatBytes(progress.rate)}/s`);
  if (progress.bytesReused > 0) parts.push(`${formatBytes(progress.bytesReused)} reused`);
  return parts.join('  ');
}

/** The one line that a terminal shows and rewrites, cut to `columns`. */
export function progressBar(progress: Progress, columns: number, counted: Counted = {}): string {
  const share = progressShare(progress) ?? 0;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]`;
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const left = progress.etaMs === undefined ? '' : `  ${formatDuration(progress.etaMs)} left`;
  const line = `${progress.phase.padEnd(7)} ${bar} ${percent}  ${counts(progress, counted)}${left}`;
  const room = columns - [...line].length - 3;
  const current =
    progress.current === undefined || room < 12 ? '' : `  ${shorten(displayText(progress.current), room)}`;
  return [...(line + current)].slice(0, Math.max(0, columns - 1)).join('');
}

/** The same facts as a line of a log. */
export function progressLine(progress: Progress, counted: Counted = {}): string {
  const share = progressShare(progress);
  const percent = share === undefined ? '' : ` ${Math.floor(share * 100)} %`;
  const facts = [counts(progress, counted), formatDuration(progress.elapsedMs)].filter((fact) => fact !== '');
  return `${progress.phase}${percent}: ${facts.join(', ')}`;
}
