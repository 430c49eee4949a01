import type { ObjectiveJudgement, RollbackFact } from './contract.ts';

/** What rollbacks are held against. */
export interface RollbackQuestion {
  /** `null`: of what all tenants have. */
  readonly tenant: string | null;
  readonly limitMs: number;
  readonly rollbacks: readonly RollbackFact[];
  readonly nowMs: number;
  readonly withinMs: number;
}

const stood = ({ isDone, durationMs }: RollbackFact, limitMs: number): 'met' | 'breached' =>
  isDone && durationMs !== null && durationMs <= limitMs ? 'met' : 'breached';

/** Holds the latest rollback against how long one may take. */
export function judgeRollbacks({ tenant, limitMs, rollbacks, nowMs, withinMs }: RollbackQuestion): ObjectiveJudgement {
  const told = rollbacks
    .filter(({ isDone, durationMs }) => !isDone || durationMs !== null)
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const [latest] = told;
  const base = { tenant, objective: 'rollback', limitMs, isEstimate: false } as const;
  if (latest === undefined || nowMs - Date.parse(latest.at) > withinMs)
    return {
      ...base,
      status: 'unknown',
      valueMs: null,
      since: null,
      measuredAt: latest?.at ?? null,
      detail: latest === undefined ? 'there was no rollback' : `the last rollback was on ${latest.at.slice(0, 10)}`,
      todo: 'Roll back on a machine that may stand still, and forward again: holdfast deploy rollback.',
    };
  const status = stood(latest, limitMs);
  const other = told.findIndex((each) => stood(each, limitMs) !== status);
  const first = told[(other === -1 ? told.length : other) - 1] ?? latest;
  const version = latest.version === null ? '' : ` of ${latest.version}`;
  return {
    ...base,
    status,
    valueMs: latest.isDone ? latest.durationMs : null,
    since: first.at,
    measuredAt: latest.at,
    detail: `the rollback${version} on ${latest.at.slice(0, 10)}${latest.isDone ? '' : ' failed'}`,
    todo: status === 'met' ? null : 'Look at what took the time: holdfast deploy history shows each step.',
  };
}
