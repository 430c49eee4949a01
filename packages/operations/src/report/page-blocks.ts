import { backupBlocks } from './backup-blocks.ts';
import { type Block, section } from './blocks.ts';
import type { ReportData } from './contract.ts';
import { healthBlocks, retentionBlocks, storageBlocks } from './state-blocks.ts';
import { drillBlocks, releaseBlocks, restoreBlocks, storyBlocks } from './story-blocks.ts';
import { type Zone, zoneOf } from './zone.ts';

/** How a report is called. */
export function titleOf({ title, tenant, period }: ReportData): string {
  return `${title}${tenant === null ? '' : `, ${tenant}`}: ${period.label}`;
}

/** From when to when, and when it was made. */
export function subtitleOf({ period, madeAt }: ReportData): string {
  const zone = zoneOf(period.timeZone);
  const [from, to, made] = [period.from, period.to, madeAt].map((at) => zone.timeOf(Date.parse(at)));
  return `From ${from ?? ''} to ${to ?? ''}, ${period.timeZone}. Made ${made ?? ''}.`;
}

/** A report as parts of a page, whether of HTML or paper. Sentences come first, then what to do, then figures. */
export function pageBlocks(report: ReportData): readonly Block[] {
  const zone: Zone = zoneOf(report.period.timeZone);
  return [
    ...report.summary.map(({ text, tone }): Block => ({ kind: 'sentence', text, tone })),
    ...section(
      'What to do',
      report.problems.map(({ text, todo, tone }) => ({ kind: 'problem', text, todo, tone })),
    ),
    ...section(
      'What is not known',
      report.unknown.map((text) => ({ kind: 'sentence', text, tone: 'soft' })),
    ),
    ...backupBlocks(report, zone),
    ...storyBlocks(report, zone),
    ...restoreBlocks(report, zone),
    ...drillBlocks(report, zone),
    ...healthBlocks(report, zone),
    ...releaseBlocks(report, zone),
    ...storageBlocks(report, zone),
    ...retentionBlocks(report, zone),
  ];
}
