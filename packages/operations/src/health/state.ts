import type { CheckOutcome } from '@x/versioning/deploy';

/** How something is: `degraded` works, and will not for long. */
export type HealthState = 'healthy' | 'degraded' | 'unhealthy';

const STATES: readonly HealthState[] = ['healthy', 'degraded', 'unhealthy'];
const OF_OUTCOME: Readonly<Record<CheckOutcome, HealthState>> = { ok: 'healthy', warn: 'degraded', fail: 'unhealthy' };

/** What an outcome of a check says. */
export function stateOf(outcome: CheckOutcome): HealthState {
  return OF_OUTCOME[outcome];
}

/** How bad a state is: 0 is good. */
export function severityOf(state: HealthState): number {
  return STATES.indexOf(state);
}

/** The worst of states; `healthy` of none. */
export function worstState(states: Iterable<HealthState>): HealthState {
  let worst: HealthState = 'healthy';
  for (const state of states) if (severityOf(state) > severityOf(worst)) worst = state;
  return worst;
}

/** Whether a value from outside is a state. */
export function isState(value: unknown): value is HealthState {
  return STATES.includes(value as HealthState);
}
