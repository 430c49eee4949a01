import type { OperationEvent } from '../events/contract.ts';
import type { ReportData, StoryMoment } from './contract.ts';
import { messageOf } from './event-parts.ts';
import { bytesText, countText, durationText, lineText, percentText } from './words.ts';

/** Moments of a story; it has the bad ones first when there are more. */
const MOST = 300;

/** The parts that a story is made of. */
export type StoryParts = Pick<ReportData, 'backups' | 'restores' | 'drills' | 'releases' | 'health'>;

/** What has happened, in its order, and how much of it is left out. Pure. */
export function storyOf(
  parts: StoryParts,
  others: readonly OperationEvent[],
): { readonly story: readonly StoryMoment[]; readonly leftOut: number } {
  const all = [
    ...backupMoments(parts),
    ...restoreMoments(parts),
    ...drillMoments(parts),
    ...releaseMoments(parts),
    ...healthMoments(parts),
    ...others.map(otherMoment),
  ];
  const weight = ({ tone }: StoryMoment): number => ['bad', 'warn', 'good', 'soft'].indexOf(tone);
  const kept = all.length <= MOST ? all : all.toSorted((a, b) => weight(a) - weight(b)).slice(0, MOST);
  const story = kept.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return { story, leftOut: all.length - story.length };
}

/** One moment for all backups of a tenant that ended the same way on one day. */
function backupMoments({ backups }: StoryParts): StoryMoment[] {
  const exceptions = (backups?.exceptions ?? []).filter(({ outcome }) => outcome !== 'unknown');
  const days = Map.groupBy(exceptions, ({ date, tenant, outcome }) => JSON.stringify([date, tenant, outcome]));
  return [...days.values()].flatMap((list): StoryMoment[] => {
    const [first] = list;
    if (first === undefined) return [];
    const { outcome, tenant, at, error } = first;
    const of = `${countText(list.length, 'backup')} of ${lineText(tenant)}`;
    const why = error === null ? '' : `: ${error.message}`;
    const said = { failed: `${of} failed${why}`, missed: `${of} did not happen`, partial: `${of} lacks something` };
    const text = outcome === 'failed' || outcome === 'missed' || outcome === 'partial' ? said[outcome] : of;
    return [{ at, kind: 'backup', tone: outcome === 'partial' ? 'warn' : 'bad', tenant, text }];
  });
}

function restoreMoments({ restores }: StoryParts): StoryMoment[] {
  return (restores ?? []).map(({ at, tenant, outcome, durationMs, bytes, by, code }) => {
    const whose = tenant === null ? 'A restore' : `A restore of ${lineText(tenant)}`;
    const what = bytes === null ? '' : `, ${bytesText(bytes)}`;
    const took = durationMs === null ? '' : ` in ${durationText(durationMs)}`;
    const who = by === null ? '' : ` by ${lineText(by)}`;
    const ends = { ok: 'came to its end', partial: 'lacks something', failed: 'failed' };
    const why = code === null ? '' : ` (${lineText(code)})`;
    const tone = outcome === 'ok' ? 'good' : outcome === 'partial' ? 'warn' : 'bad';
    return { at, kind: 'restore', tone, tenant, text: `${whose}${who} ${ends[outcome]}${took}${what}${why}` };
  });
}

function drillMoments({ drills }: StoryParts): StoryMoment[] {
  return (drills ?? []).map(({ at, tenant, status, restoreMs, share, error }) => {
    const took = restoreMs === null ? '' : ` in ${durationText(restoreMs)}`;
    const proven = share === null ? '' : `, ${percentText(share * 100)} proven`;
    const ends = { passed: `passed${took}${proven}`, failed: 'failed', notTried: 'could not be tried' };
    const why = error === null || status === 'passed' ? '' : `: ${error}`;
    const tone = status === 'passed' ? 'good' : status === 'failed' ? 'bad' : 'warn';
    return { at, kind: 'drill', tone, tenant, text: `A drill of ${lineText(tenant)} ${ends[status]}${why}` };
  });
}

function releaseMoments({ releases }: StoryParts): StoryMoment[] {
  return (releases ?? []).map(({ at, kind, version, outcome, by, error }) => {
    const what = kind === 'rollback' ? 'Went back to' : kind === 'restart' ? 'Restarted' : 'Deployed';
    const bad = { failed: 'could not be deployed', 'rolled-back': 'was deployed and rolled back' }[outcome];
    const text =
      bad === undefined
        ? `${what} ${lineText(version)} (${outcome}) by ${lineText(by)}`
        : `${lineText(version)} ${bad}`;
    const why = error === null ? '' : `: ${error}`;
    const tone =
      outcome === 'rolled-back' ? 'bad' : outcome === 'failed' ? 'warn' : outcome === 'succeeded' ? 'good' : 'soft';
    return { at, kind: 'release', tone, tenant: null, text: text + why };
  });
}

function healthMoments({ health }: StoryParts): StoryMoment[] {
  return (health ?? []).flatMap(({ check, outages }) =>
    outages.map(({ from, to, durationMs, message }): StoryMoment => {
      const until = to === null ? ' and was not over' : '';
      const why = message === null ? '' : `: ${message}`;
      const text = `${lineText(check)} was unhealthy for ${durationText(durationMs)}${until}${why}`;
      return { at: from, kind: 'health', tone: 'bad', tenant: null, text };
    }),
  );
}

function otherMoment(event: OperationEvent): StoryMoment {
  const { at, name, level, tenant, principal } = event;
  const message = messageOf(event);
  const who = principal === undefined ? '' : ` (${lineText(principal, 60)})`;
  return {
    at: new Date(at).toISOString(),
    kind: 'other',
    tone: level === 'error' ? 'bad' : level === 'warn' ? 'warn' : 'soft',
    tenant: tenant ?? null,
    text: `${lineText(name, 80)}${who}${message === null ? '' : `: ${message}`}`,
  };
}
