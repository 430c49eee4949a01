import type { DeployedRelease, DeployStanding } from '@x/versioning/deploy';
import { formatBytes, formatNumberOf } from './bytes.ts';
import { historyTable, overrideLines, unfinishedLines } from './deployment.ts';
import { factLines, tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

const COLUMNS = [
  { title: '' },
  { title: 'VERSION' },
  { title: 'STATE' },
  { title: 'ACTIVE SINCE' },
  { title: 'SIZE', align: 'right' },
] as const;

/** The releases of a machine as a table, the title first; `*` marks the current one. */
export function deployedTable(releases: readonly DeployedRelease[]): readonly string[] {
  const rows = releases.map(({ version, state, isCurrent, activatedAt, bytes }) => [
    isCurrent ? '*' : '',
    displayText(version),
    state,
    activatedAt === undefined ? '-' : formatTime(activatedAt),
    formatBytes(bytes),
  ]);
  return tableLines(COLUMNS, rows);
}

function currentText({ current }: DeployStanding): string {
  if (current.kind === 'release') return current.version;
  if (current.kind === 'none') return 'nothing';
  if (current.kind === 'occupied') return 'something that is no link: move it away';
  return `${current.kind === 'dangling' ? 'a link that leads nowhere' : 'a link that leads elsewhere'}: ${current.target}`;
}

function serviceText({ service }: DeployStanding): string {
  if (service === undefined) return 'none';
  const { name, kind, state, since, restarts, pids, detail } = service;
  const parts = [
    `${name} (${kind}): ${state}`,
    ...(since === undefined ? [] : [`since ${formatTime(since)}`]),
    ...(pids.length === 0 ? [] : [`process ${pids.join(', ')}`]),
    ...(restarts === undefined || restarts === 0 ? [] : [`started again ${formatNumberOf(restarts, 'time')}`]),
    ...(detail === undefined ? [] : [detail]),
  ];
  return parts.join(', ');
}

function maintenanceText({ maintenance }: DeployStanding): string {
  if (maintenance === undefined) return 'off';
  return `ON since ${formatTime(maintenance.since)}, ${maintenance.by}: ${maintenance.reason}`;
}

/** How a machine stands, for people. */
export function standingLines(standing: DeployStanding): readonly string[] {
  const { layout, channel, releases, disk, deployments, overrides, unfinished, lock } = standing;
  const facts: readonly (readonly [string, string])[] = [
    ['root', layout.root],
    ['channel', channel],
    ['current', currentText(standing)],
    ['service', serviceText(standing)],
    ['maintenance', maintenanceText(standing)],
    ...(disk === undefined ? [] : [['disk', `${formatBytes(disk.free)} of ${formatBytes(disk.total)} free`] as const]),
  ];
  return [
    ...factLines(facts.map(([name, value]) => [name, displayText(value)] as const)),
    ...(releases.length === 0 ? [] : ['', ...deployedTable(releases)]),
    ...(deployments.length === 0 ? [] : ['', ...historyTable(deployments)]),
    ...overrideLines(overrides, true),
    ...(unfinished === undefined ? [] : ['', ...unfinishedLines(unfinished, lock)]),
  ];
}
