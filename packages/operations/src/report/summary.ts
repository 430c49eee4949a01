import type { ReportData } from './contract.ts';
import { daysText, listText } from './dates.ts';
import { bytesText, countText, durationText, lineText, numberText, percentText } from './words.ts';

/** The parts that a summary is made of. */
export type SummaryParts = Omit<ReportData, 'summary' | 'unknown'>;

type Sentence = ReportData['summary'][number];

/** What a reader should know when reading nothing else. Pure. */
export function summaryOf(parts: SummaryParts, unread: readonly string[] = []): readonly Sentence[] {
  const isQuiet = parts.problems.length === 0 && unread.length === 0;
  return [
    ...(unread.length === 0 ? [] : [say('bad', `Not all could be read: without ${listText(unread)}.`)]),
    ...backupSentences(parts),
    ...restoreSentences(parts),
    ...drillSentences(parts),
    ...releaseSentences(parts),
    ...healthSentences(parts),
    ...otherSentences(parts),
    ...storageSentences(parts),
    ...(isQuiet ? [say('good', 'Nothing that is known asks for attention.')] : []),
  ];
}

const say = (tone: Sentence['tone'], text: string): Sentence => ({ text, tone });

function backupSentences({ backups }: SummaryParts): Sentence[] {
  if (backups === null) return [];
  const { due, partial, failed, missed, extra } = backups.total;
  const isScheduled = backups.tenants.some(({ scheduled }) => scheduled);
  if (due + extra === 0) return [say('warn', 'No backups were due, and none were made.')];
  const found: Sentence[] = [];
  found.push(...madeSentences(backups.total));
  const rest = [
    failed > 0 ? `${numberText(failed)} failed` : '',
    missed > 0 ? `${numberText(missed)} did not happen` : '',
    partial > 0 ? `${numberText(partial)} ${partial === 1 ? 'lacks' : 'lack'} something` : '',
  ].filter((text) => text !== '');
  if (rest.length > 0) found.push(say('bad', `${listText(rest)}.`));
  found.push(...missedSentences(backups));
  if (extra > 0) found.push(say('soft', `${countText(extra, 'backup')} ${extra === 1 ? 'was' : 'were'} made besides.`));
  if (!isScheduled)
    found.push(say('soft', 'When backups were due is not known: those that nobody began are not counted.'));
  return found;
}

/** How many were made of those of which something is known. */
function madeSentences({ due, made, unknown }: NonNullable<ReportData['backups']>['total']): Sentence[] {
  const known = due - unknown;
  if (due === 0) return [];
  if (known === 0)
    return [
      say('warn', `What became of ${countText(due, 'backup')} that ${due === 1 ? 'was' : 'were'} due is not known.`),
    ];
  const more = unknown === 0 ? [] : [say('warn', `Of ${countText(unknown, 'more backup')} nobody knows.`)];
  if (made < known)
    return [
      say('bad', `${numberText(made)} of ${countText(known, 'backup')} ${known === 1 ? 'was' : 'were'} made.`),
      ...more,
    ];
  return [
    say('good', known === 1 ? 'The one backup was made.' : `All ${numberText(known)} backups were made.`),
    ...more,
  ];
}

/** Sentences about tenants; more are told in one. */
const NAMED = 5;

/** Who had no backup on which days, those of the same days together; of many tenants, how many. */
function missedSentences({ tenants }: NonNullable<ReportData['backups']>): Sentence[] {
  const without = tenants.filter(({ daysWithout }) => daysWithout.length > 0);
  const same = [...Map.groupBy(without, ({ daysWithout }) => daysWithout.join()).values()];
  const named = same.slice(0, NAMED).map((list) => {
    const names = list.map(({ tenant }) => lineText(tenant));
    const who = names.length > NAMED ? countText(names.length, 'tenant') : listText(names);
    return say('bad', `${who} had no backup on ${daysText(list[0]?.daysWithout ?? [])}.`);
  });
  const more = same.slice(NAMED).flat().length;
  if (more > 0) named.push(say('bad', `${countText(more, 'more tenant')} had no backup on some days.`));
  return named;
}

function restoreSentences({ restores }: SummaryParts): Sentence[] {
  if (restores === null || restores.length === 0) return [];
  const good = restores.filter(({ outcome }) => outcome === 'ok').length;
  const tenants = [...new Set(restores.flatMap(({ tenant }) => tenant ?? []))];
  const whose =
    tenants.length === 0 || tenants.length > 4 ? '' : ` (${listText(tenants.map((each) => lineText(each)))})`;
  const text = `Data was restored ${restores.length === 1 ? 'once' : `${numberText(restores.length)} times`}${whose}`;
  if (good === restores.length)
    return [say('good', `${text}, ${restores.length === 1 ? 'with' : 'each time with'} success.`)];
  return [say('bad', `${text}, ${numberText(good)} of these with success.`)];
}

function drillSentences({ drills, period }: SummaryParts): Sentence[] {
  if (drills === null) return [];
  // Nobody tries one each day.
  const isLong = period.kind === 'monthly' || period.kind === 'quarterly';
  if (drills.length === 0) return isLong ? [say('warn', 'No restore was tried.')] : [];
  const passed = drills.filter(({ status }) => status === 'passed');
  const slowest = Math.max(-1, ...passed.map(({ restoreMs }) => restoreMs ?? -1));
  const took = slowest < 0 ? '' : `, the slowest in ${durationText(slowest)}`;
  const tried = drills.length === 1 ? 'that was tried' : 'that were tried';
  return [
    say(
      passed.length === drills.length ? 'good' : 'bad',
      `${numberText(passed.length)} of ${countText(drills.length, 'restore')} ${tried} passed${took}.`,
    ),
  ];
}

function releaseSentences({ releases }: SummaryParts): Sentence[] {
  if (releases === null || releases.length === 0) return [];
  const count = (outcome: string): number => releases.filter((each) => each.outcome === outcome).length;
  const deploys = releases.filter(({ kind }) => kind === 'deploy').length;
  const back = count('rolled-back') + releases.filter(({ kind }) => kind.includes('rollback')).length;
  const failed = count('failed');
  const bad = [
    back > 0 ? `${numberText(back)} went back` : '',
    failed > 0 ? `${numberText(failed)} failed before the switch` : '',
  ].filter((text) => text !== '');
  const text = `${countText(deploys, 'release')} ${deploys === 1 ? 'was' : 'were'} deployed or tried`;
  return [say(bad.length === 0 ? 'good' : 'warn', `${text}${bad.length === 0 ? '' : `; ${listText(bad)}`}.`)];
}

/** Less of the time than this, in percent, says little. */
const HALF = 50;

function healthSentences({ health }: SummaryParts): Sentence[] {
  if (health === null || health.length === 0) return [];
  const down = health.filter(({ outages }) => outages.length > 0);
  if (down.length === 0) {
    const least = Math.min(...health.map(({ knownPercent }) => knownPercent));
    if (least < HALF)
      return [say('soft', `Nothing was seen unhealthy, but no more than ${percentText(least)} of the time is known.`)];
    return [say('good', `Nothing was seen unhealthy; ${percentText(least)} of the time or more is known.`)];
  }
  const texts = down
    .toSorted((a, b) => b.downMs - a.downMs)
    .slice(0, 4)
    .map(({ check, downMs }) => `${lineText(check)} for ${durationText(downMs)}`);
  const more = down.length > 4 ? ` and ${down.length - 4} more` : '';
  return [say('bad', `Unhealthy were ${listText(texts)}${more}.`)];
}

function otherSentences({ others }: SummaryParts): Sentence[] {
  const errors = others.filter(({ level }) => level === 'error');
  if (errors.length === 0) return [];
  const count = errors.reduce((sum, each) => sum + each.count, 0);
  const names = errors.slice(0, 4).map(({ name }) => lineText(name, 60));
  const more = errors.length > 4 ? [`${errors.length - 4} more`] : [];
  return [
    say(
      'bad',
      `${countText(count, 'other error')} ${count === 1 ? 'was' : 'were'} told of: ${listText([...names, ...more])}.`,
    ),
  ];
}

function storageSentences({ storage, backups }: SummaryParts): Sentence[] {
  const [first, last] = [storage?.samples[0], storage?.samples.at(-1)];
  if (first !== undefined && last !== undefined && first !== last) {
    const by = last.bytesStored - first.bytesStored;
    const way = by === 0 ? 'did not grow' : by > 0 ? `grew by ${bytesText(by)}` : `shrank by ${bytesText(-by)}`;
    return [say('soft', `The store ${way}, to ${bytesText(last.bytesStored)}.`)];
  }
  if (last !== undefined) return [say('soft', `${bytesText(last.bytesStored)} are stored.`)];
  if (backups === null || backups.total.bytes === 0) return [];
  const { bytes, bytesStored } = backups.total;
  return [say('soft', `${bytesText(bytes)} were backed up, and ${bytesText(bytesStored)} written for that.`)];
}
