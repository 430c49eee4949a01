import { compareTexts } from '../text-order.ts';
import { chooseSnapshot, seededNumber } from './choose.ts';
import { DRILL_KINDS, type DrillKind, type DrillResult, type DrillSnapshot } from './contract.ts';
import { checkDrillPolicy, type DrillPolicy, everyMs, retryMs } from './policy.ts';

/** What {@link planDrills} goes by. */
export interface DrillQuestion {
  /** Of all tenants, in any order. */
  readonly snapshots: readonly DrillSnapshot[];
  /** Drills that were made, in any order. */
  readonly history: readonly DrillResult[];
  readonly policy?: DrillPolicy | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** A drill that is due. */
export interface PlannedDrill {
  readonly kind: DrillKind;
  readonly tenant: string;
  /** Id of the snapshot. */
  readonly snapshot: string;
  /** ISO 8601: when the snapshot was made. */
  readonly madeAt: string;
  /** Content of the snapshot, in bytes. */
  readonly bytes: number;
  /** ISO 8601: since when it is due. */
  readonly dueAt: string;
  /** Why it is due, and why this snapshot. */
  readonly reason: string;
}

/** When a tenant is drilled next. */
export interface LaterDrill {
  readonly kind: DrillKind;
  readonly tenant: string;
  /** ISO 8601. */
  readonly dueAt: string;
}

/** What is to be drilled now, as JSON. */
export interface DrillPlan {
  /** ISO 8601. */
  readonly at: string;
  /** What waits longest is first. */
  readonly drills: readonly PlannedDrill[];
  /** Due as well, and left for the next run, as there are more than one run makes. */
  readonly left: readonly LaterDrill[];
  /** Not due yet, soonest first. */
  readonly later: readonly LaterDrill[];
  /** Tenants that have nothing that can be restored. */
  readonly nothing: readonly string[];
}

/** A tenant and what is known of it. */
interface TenantState {
  readonly tenant: string;
  readonly snapshots: readonly DrillSnapshot[];
  readonly tried: readonly DrillResult[];
}

interface Due {
  readonly state: TenantState;
  readonly kind: DrillKind;
  readonly dueMs: number;
  readonly reason: string;
}

/**
 * Says which snapshot of which tenant is drilled how. A tenant is due when its last drill of a kind is older than the policy wants, soon after
 * one that failed, and at once when there was none. Pure: the same question has the same answer, on every machine.
 *
 * @throws {OperationsError} `INVALID_OPTION` for a policy that can't be.
 *
 * @example
 * ```ts
 * import { planDrills } from '@x/operations/drills';
 *
 * const plan = planDrills({ snapshots: [], history: [], policy: { fullEveryMs: 91 * 86_400_000 }, nowMs: Date.now() });
 * for (const { tenant, snapshot, kind, reason } of plan.drills) console.log(tenant, snapshot, kind, reason);
 * ```
 */
export function planDrills({ snapshots, history, policy = {}, nowMs }: DrillQuestion): DrillPlan {
  checkDrillPolicy(policy);
  const { perRun = 10, seed = '' } = policy;
  const states = statesOf(snapshots, history);
  const all = states.flatMap((state) => DRILL_KINDS.flatMap((kind) => dueOf(state, kind, policy)));
  const lot = ({ state, kind }: Due): number =>
    seededNumber(`${seed}\0${state.tenant}\0${kind}\0${state.tried.length}`);
  const sorted = all.toSorted(
    (a, b) => a.dueMs - b.dueMs || lot(a) - lot(b) || compareTexts(a.state.tenant, b.state.tenant),
  );
  const due = sorted.filter(({ dueMs }) => dueMs <= nowMs);
  return {
    at: iso(nowMs),
    drills: planned(due.slice(0, perRun), seed),
    left: due.slice(perRun).map(laterOf),
    later: sorted.filter(({ dueMs }) => dueMs > nowMs).map(laterOf),
    nothing: states.filter(({ snapshots: own }) => !own.some(isRestorable)).map(({ tenant }) => tenant),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

const laterOf = ({ state, kind, dueMs }: Due): LaterDrill => ({ kind, tenant: state.tenant, dueAt: iso(dueMs) });

const isRestorable = ({ kind }: DrillSnapshot): boolean => kind !== 'checkpoint';

function statesOf(snapshots: readonly DrillSnapshot[], history: readonly DrillResult[]): readonly TenantState[] {
  const tried = Map.groupBy(
    history.filter(({ status }) => status !== 'notTried'),
    ({ tenant }) => tenant,
  );
  return [...Map.groupBy(snapshots, ({ tenant }) => tenant)]
    .toSorted(([a], [b]) => compareTexts(a, b))
    .map(([tenant, own]) => ({ tenant, snapshots: own, tried: tried.get(tenant) ?? [] }));
}

function dueOf(state: TenantState, kind: DrillKind, policy: DrillPolicy): readonly Due[] {
  const every = everyMs(policy, state.tenant, kind);
  const restorable = state.snapshots.filter(isRestorable);
  if (every === null || restorable.length === 0) return [];
  const last = latest(state.tried.filter((each) => each.kind === kind));
  if (last === undefined) {
    const dueMs = restorable.reduce((least, { madeMs }) => Math.min(least, madeMs), Infinity);
    return [{ state, kind, dueMs, reason: 'there was none yet' }];
  }
  const hasFailed = last.status === 'failed';
  const dueMs = Date.parse(last.finishedAt) + (hasFailed ? Math.min(every, retryMs(policy)) : every);
  const reason = `the last one ${hasFailed ? 'failed' : 'was'} on ${last.finishedAt.slice(0, 10)}`;
  return [{ state, kind, dueMs, reason }];
}

function latest(drills: readonly DrillResult[]): DrillResult | undefined {
  return drills.toSorted((a, b) => compareTexts(b.finishedAt, a.finishedAt) || compareTexts(a.id, b.id))[0];
}

/** Each drill of a plan counts as made for those after it: two of one tenant try different snapshots, where there are two. */
function planned(due: readonly Due[], seed: string): readonly PlannedDrill[] {
  const turns = new Map<string, number>();
  const chosen = new Map<string, number>();
  const drills: PlannedDrill[] = [];
  for (const { state, kind, dueMs, reason } of due) {
    const { tenant, snapshots, tried } = state;
    const turn = turns.get(tenant) ?? tried.length;
    turns.set(tenant, turn + 1);
    const drilledMs = new Map<string, number>(chosen);
    for (const { snapshot, finishedAt } of tried)
      drilledMs.set(snapshot, Math.max(drilledMs.get(snapshot) ?? 0, Date.parse(finishedAt)));
    const choice = chooseSnapshot({ tenant, snapshots, drilledMs, turn, seed });
    if (choice === undefined) continue;
    const { snapshot, why } = choice;
    chosen.set(snapshot.id, Number.MAX_SAFE_INTEGER);
    drills.push({
      kind,
      tenant,
      snapshot: snapshot.id,
      madeAt: iso(snapshot.madeMs),
      bytes: snapshot.bytes,
      dueAt: iso(dueMs),
      reason: `${reason}; ${why}`,
    });
  }
  return drills;
}
