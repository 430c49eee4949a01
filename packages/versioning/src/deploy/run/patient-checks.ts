import { setTimeout } from 'node:timers/promises';
import { runChecks } from '../checks/run-checks.ts';
import type { Check, CheckContext, CheckResult } from '../checks/contract.ts';

/** How long checks are asked again. */
export interface CheckPatience extends CheckContext {
  /** Milliseconds in which checks that fail are run again; 0: once. */
  readonly patienceMs: number;
  readonly clock: () => number;
}

/** Milliseconds before the next try: a service that starts is seen soon, one that takes long is not asked all the time. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;

/** Runs checks, and those that fail again until they pass or the time is over. */
export async function runPatiently(checks: readonly Check[], patience: CheckPatience): Promise<readonly CheckResult[]> {
  const { signal, version, clock, patienceMs } = patience;
  const until = clock() + patienceMs;
  const found = new Map<Check, CheckResult>();
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const asked = checks.filter((check) => (found.get(check)?.outcome ?? 'fail') === 'fail');
    const { results } = await runChecks(asked, { signal, version });
    for (const [index, check] of asked.entries()) found.set(check, added(found.get(check), results[index]));
    signal?.throwIfAborted();
    const all = checks.map((check) => found.get(check) as CheckResult);
    if (failed(all).length === 0 || clock() + pause > until) return all;
    await setTimeout(pause, undefined, { signal });
  }
}

/** The newer result, with the attempts and the time of both. */
function added(before: CheckResult | undefined, now: CheckResult | undefined): CheckResult {
  if (now === undefined) throw new Error('A check without result');
  if (before === undefined) return now;
  return { ...now, attempts: before.attempts + now.attempts, ms: before.ms + now.ms };
}

/** Those that block. */
export const failed = (results: readonly CheckResult[]): readonly CheckResult[] =>
  results.filter(({ outcome }) => outcome === 'fail');

/** One check as a sentence says it. */
export function checkText({ name, found, limit }: CheckResult): string {
  return `${name}: ${found}${limit === undefined ? '' : ` (${limit})`}`;
}

/** What a list of results comes to. */
export function checksText(results: readonly CheckResult[]): string {
  if (results.length === 0) return 'no checks';
  const odd = results.filter(({ outcome }) => outcome !== 'ok');
  const told = odd.map((each) => `; ${each.outcome === 'warn' ? 'warning: ' : ''}${checkText(each)}`).join('');
  return `${results.length - odd.length} of ${results.length} ok${told}`;
}
