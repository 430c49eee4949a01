import { type Block, type Cell, section } from './blocks.ts';
import type { CheckLine, ReportData, RetentionLine } from './contract.ts';
import type { Drawing, Ink } from './drawing.ts';
import { scaleFromZero } from './scales.ts';
import { lineChart, timelineChart, type TimeMark, type TimeWindow } from './time-charts.ts';
import { bytesText, countText, durationText, numberText, percentText } from './words.ts';
import type { Zone } from './zone.ts';

/** Rows of a timeline; more are in the table. */
const ROWS = 12;

/** The period, as charts have it. */
export function windowOf({ period }: ReportData, zone: Zone): TimeWindow {
  return { fromMs: Date.parse(period.from), toMs: Date.parse(period.to), zone };
}

/** What a page says of health. */
export function healthBlocks(report: ReportData, zone: Zone): readonly Block[] {
  const { health } = report;
  if (health === null || health.length === 0) return [];
  const blocks: Block[] = [
    { kind: 'charts', charts: [healthChart(health, windowOf(report, zone))] },
    {
      kind: 'table',
      caption: 'Uptime of each check',
      head: ['Check', 'Up', 'Of the time known', 'Unhealthy', 'Times', 'Unknown'],
      figures: [1, 2, 3, 4, 5],
      shares: [0.3, 0.14, 0.16, 0.14, 0.1, 0.16],
      rows: health.map(({ check, percent, knownPercent, downMs, outages, unknownMs }): readonly Cell[] => [
        check,
        { text: percentText(percent), tone: percent === null ? 'soft' : downMs > 0 ? 'bad' : 'good' },
        percentText(knownPercent),
        durationText(downMs),
        numberText(outages.length),
        durationText(unknownMs),
      ]),
    },
  ];
  return section('Health', blocks);
}

const STATE_INK: Readonly<Record<string, Ink>> = { healthy: 'good', degraded: 'warn', unhealthy: 'bad' };

function healthChart(health: readonly CheckLine[], window: TimeWindow): Drawing {
  const { zone } = window;
  const outages = health.flatMap(({ check, outages: own }) => own.map((each) => ({ check, ...each })));
  return timelineChart(
    {
      title: 'Health over time',
      description: `${countText(health.length, 'check')}, ${countText(outages.length, 'time')} unhealthy. Where nothing is drawn nobody looked.`,
      legend: [
        { ink: 'good', text: 'healthy' },
        { ink: 'warn', text: 'degraded' },
        { ink: 'bad', text: 'unhealthy' },
      ],
      rows: health.slice(0, ROWS).map(({ check, spans }) => ({
        name: check,
        // The bad ones last, so that they are seen.
        marks: spans
          .toSorted((a, b) => Number(a.state === 'unhealthy') - Number(b.state === 'unhealthy'))
          .map(({ from, to, state }): TimeMark => {
            const [atMs, toMs] = [Date.parse(from), Date.parse(to)];
            const title = `${check}: ${state} from ${zone.timeOf(atMs)} to ${zone.timeOf(toMs)}`;
            return { atMs, toMs, ink: STATE_INK[state] ?? 'unknown', title };
          }),
      })),
      table: {
        head: ['Check', 'Unhealthy from', 'For', 'Why'],
        rows: outages.map(({ check, from, durationMs, message }) => [
          check,
          zone.timeOf(Date.parse(from)),
          durationText(durationMs),
          message ?? '',
        ]),
      },
    },
    window,
  );
}

/** What a page says of storage. */
export function storageBlocks(report: ReportData, zone: Zone): readonly Block[] {
  const { storage } = report;
  if (storage === null) return [];
  const { samples, forecastFullAt, bytesPerDay } = storage;
  const full =
    forecastFullAt === null
      ? ''
      : `If it grows as it did, it will be full around ${zone.dateOf(Date.parse(forecastFullAt))}.`;
  const growth = bytesPerDay === null ? '' : `It grows by ${bytesText(bytesPerDay)} a day.`;
  const text = [growth, full].filter((each) => each !== '').join(' ');
  return section('Storage', [
    ...(samples.length === 0
      ? []
      : [{ kind: 'charts', charts: [sizeChart(samples, windowOf(report, zone))] } as const]),
    ...(text === '' ? [] : [{ kind: 'sentence', text, tone: 'soft' } as const]),
  ]);
}

function sizeChart(samples: NonNullable<ReportData['storage']>['samples'], window: TimeWindow): Drawing {
  const points = samples.map(({ at, bytesStored }) => ({ ms: Date.parse(at), value: bytesStored }));
  return lineChart(
    {
      title: 'Size of the store',
      description: `From ${bytesText(points[0]?.value)} to ${bytesText(points.at(-1)?.value)}.`,
      legend: [],
      series: [{ ink: 'line', points }],
      scale: scaleFromZero(Math.max(...points.map(({ value }) => value))),
      format: (value) => bytesText(value),
      table: {
        head: ['Measured', 'Stored', 'Free'],
        rows: samples.map(({ at, bytesStored, bytesFree }) => [
          window.zone.timeOf(Date.parse(at)),
          bytesText(bytesStored),
          bytesText(bytesFree),
        ]),
      },
    },
    window,
  );
}

const FATES: Readonly<
  Record<RetentionLine['fate'], { readonly ink: Ink; readonly hollow: boolean; readonly text: string }>
> = {
  stays: { ink: 'good', hollow: false, text: 'stays' },
  goes: { ink: 'warn', hollow: true, text: 'goes with the next cleaning' },
  forgotten: { ink: 'unknown', hollow: true, text: 'was forgotten' },
};

const DRAWN: readonly RetentionLine['fate'][] = ['forgotten', 'goes', 'stays'];

/** What a page says of how long snapshots stay. */
export function retentionBlocks(report: ReportData, zone: Zone): readonly Block[] {
  const { retention, madeAt } = report;
  if (retention === null || retention.snapshots.length === 0) return [];
  const { stays, goes, forgottenInPeriod, bytesKept } = retention;
  const byTenant = [...Map.groupBy(retention.snapshots, ({ tenant }) => tenant)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const times = retention.snapshots.map(({ at }) => Date.parse(at));
  const window = { fromMs: Math.min(...times), toMs: Math.max(Date.parse(madeAt), ...times), zone };
  const sentence = `When this was made ${countText(stays, 'snapshot')} (${bytesText(bytesKept)} of content) were to stay and ${numberText(goes)} to go with the next cleaning; ${numberText(forgottenInPeriod)} were forgotten in the period.`;
  const chart = timelineChart(
    {
      title: 'Snapshots that can be restored',
      description: sentence,
      legend: Object.values(FATES).map(({ ink, hollow, text }) => ({ ink, hollow, text })),
      rows: byTenant.slice(0, ROWS).map(([name, own]) => ({
        name,
        // Those that are still there last, so that they are seen.
        marks: own
          .toSorted((a, b) => DRAWN.indexOf(a.fate) - DRAWN.indexOf(b.fate))
          .map(({ at, fate, until }): TimeMark => {
            const atMs = Date.parse(at);
            const { ink, hollow, text } = FATES[fate];
            const end = until === null ? '' : ` until ${zone.dateOf(Date.parse(until))}`;
            return { atMs, ink, hollow, title: `${zone.timeOf(atMs)} ${text}${end}` };
          }),
      })),
      table: {
        head: ['Tenant', 'Stay', 'Go', 'Oldest that stays'],
        rows: byTenant.map(([name, own]) => {
          const kept = own.filter(({ fate }) => fate === 'stays');
          const oldest = kept[0]?.at;
          return [
            name,
            numberText(kept.length),
            numberText(own.filter(({ fate }) => fate === 'goes').length),
            oldest === undefined ? '' : zone.dateOf(Date.parse(oldest)),
          ];
        }),
      },
    },
    window,
  );
  return section('Retention', [{ kind: 'charts', charts: [chart] }]);
}
