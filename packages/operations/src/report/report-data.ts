import { attemptsOf } from './attempts.ts';
import { backupPart } from './backup-part.ts';
import type { ReportData } from './contract.ts';
import { dueBackups } from './due-backups.ts';
import { drillPart, otherEvents, otherPart, releasePart, restorePart } from './event-parts.ts';
import type { ReportInput } from './input.ts';
import { problemsOf } from './problems.ts';
import { healthPart, objectivePart, retentionPart, storagePart } from './state-parts.ts';
import { storyOf } from './story.ts';
import { summaryOf } from './summary.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * Makes a report of what is given, as data: sentences first, then problems with what to do, then figures. Pure: the same input gives the same report. Everything in it is
 * derived from the input, and what that does not tell is said to be unknown.
 *
 * @example
 * ```ts
 * import { reportData, reportHtml, reportPeriod } from '@x/operations/report';
 *
 * const period = reportPeriod({ kind: 'daily', date: '2026-03-03', timeZone: 'Europe/Lisbon' });
 * const report = reportData({
 *   period,
 *   nowMs: Date.UTC(2026, 2, 4, 6),
 *   events: { sinceMs: 0, list: [] },
 *   expected: [{ tenant: 'Hotel B', timing: { at: ['02:00'], timeZone: 'Europe/Lisbon' } }],
 * });
 * console.log(report.summary.map(({ text }) => text).join(' '));
 * console.log(reportHtml(report).length);
 * ```
 */
export function reportData(input: ReportInput): ReportData {
  const { period, nowMs, title = 'Operations', tenant, unread = [] } = input;
  const attempts = attemptsOf(input);
  const due = dueBackups(input, attempts);
  // Of what could not be read, nothing is no number.
  const backups = unread.length > 0 && due.length === 0 ? null : backupPart(input, attempts, due);
  const drills = drillPart(input);
  const restores = restorePart(input);
  const others = otherEvents(input);
  const parts = {
    madeAt: iso(nowMs),
    period: {
      kind: period.kind,
      name: period.name,
      label: period.label,
      timeZone: period.timeZone,
      from: iso(period.fromMs),
      to: iso(period.toMs),
      isOver: nowMs >= period.toMs,
    },
    backups,
    restores,
    drills,
    releases: releasePart(input),
    health: healthPart(input),
    storage: storagePart(input),
    retention: retentionPart(input),
    objectives: objectivePart(input, { tenants: backups?.tenants ?? [], drills, restores }),
    others: otherPart(others),
  };
  const { story, leftOut } = storyOf(parts, others);
  const found = {
    schema: 'holdfast.report/1' as const,
    title,
    tenant: tenant ?? null,
    ...parts,
    problems: problemsOf(parts),
    story,
    storyLeftOut: leftOut,
  };
  return { ...found, summary: summaryOf(found, unread), unknown: unknownOf(input, found) };
}

/** What a reader could take for good only because nobody has looked. */
function unknownOf(input: ReportInput, parts: Omit<ReportData, 'summary' | 'unknown'>): readonly string[] {
  const { period, nowMs, events, unread = [] } = input;
  const isCut = events !== undefined && events.sinceMs > period.fromMs;
  return [
    nowMs < period.toMs ? 'The period is not over yet: figures are those up to now.' : '',
    unread.length > 0 ? `What could not be read, and is missing here: ${unread.join(', ')}.` : '',
    parts.backups === null ? 'Nothing is known of backups.' : '',
    events === undefined ? 'No book of events is kept: restores, and who has done what, are not known.' : '',
    isCut
      ? events.sinceMs <= nowMs
        ? `Events are known from ${iso(events.sinceMs)} on only.`
        : 'No events are known.'
      : '',
    parts.drills === null ? 'Whether restores were tried is not known.' : '',
    parts.releases === null ? 'Nothing is known of releases.' : '',
    parts.health === null ? 'Nothing is known of health: no checks were kept.' : '',
    (parts.storage?.samples ?? []).length === 0 ? 'How much is stored was not measured.' : '',
    parts.retention === null ? 'How long snapshots stay is not known.' : '',
  ].filter((text) => text !== '');
}
