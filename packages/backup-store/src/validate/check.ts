import { codeOf } from '../errors.ts';
import type { EntryProblem } from '../repository/contract.ts';
import { monotonic } from '../run/clock.ts';
import type { ScratchFinding, ValidationCheck } from './contract.ts';

const MAX_PROBLEMS = 100;

/** What a check came to, before it is dated. */
export type CheckOutcome = ScratchFinding;

/** A check that had nothing to do. */
export const skipped = (detail: string): CheckOutcome => ({ checked: 0, detail, problems: [], skipped: true });

/** What was thrown, as a problem. */
export function problemOf(path: string, error: unknown): EntryProblem {
  return { path, code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}

/** Runs a check. What it throws is a problem of that check, unless the run was ended. */
export async function runCheck(
  name: ValidationCheck['name'],
  work: () => Promise<CheckOutcome>,
  source?: string,
): Promise<ValidationCheck> {
  const started = monotonic();
  let outcome: CheckOutcome;
  try {
    outcome = await work();
  } catch (error) {
    if (codeOf(error) === 'ABORTED') throw error;
    outcome = { checked: 0, detail: 'it ended with an error', problems: [problemOf(source ?? name, error)] };
  }
  const { checked, detail, problems } = outcome;
  const status = problems.length > 0 ? 'failed' : outcome.skipped === true ? 'skipped' : 'passed';
  return {
    name,
    ...(source === undefined ? {} : { source }),
    status,
    checked,
    detail,
    problems: problems.slice(0, MAX_PROBLEMS),
    duration_ms: Math.round(monotonic() - started),
  };
}
