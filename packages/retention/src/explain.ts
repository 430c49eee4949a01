import type { Decision, Reason, ReasonRule } from './plan/decision.ts';

const PERIOD_WORDS: Partial<Record<ReasonRule, string>> = {
  hourly: 'hours',
  daily: 'days',
  weekly: 'weeks',
  monthly: 'months',
  quarterly: 'quarters',
  halfYearly: 'half-years',
  yearly: 'years',
};

/** What is always said of a rule in the same words. */
const WORDS: Partial<Record<ReasonRule, string>> = {
  immutable: 'it is immutable',
  major: 'major versions are never removed',
  latestGood: 'it is the latest good one of its group',
  future: 'its time has not come yet',
  untrusted: 'its time does not fit the time at which it was stored, and by that it is not old yet',
  uncovered: 'no rule is about it',
  unselected: 'no rule selects it',
};

/**
 * Says in one sentence what becomes of an item and why.
 *
 * @example
 * ```ts
 * import { explain, planRetention } from '@x/retention';
 *
 * const items = [{ id: 'monday', time: '2026-01-26T02:00:00Z' }];
 * const [decision] = planRetention(items, { name: 'nightly', daily: 7 }, { now: Date.now(), timeZone: 'UTC' });
 * if (decision) console.log(explain(decision));
 * // monday is kept: it stands for 2026-01-26, the 1st of 7 days ("nightly"); it is the latest good one of its group.
 * ```
 */
export function explain(decision: Decision): string {
  const { id, keep, reasons, nextReview, replacedBy } = decision;
  const speaking = reasons.filter((reason) => reason.keeps === keep);
  const why = speaking.map((reason) => `${inWords(reason)}${byPolicy(reason)}`).join('; ');
  const until = nextReview === null ? '' : `; nothing changes with time before ${dateText(nextReview)}`;
  const instead = replacedBy === null ? '' : `; ${replacedBy} remains in its place`;
  return `${id} is ${keep ? 'kept' : 'removed'}: ${why}${until}${instead}.`;
}

function byPolicy({ policy, kind, tag }: Reason): string {
  if (policy === undefined) return '';
  const scope = kind === undefined ? '' : ` for the kind ${kind}`;
  return ` ("${policy}"${tag === undefined ? scope : ` for the tag ${tag}`})`;
}

function inWords(reason: Reason): string {
  const { rule, at = 0, limit, item } = reason;
  const fixed = WORDS[rule];
  if (fixed !== undefined) return fixed;
  if (rule === 'hold') return `${reason.who} holds it because of ${reason.why}`;
  if (rule === 'retainUntil') return `it must be retained until ${dateText(at)}`;
  if (rule === 'inUse') return `it is in use${reason.who === undefined ? '' : ` by ${reason.who}`}`;
  if (rule === 'previousGood') return `it is the good one before ${item}, which is in use`;
  if (rule === 'baseOf') return `${item} can't be restored without it`;
  if (rule === 'maxPerGroup') return `a group has at most ${limit}`;
  if (rule === 'maxBytes') return `all may take at most ${limit} bytes, and it is among the least valuable`;
  return ofRule(reason);
}

function ofRule({ rule, period, position, limit, until }: Reason): string {
  const stands = period === undefined ? '' : `it stands for ${period}`;
  const which = position === undefined ? '' : `the ${ordinal(position)} of ${limit}`;
  const units = PERIOD_WORDS[rule];
  // What another tool keeps without a period of its own stands for none.
  if (units !== undefined && stands === '') return which === '' ? `all ${units} are kept` : `it is ${which} ${units}`;
  if (units !== undefined) return which === '' ? `${stands}, as all ${units} count` : `${stands}, ${which} ${units}`;
  if (rule === 'last') return which === '' ? 'all are kept' : `it is ${which} newest`;
  if (rule === 'lastGood') return which === '' ? 'all good ones are kept' : `it is ${which} newest good ones`;
  if (until === undefined) return 'all of these are kept';
  if (rule === 'grid') return `${stands} in the step ${until}`;
  return stands === '' ? `it is not older than ${until}` : `${stands}, not older than ${until}`;
}

function ordinal(value: number): string {
  const tail = value % 100 > 10 && value % 100 < 14 ? 0 : value % 10;
  return `${value}${['th', 'st', 'nd', 'rd'][tail] ?? 'th'}`;
}

function dateText(at: number): string {
  return new Date(at).toISOString();
}
