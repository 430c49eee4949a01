import type { ReportData, ReportedBackup, ReportProblem } from './contract.ts';
import { daysText, listText } from './dates.ts';
import { countText, durationText, lineText, percentText } from './words.ts';
import { zoneOf } from './zone.ts';

/** The parts that problems are found in. */
export type ProblemParts = Pick<
  ReportData,
  'period' | 'madeAt' | 'backups' | 'restores' | 'drills' | 'releases' | 'health' | 'storage' | 'objectives' | 'others'
>;

const DAY_MS = 86_400_000;
/** A store that is full before so many days have passed is told of. */
const SOON_DAYS = 30;
/** Less of the time than this, in percent, is too little to go by. */
const ENOUGH_KNOWN = 90;

/** What somebody should look at, the worst first. Pure. */
export function problemsOf(parts: ProblemParts): readonly ReportProblem[] {
  const all = [
    ...backupProblems(parts),
    ...restoreProblems(parts),
    ...drillProblems(parts),
    ...releaseProblems(parts),
    ...healthProblems(parts),
    ...objectiveProblems(parts),
    ...storageProblems(parts),
    ...otherProblems(parts),
  ];
  return [...all.filter(({ tone }) => tone === 'bad'), ...all.filter(({ tone }) => tone === 'warn')];
}

function problem(
  code: string,
  tone: ReportProblem['tone'],
  said: { readonly text: string; readonly todo: string; readonly tenants?: readonly string[] | undefined },
): ReportProblem {
  return { code, tone, tenants: said.tenants ?? [], text: said.text, todo: said.todo };
}

function backupProblems({ backups, period }: ProblemParts): ReportProblem[] {
  if (backups === null) return [];
  const found: ReportProblem[] = [];
  const none = backups.tenants
    .filter(({ lastAt, unknown }) => lastAt === null && unknown === 0)
    .map(({ tenant }) => tenant);
  if (none.length > 0) {
    const text = `${namesOf(none)} ${none.length === 1 ? 'has' : 'have'} no good backup that is known.`;
    found.push(
      problem('no-backup', 'bad', { tenants: none, text, todo: 'Make one now, and look at why there was none.' }),
    );
  }
  const outcomes = ['missed', 'failed', 'partial', 'unknown'] as const;
  for (const outcome of outcomes)
    for (const list of alike(backups.exceptions.filter((each) => each.outcome === outcome))) {
      const tenants = [...new Set(list.map(({ tenant }) => tenant))];
      const [tone, text, todo] = saidOf(outcome, list, tenants);
      found.push(problem(`backups-${outcome}`, tone, { tenants, text, todo }));
    }
  if (backups.exceptionsLeftOut > 0) {
    const text = `${countText(backups.exceptionsLeftOut, 'backup')} more went wrong in ${period.label}, and are counted but not named.`;
    found.push(problem('more-backups', 'bad', { text, todo: 'Look at shorter periods.' }));
  }
  return found;
}

/** Backups of tenants of which the same went wrong on the same days, together. */
function alike(exceptions: readonly ReportedBackup[]): Iterable<readonly ReportedBackup[]> {
  const byTenant = Map.groupBy(exceptions, ({ tenant }) => tenant);
  const same = Map.groupBy(byTenant.values(), (list) =>
    JSON.stringify([reasonsOf(list), list.map(({ date }) => date)]),
  );
  return [...same.values()].map((lists) => lists.flat());
}

function saidOf(
  outcome: 'missed' | 'failed' | 'partial' | 'unknown',
  list: readonly ReportedBackup[],
  tenants: readonly string[],
): readonly [ReportProblem['tone'], text: string, todo: string] {
  const of = `${countText(list.length, 'backup')} of ${namesOf(tenants)}`;
  const dates = datesOf(list);
  switch (outcome) {
    case 'missed':
      return [
        'bad',
        `${of} did not happen, on ${dates}.`,
        'Look at whether the machine and the scheduler ran then: “holdfast schedule history” tells.',
      ];
    case 'failed': {
      const why = reasonsOf(list);
      return ['bad', `${of} failed on ${dates}${why === '' ? '' : `: ${why}`}.`, todoOf(list)];
    }
    case 'partial':
      return [
        'warn',
        `${of} ${list.length === 1 ? 'lacks' : 'lack'} something, on ${dates}.`,
        '“holdfast backup show” names what could not be read.',
      ];
    case 'unknown':
      return [
        'warn',
        `What became of ${of} is not known, on ${dates}.`,
        'Nothing that this report was made of reaches back so far.',
      ];
  }
}

/** Tenants in a sentence; of many, how many. */
function namesOf(tenants: readonly string[]): string {
  return tenants.length > 4 ? countText(tenants.length, 'tenant') : listText(tenants.map((each) => lineText(each)));
}

const datesOf = (list: readonly ReportedBackup[]): string => daysText(list.map(({ date }) => date));

/** Why backups failed, each reason once, with how often when there are several. */
function reasonsOf(list: readonly ReportedBackup[]): string {
  const reasons = Map.groupBy(
    list.flatMap(({ error }) => (error === null ? [] : error.message.replace(/\.$/, ''))),
    (message) => message,
  );
  const texts = [...reasons].toSorted(([, a], [, b]) => b.length - a.length).slice(0, 3);
  return listText(texts.map(([message, of]) => (of.length > 1 ? `${message} (${of.length} times)` : message)));
}

/** Codes, and words of messages, that a full disk has. */
const FULL = /NO_SPACE|ENOSPC|DATABASE_FULL|QUOTA_EXCEEDED|no space left|disk is full/i;

function todoOf(list: readonly ReportedBackup[]): string {
  const isFull = list.some(({ error }) => error !== null && FULL.test(`${error.code ?? ''} ${error.message}`));
  if (isFull) return 'Make room: a larger disk, “holdfast backup prune”, or a shorter policy. Then make a backup.';
  return 'Try “holdfast backup create” by hand; docs/errors.md explains each code.';
}

function restoreProblems({ restores }: ProblemParts): ReportProblem[] {
  const bad = (restores ?? []).filter(({ outcome }) => outcome !== 'ok');
  return [...Map.groupBy(bad, ({ tenant, outcome }) => `${outcome} ${tenant ?? ''}`).values()].map((list) => {
    const [{ outcome, tenant } = { outcome: 'failed', tenant: null }] = list;
    const codes = [...new Set(list.flatMap(({ code }) => code ?? []))];
    const whose = tenant === null ? '' : ` of ${lineText(tenant)}`;
    const text = `${countText(list.length, 'restore')}${whose} ${outcome === 'failed' ? 'failed' : list.length === 1 ? 'lacks something' : 'lack something'}${codes.length === 0 ? '' : ` (${listText(codes)})`}.`;
    const todo = 'Look at what is missing, and restore it from an older snapshot.';
    return problem('restores-failed', outcome === 'failed' ? 'bad' : 'warn', {
      tenants: tenant === null ? [] : [tenant],
      text,
      todo,
    });
  });
}

function drillProblems({ drills, period, backups }: ProblemParts): ReportProblem[] {
  if (drills === null) return [];
  const failed = drills.filter(({ status }) => status === 'failed');
  const found = [...Map.groupBy(failed, ({ tenant }) => tenant)].map(([tenant, list]) => {
    const why = list.at(-1)?.error ?? null;
    const text = `${countText(list.length, 'restore')} of ${lineText(tenant)} that ${list.length === 1 ? 'was' : 'were'} tried failed${why === null ? '' : `: ${why.replace(/\.$/, '')}`}.`;
    const todo = 'The backup may be of no use: verify it with “holdfast backup verify”, and make a full one.';
    return problem('drills-failed', 'bad', { tenants: [tenant], text, todo });
  });
  const isLong = period.kind === 'monthly' || period.kind === 'quarterly';
  if (!isLong || (backups?.total.made ?? 0) === 0) return found;
  const proven = new Set(drills.filter(({ status }) => status === 'passed').map(({ tenant }) => tenant));
  const untried = (backups?.tenants ?? []).map(({ tenant }) => tenant).filter((tenant) => !proven.has(tenant));
  if (untried.length === 0) return found;
  const text = `No restore of ${namesOf(untried)} was tried with success.`;
  found.push(
    problem('no-drills', 'warn', {
      text,
      todo: 'A backup is proven by a restore: let one be tried by itself each week.',
    }),
  );
  return found;
}

function releaseProblems({ releases }: ProblemParts): ReportProblem[] {
  const bad = (releases ?? []).filter(({ outcome }) => outcome === 'failed' || outcome === 'rolled-back');
  return bad.map(({ version, outcome, error, wayBackMs }) => {
    const back = wayBackMs === null ? '' : ` after ${durationText(wayBackMs)}`;
    const what = outcome === 'failed' ? 'was not deployed' : `was rolled back${back}`;
    const text = `Release ${lineText(version)} ${what}${error === null ? '' : `: ${error.replace(/\.$/, '')}`}.`;
    const todo = '“holdfast deploy history” and its evidence tell what it came to.';
    return problem('release-failed', outcome === 'failed' ? 'warn' : 'bad', { text, todo });
  });
}

function healthProblems({ health }: ProblemParts): ReportProblem[] {
  return (health ?? []).flatMap(({ check, kind, downMs, outages, knownPercent, unknownMs }) => {
    const found: ReportProblem[] = [];
    if (outages.length > 0) {
      const message = outages.find((each) => each.message !== null)?.message ?? null;
      const still = outages.at(-1)?.to === null ? ', and still is' : '';
      const times = outages.length === 1 ? 'once' : `${outages.length} times`;
      const text = `${lineText(check)} was unhealthy ${times}, for ${durationText(downMs)} in all${still}${message === null ? '' : `: ${message.replace(/\.$/, '')}`}.`;
      const todo =
        kind === 'disk' ? 'Make room, or give it a larger disk.' : '“holdfast health history” tells when and why.';
      found.push(problem('unhealthy', 'bad', { text, todo }));
    }
    if (knownPercent < ENOUGH_KNOWN) {
      const text = `Nobody looked at ${lineText(check)} for ${durationText(unknownMs)}: ${percentText(knownPercent)} of the time is known.`;
      found.push(problem('not-watched', 'warn', { text, todo: 'Let “holdfast health --watch” run as a service.' }));
    }
    return found;
  });
}

function objectiveProblems({ objectives }: ProblemParts): ReportProblem[] {
  const missed = objectives.filter(({ met }) => met === false);
  const same = Map.groupBy(missed, ({ kind, objectiveMs }) => `${kind} ${objectiveMs}`);
  return [...same.values()].map((list) => {
    const tenants = list.map(({ tenant }) => tenant);
    const longest = Math.max(...list.map(({ reachedMs }) => reachedMs ?? 0));
    const [{ kind, objectiveMs } = { kind: 'rpo', objectiveMs: 0 }] = list;
    const upTo = list.length > 1 ? 'up to ' : '';
    const be = list.length > 1 ? 'were' : 'was';
    const [what, todo] =
      kind === 'rpo'
        ? [`${be} without a new, whole backup for`, 'Make backups more often, or look at why some are missing.']
        : ['took to restore', 'Look at what slows restores down: the store, the network, or databases.'];
    const text = `${namesOf(tenants)} ${what} ${upTo}${durationText(longest)}; at most ${durationText(objectiveMs)} are wanted.`;
    return problem(`${kind}-missed`, 'bad', { tenants, text, todo });
  });
}

function storageProblems({ storage, madeAt, period }: ProblemParts): ReportProblem[] {
  if (storage?.forecastFullAt === null || storage?.forecastFullAt === undefined) return [];
  const days = (Date.parse(storage.forecastFullAt) - Date.parse(madeAt)) / DAY_MS;
  if (days > SOON_DAYS) return [];
  const date = zoneOf(period.timeZone).dateOf(Date.parse(storage.forecastFullAt));
  const text = `The store will be full around ${daysText([date])}, if it grows as it did.`;
  return [
    problem('full-soon', 'bad', {
      text,
      todo: 'Make room now: a larger disk, or a shorter policy and “holdfast backup prune”.',
    }),
  ];
}

function otherProblems({ others }: ProblemParts): ReportProblem[] {
  return others
    .filter(({ level }) => level === 'error')
    .map(({ name, count, message }) => {
      const times = count === 1 ? 'once' : `${count} times`;
      const text = `${lineText(name)} was told ${times}${message === null ? '' : `: ${message.replace(/\.$/, '')}`}.`;
      return problem('errors', 'warn', { text, todo: 'The audit log has the whole of it.' });
    });
}
