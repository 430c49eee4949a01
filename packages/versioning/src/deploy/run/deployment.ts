import type { Deployment, DeployRunStep, WayBack } from './contract.ts';
import type { DeployRunState } from './journal.ts';
import { countOf } from './plan.ts';

/** What is known when a run ends. */
export interface DeploymentEnd {
  readonly outcome: Deployment['outcome'];
  readonly endedAt: string;
  readonly objectiveMs: number;
  readonly migrated: readonly string[];
  readonly evidence?: string | undefined;
}

/** Steps that were left as they are. */
export const leftSteps = ({ reports }: Pick<DeployRunState, 'reports'>): ReadonlySet<DeployRunStep> =>
  new Set(reports.filter(({ outcome }) => outcome === 'left').map(({ step }) => step));

/** A run that has begun, as the history has it. */
export function openDeployment(run: string, state: DeployRunState): Deployment {
  const { plan, owner, startedAt, reports, done, failure } = state;
  const { kind, version, from, channel, strategy, committedAt, migrations } = plan;
  const left = [...leftSteps(state)];
  return {
    id: run,
    kind,
    version,
    from,
    channel,
    strategy,
    outcome: 'running',
    by: owner.by,
    startedAt,
    steps: reports,
    backup: done.get('safety-backup')?.backup,
    committedAt,
    migrations: countOf(migrations),
    error: failure,
    left: left.length === 0 ? undefined : left,
  };
}

/** A run that has ended, as the history keeps it. */
export function deploymentOf(run: string, state: DeployRunState, end: DeploymentEnd): Deployment {
  const { outcome, endedAt, objectiveMs, migrated, evidence } = end;
  return {
    ...openDeployment(run, state),
    outcome,
    endedAt,
    ms: Math.max(0, Date.parse(endedAt) - Date.parse(state.startedAt)),
    migrated,
    wayBack: wayBackOf(state, { endedAt, objectiveMs }),
    evidence,
  };
}

/** A rollback is a way back from its beginning on; a deploy, from when it turned. */
function wayBackOf(
  { plan, startedAt, recovery }: DeployRunState,
  { endedAt, objectiveMs }: Pick<DeploymentEnd, 'endedAt' | 'objectiveMs'>,
): WayBack | undefined {
  const since = plan.kind === 'rollback' ? startedAt : recovery?.at;
  if (since === undefined) return undefined;
  const ms = Math.max(0, Date.parse(endedAt) - Date.parse(since));
  return { ms, objectiveMs, isMet: ms <= objectiveMs };
}
