import { newestFirst } from '../drills/choose.ts';
import type { DrillResult, DrillSnapshot } from '../drills/contract.ts';
import { compareTexts } from '../text-order.ts';
import type { JudgedTenant, ObjectiveJudgement, ObjectivesPolicy, RestoreFact, RollbackFact } from './contract.ts';
import { judgeAge } from './judge-age.ts';
import { judgeRestores } from './judge-restores.ts';
import { judgeRollbacks } from './judge-rollbacks.ts';
import { checkObjectives, limitOf, measuredWithin } from './limits.ts';
import { measurementsOf } from './measurements.ts';

/** What {@link judgeObjectives} goes by, in any order. */
export interface ObjectivesQuestion {
  readonly tenants: readonly JudgedTenant[];
  readonly snapshots: readonly DrillSnapshot[];
  readonly drills: readonly DrillResult[];
  readonly restores?: readonly RestoreFact[] | undefined;
  /** `undefined`: nothing is deployed from here, and nothing is said of rollbacks. */
  readonly rollbacks?: readonly RollbackFact[] | undefined;
  readonly objectives?: ObjectivesPolicy | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Holds what was measured against what is promised, for each tenant. Nothing is taken for granted: what was never measured, or not for long, is
 * `unknown`. Pure.
 *
 * @throws {OperationsError} `INVALID_OPTION` for limits that can't be.
 *
 * @example
 * ```ts
 * import { judgeObjectives } from '@x/operations/drills';
 *
 * const judgements = judgeObjectives({
 *   tenants: [{ name: 'property1', critical: true }],
 *   snapshots: [],
 *   drills: [],
 *   nowMs: Date.now(),
 * });
 * for (const { tenant, objective, status, todo } of judgements) console.log(tenant, objective, status, todo);
 * ```
 */
export function judgeObjectives(question: ObjectivesQuestion): readonly ObjectiveJudgement[] {
  const { tenants, rollbacks, objectives: policy = {}, nowMs } = question;
  checkObjectives(policy);
  const facts = factsByTenant(question);
  const judged = tenants
    .toSorted((a, b) => compareTexts(a.name, b.name))
    .flatMap((tenant) => ofTenant(question, tenant, facts(tenant.name)));
  if (rollbacks === undefined) return judged;
  const shared = rollbacks.filter(({ tenant }) => tenant === null);
  const hasOwn = rollbacks.some(({ tenant }) => tenant !== null);
  if (shared.length === 0 && hasOwn) return judged;
  const [limitMs, withinMs] = [limitOf(policy, 'rollback'), measuredWithin(policy)];
  return [...judged, judgeRollbacks({ tenant: null, limitMs, rollbacks: shared, nowMs, withinMs })];
}

/** What is known of one tenant. */
interface TenantFacts {
  readonly snapshots: readonly DrillSnapshot[];
  readonly drills: readonly DrillResult[];
  readonly restores: readonly RestoreFact[];
}

/** Sorts facts by tenants. A restore that does not say whose it was is of the tenant of its snapshot. */
function factsByTenant({ snapshots, drills, restores = [] }: ObjectivesQuestion): (tenant: string) => TenantFacts {
  const owners = new Map(snapshots.map(({ id, tenant }) => [id, tenant]));
  const of = {
    snapshots: Map.groupBy(snapshots, ({ tenant }) => tenant),
    drills: Map.groupBy(drills, ({ tenant }) => tenant),
    restores: Map.groupBy(restores, ({ tenant, snapshot }) => tenant ?? owners.get(snapshot ?? '')),
  };
  return (tenant) => ({
    snapshots: of.snapshots.get(tenant) ?? [],
    drills: of.drills.get(tenant) ?? [],
    restores: of.restores.get(tenant) ?? [],
  });
}

function ofTenant(
  question: ObjectivesQuestion,
  tenant: JudgedTenant,
  facts: TenantFacts,
): readonly ObjectiveJudgement[] {
  const { rollbacks = [], objectives: policy = {}, nowMs } = question;
  const { name } = tenant;
  const { snapshots } = facts;
  const measured = measurementsOf(facts);
  const [newest] = newestFirst(snapshots.filter(({ kind }) => kind !== 'checkpoint'));
  const withinMs = measuredWithin(policy);
  const restored = (['restore', 'rto'] as const).map((objective) => {
    const limitMs = limitOf(policy, objective, tenant);
    return judgeRestores({ tenant: name, objective, limitMs, measured, newest, nowMs, withinMs });
  });
  const aged = (['rpo-incremental', 'rpo-full'] as const).map((objective) =>
    judgeAge({ tenant, objective, limitMs: limitOf(policy, objective, tenant), snapshots, nowMs }),
  );
  const own = rollbacks.filter((rollback) => rollback.tenant === name);
  if (own.length === 0) return [...restored, ...aged];
  const limitMs = limitOf(policy, 'rollback', tenant);
  return [...restored, ...aged, judgeRollbacks({ tenant: name, limitMs, rollbacks: own, nowMs, withinMs })];
}
