import type { BackupFigures, Dashboard, DestinationFigures, RestoreFigures } from '@x/operations/metrics';
import { formatBytes, formatCount } from './bytes.ts';
import { factLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

const time = (text: string | null): string => (text === null ? 'never' : formatTime(text));

function backupText(figures: BackupFigures): string {
  const { total_count: total, failed_count: failed, last_24h: day, last_success: last } = figures;
  const { avg_duration_ms: ms, avg_size_bytes: bytes } = figures;
  const average = ms === null || bytes === null ? '' : `, ${formatBytes(bytes)} in ${formatDuration(ms)} on average`;
  return `${formatCount(total)} (${formatCount(failed)} failed, ${formatCount(day)} in the last 24 hours)${average}; last: ${time(last)}`;
}

function restoreText({
  total_count: total,
  failed_count: failed,
  avg_ttr_ms: ms,
  last_restore: last,
}: RestoreFigures): string {
  const average = ms === null ? '' : `, ${formatDuration(ms)} on average`;
  return `${formatCount(total)} (${formatCount(failed)} failed)${average}; last: ${time(last)}`;
}

function destinationText({
  stored_bytes: stored,
  free_bytes: free,
  growth_bytes_per_day: growth,
  full,
}: DestinationFigures): string {
  const sign = growth !== null && growth < 0 ? '-' : '+';
  const grows = growth === null ? '' : `, ${sign}${formatBytes(Math.abs(growth))} a day`;
  const left = free === null ? '' : `, ${formatBytes(free)} free`;
  const when = full.at === null ? full.status : formatTime(full.at);
  const range =
    full.at === null || full.earliest === null
      ? ''
      : ` (${formatTime(full.earliest)} to ${full.latest === null ? 'never' : formatTime(full.latest)})`;
  return `${stored === null ? '?' : formatBytes(stored)}${grows}${left}; full: ${when}${range}: ${full.reason}`;
}

/** Lines of a dashboard. */
export function dashboardLines(dashboard: Dashboard): readonly string[] {
  const { tenant_backups: backups, restores, releases, storage, tenants } = dashboard;
  const facts: (readonly [string, string])[] = [
    ['backups', backupText(backups)],
    ['restores', restoreText(restores)],
    [
      'releases',
      `${formatCount(releases.total_count)}, ${releases.active_version ?? 'none'} runs; last deploy: ${time(releases.last_deploy)}`,
    ],
    ['rollbacks', `${formatCount(releases.rollback_count)}; last: ${time(releases.last_rollback)}`],
    ...storage.destinations.map((each) => [each.destination, destinationText(each)] as const),
  ];
  const own = tenants.flatMap(({ tenant, tenant_backups: its, restores: back }) => [
    '',
    displayText(`tenant ${tenant}`),
    ...factLines(
      [
        ['backups', backupText(its)],
        ['restores', restoreText(back)],
      ],
      '  ',
    ),
  ]);
  return [...factLines(facts.map(([label, value]) => [displayText(label), displayText(value)])), ...own];
}
