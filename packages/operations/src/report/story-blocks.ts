import { type Block, type Cell, section } from './blocks.ts';
import type { ReportData, StoryMoment } from './contract.ts';
import type { Ink } from './drawing.ts';
import { windowOf } from './state-blocks.ts';
import { timelineChart, type TimeMark } from './time-charts.ts';
import { bytesText, countText, durationText, numberText, percentText } from './words.ts';
import type { Zone } from './zone.ts';

const KINDS: readonly { readonly kind: StoryMoment['kind']; readonly name: string }[] = [
  { kind: 'backup', name: 'Backups that went wrong' },
  { kind: 'restore', name: 'Restores' },
  { kind: 'drill', name: 'Drills' },
  { kind: 'release', name: 'Releases' },
  { kind: 'health', name: 'Health' },
  { kind: 'other', name: 'Other warnings and errors' },
];
const INKS: Readonly<Record<StoryMoment['tone'], Ink>> = { good: 'good', warn: 'warn', bad: 'bad', soft: 'unknown' };

/** What a page says of what has happened, in its order. */
export function storyBlocks(report: ReportData, zone: Zone): readonly Block[] {
  const { story, storyLeftOut } = report;
  if (story.length === 0) return [];
  const rows = KINDS.map(({ kind, name }) => ({
    name,
    marks: story
      .filter((each) => each.kind === kind)
      .map(({ at, tone, text }): TimeMark => {
        const atMs = Date.parse(at);
        return { atMs, ink: INKS[tone], hollow: tone !== 'bad', title: `${zone.timeOf(atMs)} ${text}` };
      }),
  })).filter(({ marks }) => marks.length > 0);
  const head = ['When', 'What'];
  const chart = timelineChart(
    {
      title: 'When it happened',
      description: `${countText(story.length, 'moment')}, ${numberText(story.filter(({ tone }) => tone === 'bad').length)} of them bad.`,
      legend: [
        { ink: 'bad', text: 'bad' },
        { ink: 'warn', text: 'look at it', hollow: true },
        { ink: 'good', text: 'good', hollow: true },
      ],
      rows,
      table: { head, rows: [] },
    },
    windowOf(report, zone),
  );
  const left =
    storyLeftOut === 0
      ? []
      : [
          {
            kind: 'sentence',
            text: `${countText(storyLeftOut, 'moment')} more are left out here.`,
            tone: 'soft',
          } as const,
        ];
  return section('What happened', [
    { kind: 'charts', charts: [chart] },
    {
      kind: 'table',
      caption: 'What happened, in its order',
      head,
      figures: [],
      shares: [0.2, 0.8],
      rows: story.map(({ at, tone, text }): readonly Cell[] => [
        zone.timeOf(Date.parse(at)),
        tone === 'soft' ? text : { text, tone },
      ]),
    },
    ...left,
  ]);
}

/** What a page says of restores that were tried, and of objectives. */
export function drillBlocks({ drills, objectives }: ReportData, zone: Zone): readonly Block[] {
  const blocks: Block[] = [];
  if (drills !== null && drills.length > 0)
    blocks.push({
      kind: 'table',
      caption: 'Restores that were tried',
      head: ['When', 'Tenant', 'Result', 'Restored in', 'Proven'],
      figures: [3, 4],
      shares: [0.2, 0.25, 0.27, 0.14, 0.14],
      rows: drills.map(({ at, tenant, status, restoreMs, share, error }): readonly Cell[] => [
        zone.timeOf(Date.parse(at)),
        tenant,
        {
          text: {
            passed: 'passed',
            failed: `failed${error === null ? '' : `: ${error}`}`,
            notTried: 'could not be tried',
          }[status],
          tone: status === 'passed' ? 'good' : status === 'failed' ? 'bad' : 'warn',
        },
        durationText(restoreMs),
        percentText(share === null ? null : share * 100),
      ]),
    });
  if (objectives.length > 0)
    blocks.push({
      kind: 'table',
      caption: 'Objectives',
      head: ['Tenant', 'Objective', 'At most', 'Reached', 'Met'],
      figures: [2, 3],
      shares: [0.26, 0.34, 0.14, 0.14, 0.12],
      rows: objectives.map(({ tenant, kind, objectiveMs, reachedMs, met }): readonly Cell[] => [
        tenant,
        kind === 'rpo' ? 'longest time without a backup' : 'longest restore, tried or needed',
        durationText(objectiveMs),
        durationText(reachedMs),
        met === null
          ? { text: 'unknown', tone: 'soft' }
          : met
            ? { text: 'yes', tone: 'good' }
            : { text: 'no', tone: 'bad' },
      ]),
    });
  return section('Drills and objectives', blocks);
}

/** What a page says of restores that somebody has asked for. */
export function restoreBlocks({ restores }: ReportData, zone: Zone): readonly Block[] {
  if (restores === null || restores.length === 0) return [];
  return section('Restores', [
    {
      kind: 'table',
      caption: 'Restores',
      head: ['When', 'Tenant', 'By', 'Result', 'Took', 'Data'],
      figures: [4, 5],
      shares: [0.19, 0.23, 0.16, 0.18, 0.12, 0.12],
      rows: restores.map(({ at, tenant, by, outcome, code, durationMs, bytes }): readonly Cell[] => [
        zone.timeOf(Date.parse(at)),
        tenant ?? '',
        by ?? 'unknown',
        {
          text: { ok: 'complete', partial: 'lacks something', failed: `failed${code === null ? '' : ` (${code})`}` }[
            outcome
          ],
          tone: outcome === 'ok' ? 'good' : outcome === 'partial' ? 'warn' : 'bad',
        },
        durationText(durationMs),
        bytesText(bytes),
      ]),
    },
  ]);
}

/** What a page says of releases. */
export function releaseBlocks({ releases }: ReportData, zone: Zone): readonly Block[] {
  if (releases === null || releases.length === 0) return [];
  return section('Releases', [
    {
      kind: 'table',
      caption: 'Deploys and rollbacks',
      head: ['When', 'Version', 'What', 'Result', 'Took', 'By'],
      figures: [4],
      shares: [0.19, 0.17, 0.14, 0.2, 0.13, 0.17],
      rows: releases.map(({ at, version, kind, outcome, durationMs, by }): readonly Cell[] => [
        zone.timeOf(Date.parse(at)),
        version,
        kind,
        { text: outcome, tone: outcome === 'succeeded' ? 'good' : outcome === 'running' ? 'soft' : 'bad' },
        durationText(durationMs),
        by,
      ]),
    },
  ]);
}
