import { VersioningError } from '../../errors.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { Check, CheckOutcome } from './contract.ts';
import { failureText } from './failure.ts';
import { type CheckTiming, measuredCheck } from './measured-check.ts';

/** Tells when the newest backup at a destination was made, in milliseconds since 1970; nothing where there is none. */
export type LatestBackup = (
  destination: string,
  options: { readonly signal: AbortSignal },
) => Promise<number | undefined> | number | undefined;

/** Options of {@link backupFreshCheck}. */
export interface BackupFreshCheckOptions extends CheckTiming {
  /** Every one of them has to have a backup. */
  readonly destinations: readonly string[];
  readonly latest: LatestBackup;
  /** An older one is a `fail`, in milliseconds. */
  readonly maxAgeMs: number;
  /** An older one is a `warn`, in milliseconds. Default: none. */
  readonly warnAgeMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** What clocks of two machines may differ before it is told. */
const SKEW_MS = 300_000;
const SEVERITY: readonly CheckOutcome[] = ['ok', 'warn', 'fail'];

interface Freshness {
  readonly outcome: CheckOutcome;
  readonly text: string;
}

/**
 * Whether there is a backup that is young enough at every destination that has to have one.
 *
 * @throws {VersioningError} `INVALID_OPTION` without a destination: nothing would be checked.
 * @example
 * ```ts
 * import { backupFreshCheck } from '@x/versioning/deploy';
 *
 * const made = new Map([['here', Date.now() - 3_600_000]]);
 * const check = backupFreshCheck({
 *   destinations: ['here', 'far away'],
 *   latest: (destination) => made.get(destination),
 *   maxAgeMs: 24 * 3_600_000,
 * });
 * console.log((await check.run({})).found); // here: 1 h old; far away: none
 * ```
 */
export function backupFreshCheck(options: BackupFreshCheckOptions): Check {
  const { destinations, latest, maxAgeMs, warnAgeMs = maxAgeMs, clock = systemClock } = options;
  if (destinations.length === 0) {
    throw new VersioningError('INVALID_OPTION', 'Expected destinations that have to have a backup, got none', {
      hint: 'Name at least one, or leave the check out.',
    });
  }
  const judge = async (destination: string, signal: AbortSignal): Promise<Freshness> => {
    try {
      const made = await latest(destination, { signal });
      return freshness(made === undefined ? undefined : clock() - made, { maxAgeMs, warnAgeMs });
    } catch (error) {
      signal.throwIfAborted();
      return { outcome: 'fail', text: failureText(error) };
    }
  };
  return measuredCheck(
    {
      kind: 'backup',
      name: `backup ${destinations.join(', ')}`,
      limit: `at most ${ageText(maxAgeMs)} old${warnAgeMs < maxAgeMs ? ` (warns after ${ageText(warnAgeMs)})` : ''}`,
      async measure({ signal }) {
        const all = await Promise.all(destinations.map(async (name) => ({ name, ...(await judge(name, signal)) })));
        const outcome = SEVERITY.findLast((each) => all.some((one) => one.outcome === each)) ?? 'ok';
        const found = all.map(({ name, text }) => `${name}: ${text}`).join('; ');
        const bad = all.filter((one) => one.outcome !== 'ok').map(({ name }) => name);
        const hint = outcome === 'ok' ? undefined : `Make a backup at ${bad.join(', ')} first.`;
        return { outcome, found, hint };
      },
    },
    options,
  );
}

function freshness(
  age: number | undefined,
  { maxAgeMs, warnAgeMs }: { readonly maxAgeMs: number; readonly warnAgeMs: number },
): Freshness {
  if (age === undefined) return { outcome: 'fail', text: 'none' };
  // A time that is none is older than any limit.
  if (!Number.isFinite(age)) return { outcome: 'fail', text: 'of unknown age' };
  if (age < -SKEW_MS) return { outcome: 'warn', text: `${ageText(-age)} in the future: clocks differ` };
  const outcome = age > maxAgeMs ? 'fail' : age > warnAgeMs ? 'warn' : 'ok';
  return { outcome, text: `${ageText(Math.max(0, age))} old` };
}

/** An age as people say it: `5 min`, `3 h`, `2 d`. */
function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 120) return minutes < 2 ? `${Math.floor(ms / 1000)} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
