import { shown, VersioningError } from '../../errors.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { Check, CheckOutcome } from './contract.ts';
import { failureText } from './failure.ts';
import { type CheckTiming, measuredCheck } from './measured-check.ts';

/** Tells when the newest backup at a destination was made, in milliseconds since 1970; nothing where there is none. */
export type LatestBackup = (
  destination: string,
  options: { readonly signal: AbortSignal },
) => Promise<number | undefined> | number | undefined;

/** A destination that has to have a backup, with ages of its own. */
export interface BackupDestination {
  readonly name: string;
  /** An older one is a `fail`, in milliseconds. Default: that of the check. */
  readonly maxAgeMs?: number | undefined;
  /** An older one is a `warn`, in milliseconds. Default: that of the check, where it is less than what counts as a `fail`. */
  readonly warnAgeMs?: number | undefined;
}

/** Options of {@link backupFreshCheck}. */
export interface BackupFreshCheckOptions extends CheckTiming {
  /** Every one of them has to have a backup: a name, or one with ages of its own. */
  readonly destinations: readonly (string | BackupDestination)[];
  readonly latest: LatestBackup;
  /** An older one is a `fail`, in milliseconds. Only where each destination has its own it may be left out. */
  readonly maxAgeMs?: number | undefined;
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
 * Whether there is a backup that is young enough at every destination that has to have one. Each may have an age of its own: the copy far away is a day
 * behind, the one here is not.
 *
 * @throws {VersioningError} `INVALID_OPTION` without a destination, or with one that has no age: nothing would be checked.
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
  const { latest, clock = systemClock } = options;
  const destinations = agedDestinations(options);
  const judge = async ({ name, ...ages }: AgedDestination, signal: AbortSignal): Promise<Freshness> => {
    try {
      const made = await latest(name, { signal });
      return freshness(made === undefined ? undefined : clock() - made, ages);
    } catch (error) {
      signal.throwIfAborted();
      return { outcome: 'fail', text: failureText(error) };
    }
  };
  return measuredCheck(
    {
      kind: 'backup',
      name: `backup ${destinations.map(({ name }) => name).join(', ')}`,
      limit: limitText(destinations),
      async measure({ signal }) {
        const all = await Promise.all(destinations.map(async (each) => ({ ...each, ...(await judge(each, signal)) })));
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

interface AgedDestination {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly warnAgeMs: number;
}

/** Destinations with the ages that hold for each. @throws {VersioningError} `INVALID_OPTION` */
function agedDestinations(options: BackupFreshCheckOptions): readonly AgedDestination[] {
  if (options.destinations.length === 0) {
    throw new VersioningError('INVALID_OPTION', 'Expected destinations that have to have a backup, got none', {
      hint: 'Name at least one, or leave the check out.',
    });
  }
  return options.destinations.map((each) => {
    const own: BackupDestination = typeof each === 'string' ? { name: each } : each;
    const { name, maxAgeMs = options.maxAgeMs, warnAgeMs = options.warnAgeMs } = own;
    if (maxAgeMs === undefined) {
      throw new VersioningError('INVALID_OPTION', `Expected an age for the destination ${shown(name)}, got none`, {
        hint: 'Give it a "maxAgeMs", or give the check one for all.',
      });
    }
    return { name, maxAgeMs, warnAgeMs: Math.min(warnAgeMs ?? maxAgeMs, maxAgeMs) };
  });
}

/** What is allowed: once, where it is the same everywhere. */
function limitText(destinations: readonly AgedDestination[]): string {
  const texts = destinations.map(
    ({ maxAgeMs, warnAgeMs }) =>
      `at most ${ageText(maxAgeMs)} old${warnAgeMs < maxAgeMs ? ` (warns after ${ageText(warnAgeMs)})` : ''}`,
  );
  const [first = ''] = texts;
  if (texts.every((text) => text === first)) return first;
  return destinations.map(({ name }, at) => `${name}: ${texts[at] ?? ''}`).join('; ');
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
