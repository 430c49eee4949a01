import { isObject } from '../definition/report.ts';
import { asText, isTrue } from '../logic/value.ts';

/** Names of variants that a rule may choose; `null` where it chooses nothing. `undefined`: it may be anything. */
export type RuleResults = ReadonlySet<string | null> | undefined;

const NOTHING: RuleResults = new Set([null]);

/** Says what a rule can come to, whatever the context: it goes through choices, references and weights, and no further. */
export function resultsOf(rule: unknown, evaluators: Readonly<Record<string, unknown>>): RuleResults {
  if (Array.isArray(rule)) return undefined;
  if (!isObject(rule)) return rule === null ? NOTHING : new Set([asText(rule)]);
  const [operator] = Object.keys(rule);
  if (operator === undefined) return NOTHING;
  const operands = rule[operator];
  if (operator === '$ref') return resultsOf(evaluators[String(operands)], evaluators);
  const list: readonly unknown[] = Array.isArray(operands) ? operands : [operands];
  if (operator === 'fractional') return shareResults(list);
  return operator === 'if' || operator === '?:' ? choiceResults(list, evaluators) : undefined;
}

const isConstant = (rule: unknown): boolean => typeof rule !== 'object' || rule === null;

function choiceResults(list: readonly unknown[], evaluators: Readonly<Record<string, unknown>>): RuleResults {
  const all: RuleResults[] = [];
  let index = 0;
  for (; index + 1 < list.length; index += 2) {
    const condition = list[index];
    if (isConstant(condition) && !isTrue(condition)) continue;
    all.push(resultsOf(list[index + 1], evaluators));
    if (isConstant(condition)) return union(all);
  }
  all.push(index < list.length ? resultsOf(list[index], evaluators) : NOTHING);
  return union(all);
}

/** Without a unit nothing is chosen; a text that is put together is always one. */
function shareResults(list: readonly unknown[]): RuleResults {
  const [first] = list;
  const hasUnit = typeof first === 'string' || (isObject(first) && Object.hasOwn(first, 'cat'));
  const shares = Array.isArray(first) ? list : list.slice(1);
  const names = new Set<string | null>(hasUnit ? [] : [null]);
  for (const share of shares) {
    if (!Array.isArray(share)) return undefined;
    const [variant, weight = 1] = share as unknown[];
    if (!isConstant(variant) || typeof weight !== 'number') return undefined;
    if (weight > 0) names.add(variant === null ? null : asText(variant));
  }
  return names.size === 0 ? NOTHING : names;
}

function union(all: readonly RuleResults[]): RuleResults {
  const names = new Set<string | null>();
  for (const each of all) {
    if (each === undefined) return undefined;
    for (const name of each) names.add(name);
  }
  return names;
}
