import { OperationsError, shown } from '../errors.ts';
import { type AlertRule, absenceOf, conditionsOf, type EventCondition, listOf } from './rule.ts';

/** Names of rules and channels. */
export const NAME: RegExp = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const EVENT = /^[a-z][a-zA-Z0-9]*\.(?:\*|[a-z][a-zA-Z0-9]*)$/;
const FIELD = /^(?:tenant|host|principal|details(?:\.[a-zA-Z0-9_]+)+)$/;
const SEVERITIES: readonly unknown[] = ['info', 'warning', 'critical'];
const LEVELS: readonly unknown[] = ['info', 'warn', 'error'];

/**
 * Checks rules, which may come from a configuration: one with a mistake would be silent when it matters.
 *
 * @throws {OperationsError} `INVALID_ALERTS`
 */
export function checkRules(rules: readonly AlertRule[], channels: ReadonlySet<string>): readonly AlertRule[] {
  const names = new Set<string>();
  for (const rule of rules) {
    const { name } = rule;
    if (typeof name !== 'string' || !NAME.test(name))
      throw invalid('a rule', 'a name of small letters, digits and "-"', name);
    if (names.has(name)) throw invalid(`the rule ${name}`, 'a name that no other has', name);
    names.add(name);
    checkRule(rule, channels);
  }
  return rules;
}

function checkRule(rule: AlertRule, channels: ReadonlySet<string>): void {
  const at = `the rule ${rule.name}`;
  if (!SEVERITIES.includes(rule.severity)) throw invalid(at, 'a severity: info, warning or critical', rule.severity);
  if (typeof rule.title !== 'string' || rule.title.trim() === '') throw invalid(at, 'a title', rule.title);
  if (typeof rule.when !== 'object' || rule.when === null) throw invalid(at, 'a condition in "when"', rule.when);
  const absence = absenceOf(rule);
  if (absence !== undefined) checkMs(absence.forMs, `${at}, forMs`);
  const conditions = [...conditionsOf(rule), ...listOf(rule.until), ...(absence === undefined ? [] : [absence.absent])];
  if (conditionsOf(rule).length === 0 && absence === undefined) throw invalid(at, 'at least one condition', 'none');
  for (const condition of conditions) checkCondition(condition, at);
  checkReach(rule, channels, at);
}

/** What sets alerts of a rule apart, and who is told of them when. */
function checkReach(rule: AlertRule, channels: ReadonlySet<string>, at: string): void {
  for (const field of rule.by ?? [])
    if (!FIELD.test(field)) throw invalid(at, '"tenant", "host" or "details.NAME" in "by"', field);
  for (const channel of [...(rule.channels ?? []), ...(rule.escalate?.channels ?? [])])
    if (!channels.has(channel))
      throw invalid(at, `one of the channels ${[...channels].join(', ') || '(none)'}`, channel);
  if (rule.remindMs !== undefined) checkMs(rule.remindMs, `${at}, remindMs`);
  if (rule.escalate !== undefined) checkMs(rule.escalate.afterMs, `${at}, escalate.afterMs`);
}

function checkCondition(condition: EventCondition, at: string): void {
  if (typeof condition !== 'object' || condition === null) throw invalid(at, 'a condition', condition);
  const names = listOf<string>(condition.event);
  if (names.length === 0) throw invalid(at, 'names of events', 'none');
  for (const name of names)
    if (typeof name !== 'string' || !EVENT.test(name))
      throw invalid(at, 'a name of an event, as "backup.failed" or "backup.*"', name);
  for (const level of listOf(condition.level))
    if (!LEVELS.includes(level)) throw invalid(at, 'a level: info, warn or error', level);
  for (const [name, wanted] of Object.entries(condition.details ?? {})) {
    if (typeof wanted !== 'object') continue;
    const { above, below, oneOf } = wanted;
    if (above === undefined && below === undefined && oneOf === undefined)
      throw invalid(at, `above, below or oneOf for ${name}`, wanted);
    for (const bound of [above, below])
      if (bound !== undefined && !Number.isFinite(bound)) throw invalid(at, `a number as a bound of ${name}`, bound);
  }
}

/** @throws {OperationsError} `INVALID_ALERTS` */
export function checkMs(ms: number, at: string): number {
  if (Number.isFinite(ms) && ms > 0) return ms;
  throw invalid(at, 'milliseconds, more than 0', ms);
}

function invalid(at: string, expected: string, found: unknown): OperationsError {
  return new OperationsError('INVALID_ALERTS', `Expected ${expected} in ${at}, got ${shown(found)}`, {
    hint: 'A rule that is wrong would be silent when it matters, so no alert works before it is set right.',
  });
}
