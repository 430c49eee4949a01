import type { Check, CheckOutcome, CheckResult } from '../checks/contract.ts';
import { isVersioningError } from './failure.ts';
import type { DeployTools } from './tools.ts';

/** What a check of ours has found. */
export interface Found {
  readonly outcome?: CheckOutcome | undefined;
  readonly found: string;
  readonly limit?: string | undefined;
  readonly hint?: string | undefined;
}

/** A check of one look. What it throws is what it has found. */
export function ownCheck(
  kind: string,
  { clock }: Pick<DeployTools, 'clock'>,
  look: (signal?: AbortSignal) => Promise<Found>,
): Check {
  return {
    name: kind,
    kind,
    async run({ signal }): Promise<CheckResult> {
      const begun = clock();
      const about = { name: kind, kind, attempts: 1 };
      try {
        const found = await look(signal);
        return { ...about, ...found, outcome: found.outcome ?? 'ok', ms: clock() - begun };
      } catch (error) {
        signal?.throwIfAborted();
        const hint = isVersioningError(error) ? error.hint : undefined;
        return { ...about, outcome: 'fail', found: (error as Error).message, hint, ms: clock() - begun };
      }
    },
  };
}
