import { type Duration, plus, readDuration } from '../periods/duration.ts';
import { type Period, PERIODS } from '../periods/period.ts';
import type { Reason, ReasonRule } from '../plan/decision.ts';
import type { Count, Keep, KeepRules, Pick, RetentionPolicy } from '../policy/policy.ts';
import type { AgeSpan, Rule } from './rule.ts';

/** Whom the rules of a policy, or of a part of it, are for. */
interface Scope {
  readonly policy: string;
  readonly kind?: string;
  readonly tag?: string;
}

type PeriodName = keyof typeof PERIODS;

const NAMES = Object.keys(PERIODS) as PeriodName[];
const withinName = (name: PeriodName): `within${Capitalize<PeriodName>}` =>
  `within${name.slice(0, 1).toUpperCase()}${name.slice(1)}` as `within${Capitalize<PeriodName>}`;

/** The rules of a policy that select items. */
export function compileRules(policy: RetentionPolicy, name: string): Rule[] {
  return [
    ...compileKeepRules(policy, { policy: name }),
    ...Object.entries(policy.kinds ?? {}).flatMap(([kind, keep]) => compileKeep(keep, { policy: name, kind })),
    ...Object.entries(policy.tags ?? {}).flatMap(([tag, keep]) => compileKeep(keep, { policy: name, tag })),
  ];
}

function compileKeep(keep: Keep | undefined, scope: Scope): Rule[] {
  const rule: ReasonRule = scope.kind === undefined ? 'tags' : 'kinds';
  if (keep === undefined) return [];
  if (keep === -1) return [{ ...scope, reason: { rule, keeps: true, ...scope }, pick: 'newest', count: Infinity }];
  return typeof keep === 'string' ? [within(rule, keep, undefined, scope)] : compileKeepRules(keep, scope);
}

function compileKeepRules(rules: KeepRules, scope: Scope): Rule[] {
  const { pick = 'newest' } = rules;
  const counted: Rule[] = [
    ...count('last', rules.last, undefined, { ...scope, pick }),
    ...count('lastGood', rules.lastGood, undefined, { ...scope, pick }),
    ...NAMES.flatMap((name) => count(name, rules[name], PERIODS[name], { ...scope, pick })),
  ];
  const aged: Rule[] = rules.within === undefined ? [] : [within('within', rules.within, undefined, scope)];
  for (const name of NAMES) {
    const until = rules[withinName(name)];
    if (until !== undefined) aged.push({ ...within(withinName(name), until, PERIODS[name], scope), pick });
  }
  return [...counted, ...aged, ...windows(rules, scope, pick), ...grid(rules, scope, pick)];
}

/** 0 is as good as no rule. */
function count(
  rule: ReasonRule,
  limit: Count | undefined,
  period: Period | undefined,
  { pick, ...scope }: Scope & { pick: Pick },
): Rule[] {
  if (limit === undefined || limit === 0) return [];
  const reason: Reason = { rule, keeps: true, ...scope, ...(limit === -1 ? {} : { limit }) };
  return [{ ...scope, reason, pick, count: limit === -1 ? Infinity : limit, period, goodOnly: rule === 'lastGood' }];
}

function within(rule: ReasonRule, until: string, period: Period | undefined, scope: Scope): Rule {
  const reason: Reason = { rule, keeps: true, ...scope, until };
  return { ...scope, reason, pick: 'newest', spans: [{ until: readDuration(until), endCounts: true, period, reason }] };
}

function windows({ windows: list }: KeepRules, scope: Scope, pick: Pick): Rule[] {
  if (list === undefined) return [];
  const reason: Reason = { rule: 'windows', keeps: true, ...scope };
  const spans = list.map(({ until, keep, end }): AgeSpan => ({
    until: readDuration(until),
    endCounts: end !== 'excluded',
    period: keep === 'all' ? undefined : PERIODS[keep],
    reason: { ...reason, until },
  }));
  return [{ ...scope, reason, pick, spans }];
}

const STEP_PERIODS: Readonly<Record<string, Period>> = {
  h: { unit: 'hour', every: 1 },
  d: { unit: 'day', every: 1 },
  w: { unit: 'week', every: 1 },
  m: { unit: 'month', every: 1 },
  q: { unit: 'month', every: 3 },
  y: { unit: 'month', every: 12 },
};

function grid({ grid: text }: KeepRules, scope: Scope, pick: Pick): Rule[] {
  if (text === undefined) return [];
  const reason: Reason = { rule: 'grid', keeps: true, ...scope };
  let until: Duration = { months: 0, days: 0, hours: 0 };
  const spans: AgeSpan[] = [];
  for (const [tier, times, every, letter = ''] of text.matchAll(/(\d+)x(\d+)([a-z])/g)) {
    until = plus(until, readDuration(`${every}${letter}`), Number(times));
    const base = STEP_PERIODS[letter];
    const period = base && { ...base, every: base.every * Number(every) };
    spans.push({ until, endCounts: true, period, reason: { ...reason, until: tier } });
  }
  return [{ ...scope, reason, pick, spans }];
}
