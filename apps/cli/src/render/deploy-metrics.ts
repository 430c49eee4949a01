import type { ChannelMetrics, DeployMetrics } from '@x/versioning/deploy';
import type { Colors } from '../terminal/output.ts';
import { formatNumberOf } from './bytes.ts';
import { factLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

const UNKNOWN = 'not known';

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function countText({ deploys, deploysPerWeek, blocked, restarts }: ChannelMetrics): string {
  const parts = [
    `${formatNumberOf(deploys, 'deploy')}, ${deploysPerWeek.toFixed(1)} a week`,
    ...(blocked === 0 ? [] : [`${blocked} ended before they were live`]),
    ...(restarts === 0 ? [] : [formatNumberOf(restarts, 'restart')]),
  ];
  return parts.join('; ');
}

function leadText({ leadTime: { medianMs, p90Ms } }: ChannelMetrics): string {
  if (medianMs === undefined) return UNKNOWN;
  return `${formatDuration(medianMs)} (median)${p90Ms === undefined ? '' : `, ${formatDuration(p90Ms)} (9 of 10)`}`;
}

function failureText({ failures, changeFailureRate }: ChannelMetrics): string {
  if (changeFailureRate === undefined) return UNKNOWN;
  return `${percent(changeFailureRate)}: ${formatNumberOf(failures, 'failure')}`;
}

function restoreText({ timeToRestore: { medianMs, longestMs, open } }: ChannelMetrics): string {
  const isOpen = open === 0 ? [] : [`${open} not restored yet`];
  const took =
    medianMs === undefined
      ? []
      : [
          `${formatDuration(medianMs)} (median)${longestMs === undefined ? '' : `, ${formatDuration(longestMs)} (longest)`}`,
        ];
  return [...took, ...isOpen].join('; ') || UNKNOWN;
}

function rollbackText({ rollback }: ChannelMetrics): string {
  const { count, automatic, failed, objectiveMs, withinObjective, longestMs } = rollback;
  const objective = `objective ${formatDuration(objectiveMs)}`;
  if (count === 0) return `none; ${objective}`;
  const parts = [
    `${withinObjective} of ${count} within the ${objective}`,
    ...(automatic === 0 ? [] : [`${automatic} by itself`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(longestMs === undefined ? [] : [`${formatDuration(longestMs)} (longest)`]),
  ];
  return parts.join('; ');
}

function channelFacts(metrics: ChannelMetrics): readonly string[] {
  const { missed } = metrics.rollback;
  return factLines(
    [
      ['deployment frequency', countText(metrics)],
      ['change lead time', leadText(metrics)],
      ['change failure rate', failureText(metrics)],
      ['time to restore', restoreText(metrics)],
      ['rollbacks', rollbackText(metrics)],
      ...(missed.length === 0 ? [] : [['missed', displayText(missed.join(', '))] as const]),
    ],
    '  ',
  );
}

/** The figures of a time, for people: all together where there are several channels, then each. */
export function deployMetricsLines(
  { from, to, overall, channels }: DeployMetrics,
  colors: Pick<Colors, 'bold'>,
): readonly string[] {
  const period = `${formatTime(from)} to ${formatTime(to)}`;
  const [only] = channels;
  if (only === undefined) return [period, '', ...channelFacts(overall)];
  const all = channels.length === 1 ? [] : ['', colors.bold('all channels'), ...channelFacts(overall)];
  return [
    period,
    ...all,
    ...channels.flatMap((each) => ['', colors.bold(displayText(each.channel)), ...channelFacts(each)]),
  ];
}
