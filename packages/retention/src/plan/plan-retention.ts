import { capBytes } from '../caps/max-bytes.ts';
import { capGroups, type Capped } from '../caps/max-per-group.ts';
import { applyCompat, type Compat } from '../compat/compat.ts';
import type { CompatField } from '../compat/field.ts';
import { RetentionError } from '../errors.ts';
import { readItems } from '../items/columns.ts';
import { splitByGroup } from '../items/groups.ts';
import type { RetentionItem } from '../items/item.ts';
import { readLineage } from '../items/lineage.ts';
import { newestFirst } from '../items/order.ts';
import { readBytes } from '../policy/bytes.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { RetentionPolicy } from '../policy/policy.ts';
import { addBases, keepBases, markBases } from '../protect/bases.ts';
import { protect } from '../protect/protect.ts';
import { applyRules } from '../rules/apply-rules.ts';
import { compileRules } from '../rules/compile.ts';
import { formatPolicy } from '../text/format-policy.ts';
import type { Decision } from './decision.ts';
import { decide } from './decisions.ts';
import { openLedger } from './ledger.ts';
import { type PlanOptions, readOptions } from './options.ts';

interface Named {
  readonly name: string;
  readonly policy: RetentionPolicy;
}

/**
 * Says of each item whether to keep or remove it, with all reasons. Pure: the same arguments give the same decisions, in the
 * order of the items; nothing is removed by it.
 *
 * An item is kept if a rule of any policy keeps it, if something above the rules does (legal hold, immutable, retain-until,
 * in use, latest good one of its group, base of a kept one), or if no rule is about it. `maxPerGroup` and `maxBytes`
 * then remove some of what only rules keep.
 *
 * @throws RetentionError `INVALID_ITEM`, `DUPLICATE_ID`, `PARENT_CYCLE`, `INVALID_TIME`, `INVALID_POLICY`, `INVALID_OPTION`,
 *   `UNKNOWN_TIME_ZONE`, `REMOVES_ALL`
 * @example
 * ```ts
 * import { planRetention } from '@x/retention';
 *
 * const items = [{ id: 'a', time: '2026-01-30T02:00:00Z' }, { id: 'b', time: '2026-01-31T02:00:00Z' }];
 * const decisions = planRetention(items, { daily: 7, monthly: 12 }, { now: Date.now(), timeZone: 'Europe/Lisbon' });
 * const toRemove = decisions.filter((each) => !each.keep).map((each) => each.id);
 * ```
 */
export function planRetention(
  items: readonly RetentionItem[],
  policy: RetentionPolicy | readonly RetentionPolicy[],
  options: PlanOptions,
): Decision[] {
  const setting = readOptions(options);
  const policies = readPolicies(policy);
  const columns = readItems(items, setting);
  const lineage = readLineage(columns);
  const order = newestFirst(columns);
  const groups = splitByGroup(columns.items, order, setting.groupBy);
  const ledger = openLedger(columns.items.length);

  if (setting.compat === undefined) {
    const rules = policies.flatMap((each) => compileRules(each.policy, each.name));
    for (const group of groups) applyRules(rules, group, columns, { ...setting, time: columns.time, ledger });
  } else {
    for (const group of groups) applyAsTool(setting.compat, policies, group, { ...setting, columns, ledger });
  }
  const isProtected = protect(columns, groups, ledger, {
    now: setting.now,
    latestGood: !setting.allowRemovingAll && setting.compat === undefined,
    majors: policies.find((each) => each.policy.immutable === 'majors')?.name,
    previousGood: policies.find((each) => each.policy.previousGood === true)?.name,
  });
  markBases(lineage, isProtected);
  applyCaps(policies, groups, order, { columns, lineage, ledger, isProtected });

  if (items.length > 0 && !setting.allowRemovingAll && !ledger.kept.includes(1)) {
    throw new RetentionError(
      'REMOVES_ALL',
      `Expected a plan that keeps something, got one that removes all ${items.length} items`,
      {
        hint: 'Pass allowRemovingAll: true if that is what you want.',
      },
    );
  }
  return decide(
    columns,
    groups,
    ledger,
    policies.map((each) => each.name),
  );
}

function readPolicies(policy: unknown): Named[] {
  // Of an array with holes every place is looked at.
  const list: readonly unknown[] = Array.isArray(policy) ? Array.from<unknown>(policy) : [policy];
  return list.map((each) => {
    checkPolicy(each);
    return { policy: each, name: each.name ?? formatPolicy(each) };
  });
}

function applyAsTool(
  tool: Compat,
  policies: readonly Named[],
  group: Uint32Array,
  field: Omit<CompatField, 'policy'>,
): void {
  for (const { name, policy } of policies) applyCompat(tool, policy, group, { ...field, policy: name });
}

/** Bases are kept anew after each cap, as a cap removes them only with all that needs them. */
function applyCaps(
  policies: readonly Named[],
  groups: readonly Uint32Array[],
  order: Uint32Array,
  capped: Capped,
): void {
  for (const { name, policy } of policies) {
    const { maxPerGroup: limit = -1 } = policy;
    if (limit === -1) continue;
    capGroups(groups, limit, { rule: 'maxPerGroup', keeps: false, policy: name, limit }, capped);
  }
  // What is needed takes room in a budget.
  const onlyAsBase = addBases(capped.lineage, capped.ledger.kept);
  for (const { name, policy } of policies) {
    if (policy.maxBytes === undefined) continue;
    const limit = readBytes(policy.maxBytes);
    capBytes(order, limit, { rule: 'maxBytes', keeps: false, policy: name, limit }, capped);
  }
  keepBases(capped.columns, capped.lineage, capped.ledger, onlyAsBase);
}
