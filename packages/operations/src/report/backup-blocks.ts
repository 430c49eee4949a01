import { type Block, type Cell, section } from './blocks.ts';
import type { ReportData } from './contract.ts';
import { daysText } from './dates.ts';
import { dayChart, type DayValue } from './day-charts.ts';
import type { Drawing, Ink } from './drawing.ts';
import { countScale, durationScale, scaleFromZero } from './scales.ts';
import { bytesText, countText, durationText, numberText, percentText } from './words.ts';
import type { Zone } from './zone.ts';

type Backups = NonNullable<ReportData['backups']>;

const OUTCOMES: readonly {
  readonly name: 'made' | 'partial' | 'failed' | 'missed' | 'unknown';
  readonly ink: Ink;
  readonly text: string;
}[] = [
  { name: 'made', ink: 'good', text: 'made' },
  { name: 'partial', ink: 'warn', text: 'lack something' },
  { name: 'failed', ink: 'bad', text: 'failed' },
  { name: 'missed', ink: 'second', text: 'did not happen' },
  { name: 'unknown', ink: 'unknown', text: 'unknown' },
];

/** What a page says of backups. */
export function backupBlocks({ backups }: ReportData, zone: Zone): readonly Block[] {
  if (backups === null || backups.total.due + backups.total.extra === 0) return [];
  const charts = [successChart(backups), growthChart(backups), dedupChart(backups), durationChart(backups)];
  return section('Backups', [
    { kind: 'charts', charts: charts.flatMap((chart) => chart ?? []) },
    tenantTable(backups, zone),
  ]);
}

function tenantTable({ tenants }: Backups, zone: Zone): Block {
  return {
    kind: 'table',
    caption: 'Backups of each tenant',
    head: ['Tenant', 'Made', 'Lacking', 'Failed', 'Missed', 'Content', 'Written', 'Took', 'Longest gap', 'Latest'],
    figures: [1, 2, 3, 4, 5, 6, 7, 8],
    shares: [0.17, 0.11, 0.08, 0.08, 0.08, 0.09, 0.09, 0.09, 0.09, 0.12],
    rows: tenants.map((each): readonly Cell[] => {
      const { tenant, due, made, partial, failed, missed, bytes, bytesStored, medianMs, longestGapMs, lastAt } = each;
      const isBad = made + partial < due - each.unknown;
      return [
        tenant,
        {
          text: `${numberText(made)} of ${numberText(due)}`,
          tone: isBad ? 'bad' : partial > 0 ? 'warn' : 'good',
        },
        partial === 0 ? '0' : { text: numberText(partial), tone: 'warn' },
        counted(failed),
        counted(missed),
        bytesText(bytes),
        bytesText(bytesStored),
        durationText(medianMs),
        durationText(longestGapMs),
        lastAt === null ? { text: 'none', tone: 'bad' } : zone.timeOf(Date.parse(lastAt)),
      ];
    }),
  };
}

const counted = (count: number): Cell => (count === 0 ? '0' : { text: numberText(count), tone: 'bad' });

function successChart({ days, total }: Backups): Drawing {
  const shown = OUTCOMES.filter(({ name }) => total[name] > 0);
  const texts = shown.map(({ name, text }) => `${numberText(total[name])} ${text}`);
  return dayChart({
    title: 'Backups by day',
    description: `Of ${countText(total.due, 'backup')} that ${total.due === 1 ? 'was' : 'were'} due: ${texts.join(', ') || 'none'}.`,
    days: days.map(({ date, ...counts }): DayValue => {
      return { date, parts: shown.map(({ name, ink, text }) => ({ ink, value: counts[name], name: text })) };
    }),
    scale: countScale,
    format: (value) => numberText(value),
    form: 'bars',
    legend: shown.map(({ ink, text }) => ({ ink, text })),
  });
}

function growthChart({ days, total }: Backups): Drawing | undefined {
  if (total.bytesStored === 0) return undefined;
  return dayChart({
    title: 'Written to the store by day',
    description: `${bytesText(total.bytesStored)} were written in all, for ${bytesText(total.bytes)} of content.`,
    days: days.map(({ date, bytesStored }): DayValue => {
      return { date, parts: [{ ink: 'line', value: bytesStored, name: 'written' }] };
    }),
    scale: (most) => scaleFromZero(most),
    format: (value) => bytesText(value),
    form: 'bars',
    legend: [],
  });
}

function dedupChart({ days, total }: Backups): Drawing | undefined {
  const known = days.filter(({ bytes }) => bytes > 0);
  if (known.length === 0) return undefined;
  const saved = (bytes: number, stored: number): number => Math.max(0, Math.min(100, (1 - stored / bytes) * 100));
  return dayChart({
    title: 'Saved by deduplication and compression',
    description: `Of all content ${percentText(saved(total.bytes, total.bytesStored))} had not to be written.`,
    days: days.map(({ date, bytes, bytesStored }): DayValue => {
      return { date, parts: bytes === 0 ? [] : [{ ink: 'line', value: saved(bytes, bytesStored), name: 'saved' }] };
    }),
    scale: () => ({ low: 0, high: 100, ticks: [0, 25, 50, 75, 100] }),
    format: (value) => percentText(value),
    form: 'points',
    legend: [],
  });
}

function durationChart({ days }: Backups): Drawing | undefined {
  const most = Math.max(-1, ...days.map(({ longestMs }) => longestMs ?? -1));
  if (most < 0) return undefined;
  const slowest = days.filter(({ longestMs }) => longestMs === most).map(({ date }) => date);
  return dayChart({
    title: 'The slowest backup of each day',
    description: `The slowest of all took ${durationText(most)}, on ${daysText(slowest, 1)}.`,
    days: days.map(({ date, longestMs }): DayValue => {
      return { date, parts: longestMs === null ? [] : [{ ink: 'line', value: longestMs, name: 'took' }] };
    }),
    scale: durationScale,
    format: (value) => (value === 0 ? '0' : durationText(value)),
    form: 'points',
    legend: [],
  });
}
