import type { DeployRunStep } from './contract.ts';
import type { DeployRunState } from './journal.ts';
import type { DeployPlan } from './plan.ts';
import type { NoRecovery, Recovery, RecoveryFacts, RecoveryStep } from './recovery.ts';

/** Decides how a run goes back from where it is. Nothing is done. */
export function planRecovery(state: DeployRunState, facts: RecoveryFacts): Recovery | NoRecovery {
  const way = state.plan.kind === 'rollback' ? forwardAgain(state, facts) : dataBack(state, facts);
  if ('reason' in way && !facts.mayLeave) return way;
  const data: Recovery =
    'reason' in way ? { steps: [], notes: [`${way.reason}: that stays as it is`], leaves: way } : way;
  // The backup is from before them.
  const isRestored = data.steps.some(({ step }) => step === 'restore-data');
  const hasExpand = state.plan.kind === 'deploy' && !isRestored;
  return stepsBack(state, data, hasExpand ? expandBack(state, facts) : { steps: [], notes: [] });
}

/**
 * The way back of a run whose migrations can't go back: the safety backup instead of them. `undefined` where there is none, or where no migrations are in the way; nor for
 * `expand` migrations that only have added something, as the release before works with that.
 */
export function planRestoring(state: DeployRunState): Recovery | undefined {
  const next = state.recovery?.steps.find(({ step }) => !state.undone.has(step));
  const backup = state.done.get('safety-backup')?.backup;
  if (next?.migrations === undefined || backup === undefined || isHarmless(state, next)) return undefined;
  const data: Recovery = { steps: [{ step: 'restore-data', restores: backup }], notes: [] };
  return stepsBack(state, data, { steps: [], notes: [] });
}

/** Whether all is well when a step of a way back is left as it is: nothing was taken away that the release before needs. */
export function isHarmless({ plan }: DeployRunState, { step, migrations = [] }: RecoveryStep): boolean {
  const { destructive = [] } = plan.migrations;
  return step === 'expand' && !migrations.some((id) => destructive.includes(id));
}

function stepsBack({ begun }: DeployRunState, data: Recovery, expand: Recovery): Recovery {
  const has = (step: DeployRunStep): boolean => begun.includes(step);
  // Data are restored while the service is stopped.
  const isStopped = has('restore-data') || data.steps.some(({ step }) => step === 'restore-data');
  const steps: readonly RecoveryStep[] = [
    // With the data as it was before, the release before finds what it knows.
    ...data.steps,
    ...(has('switch') ? [{ step: 'switch' } as const] : []),
    ...(has('service') || isStopped ? [{ step: 'service' } as const] : []),
    ...expand.steps,
    ...(has('stage') ? [{ step: 'stage' } as const] : []),
    ...(has('maintenance-on') ? [{ step: 'maintenance-on' } as const] : []),
  ];
  return { steps, notes: [...data.notes, ...expand.notes], leaves: data.leaves };
}

/** What `data` and `contract` migrations have done is taken back, or the backup from before them is restored. */
function dataBack(state: DeployRunState, facts: RecoveryFacts): Recovery | NoRecovery {
  const { plan, begun, done } = state;
  const isBegun = begun.includes('data') || begun.includes('contract');
  const late = [...plan.migrations.data, ...plan.migrations.contract].filter((id) => facts.applied.has(id));
  if (!isBegun || late.length === 0) return { steps: [], notes: [] };
  const backup = done.get('safety-backup')?.backup;
  const mayRestore = backup !== undefined && (facts.restoreData === 'automatic' || facts.mayRestore);
  const obstacle = obstacleOf(state, facts, late);
  // Where no backup can be offered, there is no better way.
  const isAsked = backup !== undefined && facts.restoreData === 'offer' && !facts.mayLose;
  const losing = mayRestore || isAsked ? late.filter((id) => facts.losing.has(id)) : [];
  if (obstacle === undefined && losing.length === 0) {
    return { steps: [{ step: 'data', migrations: late.toReversed() }], notes: [] };
  }
  if (mayRestore) return { steps: [{ step: 'restore-data', restores: backup }], notes: losingNotes(losing) };
  const reason = `what ${losing.join(', ')} drops on its way back would be lost`;
  const none: NoRecovery = obstacle ?? { reason, step: 'data', losing };
  return { ...none, backup: facts.restoreData === 'never' ? undefined : backup };
}

const losingNotes = (losing: readonly string[]): readonly string[] =>
  losing.length === 0 ? [] : [`The backup was restored, as taking ${losing.join(', ')} back would drop data`];

/** What makes it impossible to take these back. */
function obstacleOf(state: DeployRunState, facts: RecoveryFacts, late: readonly string[]): NoRecovery | undefined {
  const contracted = state.plan.migrations.contract.filter((id) => late.includes(id));
  if (contracted.length > 0) {
    return { reason: `${contracted.join(', ')} has taken away what the release before needs`, step: 'contract' };
  }
  const lonely = late.filter((id) => !hasWayBack(id, state, facts));
  return lonely.length === 0 ? undefined : { reason: `${lonely.join(', ')} has no way back`, step: 'data' };
}

/**
 * Before the switch nobody has used what `expand` migrations have added, so they go back. Afterwards they stay: the release before works with
 * them, and taking them back would drop what was written since.
 */
function expandBack(state: DeployRunState, facts: RecoveryFacts): Recovery {
  const { plan, begun } = state;
  const applied = plan.migrations.expand.filter((id) => facts.applied.has(id));
  if (!begun.includes('expand') || applied.length === 0) return { steps: [], notes: [] };
  const named = applied.join(', ');
  if (begun.includes('switch') && facts.expandMigrations === 'keep') {
    return { steps: [], notes: [`${named} stays: the release before works with it`] };
  }
  const lonely = applied.filter((id) => !hasWayBack(id, state, facts));
  const half = lonely.filter((id) => facts.interrupted.has(id));
  if (half.length > 0) {
    const what = `${half.join(', ')} is half done, and the next \`migrate up\` or deploy goes on with it`;
    return { steps: [], notes: [`${named} stays: ${what}`] };
  }
  if (lonely.length > 0) return { steps: [], notes: [`${named} stays: ${lonely.join(', ')} has no way back`] };
  return { steps: [{ step: 'expand', migrations: applied.toReversed() }], notes: [] };
}

/** One that has failed half way is neither here nor there: who has written it has to look at it. */
const hasWayBack = (id: string, { failure }: DeployRunState, facts: RecoveryFacts): boolean =>
  facts.reversible.has(id) && !(facts.interrupted.has(id) && failure !== undefined);

/** A rollback that fails runs again what it has taken back. */
function forwardAgain(state: DeployRunState, facts: RecoveryFacts): Recovery | NoRecovery {
  const { plan, begun, done } = state;
  if (begun.includes('restore-data')) {
    const step = 'restore-data';
    const backup = done.get('safety-backup')?.backup;
    if (backup === undefined) return { step, reason: 'data were restored, and there is no backup of those before' };
    if (hasWritten(state) && facts.restoreData !== 'automatic' && !facts.mayRestore) {
      const reason = `data were restored, and ${plan.version} may have written since`;
      return { step, reason, backup: facts.restoreData === 'never' ? undefined : backup };
    }
    return { steps: [{ step, restores: backup }], notes: [] };
  }
  const gone = plan.migrations.back.filter((id) => !facts.applied.has(id) || facts.interrupted.has(id));
  if (!begun.includes('migrations-back') || gone.length === 0) return { steps: [], notes: [] };
  return { steps: [{ step: 'migrations-back', migrations: gone.toReversed() }], notes: [] };
}

/** Whether anything may have been written since data were restored: until its service is started, nobody is there to do so. Of one that is not ours nobody knows. */
function hasWritten({ plan, begun, done }: DeployRunState): boolean {
  const isOurs = plan.steps.some(({ step }) => step === 'service');
  return isOurs ? begun.includes('service') : done.has('restore-data');
}

/** What a plan would take back by itself, in words. */
export function wayBackOf({ from, migrations }: Pick<DeployPlan, 'from' | 'migrations'>): readonly string[] {
  const target = from === undefined ? 'nothing is current, and the service stops' : `current leads to ${from} again`;
  return [
    target,
    ...(from === undefined ? [] : [`the service runs ${from}`]),
    ...(migrations.expand.length === 0
      ? []
      : [`before the switch ${migrations.expand.join(', ')} goes back; afterwards it stays`]),
    ...(migrations.data.length === 0 ? [] : [`${migrations.data.join(', ')} goes back, where that drops no data`]),
    ...(migrations.contract.length === 0
      ? []
      : [`once ${migrations.contract[0]} is applied, only the safety backup leads back`]),
  ];
}
