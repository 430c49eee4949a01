import { quoted, reportText } from '../manifest/report-text.ts';
import type { ScrubReport } from './scrub.ts';

/** A scrub's report for people: what `reportText` says, damage from earlier, and what share was read since when. */
export function scrubText(report: ScrubReport): string {
  const { coverage, earlier, state } = report;
  const lines = [reportText(report)];
  if (earlier.length > 0) {
    lines.push(`Found by earlier scrubs, and not read again since (${earlier.length}):`);
    for (const each of earlier) lines.push(`${each.result} ${quoted(each)} at ${timeOf(each.checkedAtMs)}`);
  }
  if (state === 'damaged') lines.push('The state of earlier scrubs was damaged. Everything counts as never read.');
  const percent = (Math.floor(coverage.share * 1000) / 10).toFixed(1);
  const since = coverage.sinceMs === undefined ? '' : ` since ${timeOf(coverage.sinceMs)}`;
  lines.push(`${percent} % of the bytes were read${since}.`);
  return lines.join('\n');
}

function timeOf(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? `${ms} ms` : time.toISOString();
}
