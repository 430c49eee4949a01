import { cronOf } from './cron.ts';
import { expressionsOf, type Timing } from './timing.ts';

/** Moments between two others at which a job was to run. */
export interface SlotsBetween {
  /** How many there are; of very many, 1,000: more are not counted. */
  readonly count: number;
  /** The first of them, in milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Slots that are counted one by one. */
const COUNTED = 1000;

const zoneOf = (timing: Timing): string | undefined => ('timeZone' in timing ? timing.timeZone : undefined);

/**
 * The next moment at which a job runs after `afterMs`, in milliseconds since 1970; `undefined` when there is none any more.
 *
 * @throws {OperationsError} `INVALID_TIMING`
 *
 * @example
 * ```ts
 * import { nextSlot } from '@x/operations';
 *
 * const next = nextSlot({ cron: '0 2 * * *', timeZone: 'Europe/Lisbon' }, Date.now());
 * console.log(next === undefined ? 'never' : new Date(next).toISOString());
 * ```
 */
export function nextSlot(timing: Timing, afterMs: number): number | undefined {
  if ('everyMs' in timing) return (Math.floor(afterMs / timing.everyMs) + 1) * timing.everyMs;
  return earliest(expressionsOf(timing).map((each) => cronOf(each, zoneOf(timing)).nextRun(new Date(afterMs))));
}

/** The latest moment at which a job was to run, up to `untilMs` itself. */
export function latestSlot(timing: Timing, untilMs: number): number | undefined {
  if ('everyMs' in timing) return Math.floor(untilMs / timing.everyMs) * timing.everyMs;
  // What was before a moment does not include it.
  const before = new Date(untilMs + 1);
  const found = expressionsOf(timing).map(
    (each) => cronOf(each, zoneOf(timing)).previousRuns(1, before)[0]?.getTime() ?? -1,
  );
  const latest = Math.max(...found);
  return latest < 0 ? undefined : latest;
}

/** The moments after `afterMs` and up to `untilMs` itself; `undefined` when there are none. */
export function slotsBetween(timing: Timing, afterMs: number, untilMs: number): SlotsBetween | undefined {
  const firstMs = nextSlot(timing, afterMs);
  const lastMs = latestSlot(timing, untilMs);
  if (firstMs === undefined || lastMs === undefined || firstMs > untilMs || lastMs < firstMs) return undefined;
  if ('everyMs' in timing) return { count: (lastMs - firstMs) / timing.everyMs + 1, firstMs, lastMs };
  let count = 1;
  for (let slot = firstMs; slot < lastMs && count < COUNTED; count++) slot = nextSlot(timing, slot) ?? lastMs;
  return { count, firstMs, lastMs };
}

function earliest(dates: readonly (Date | null)[]): number | undefined {
  const times = dates.flatMap((date) => (date === null ? [] : [date.getTime()]));
  return times.length === 0 ? undefined : Math.min(...times);
}
