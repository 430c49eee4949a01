import type { RampGuard } from '../definition/model.ts';
import { boundOf, holdsForMs, isWithin } from '../definition/ramp.ts';
import { type MetricHistory, type MetricSample, upToNow } from './readings.ts';

/** Why something was decided. */
export interface GuardReason {
  /** A sentence without its full stop. */
  readonly message: string;
  /** The metric it is about, what that was, and within which bounds it has to be, as `below 1`. */
  readonly metric?: string | undefined;
  readonly value?: number | undefined;
  readonly bound?: string | undefined;
}

/** What a metric says to a guard. */
export interface Verdict {
  /** `young`: it holds, and not yet for as long as it has to. `unknown`: nothing can be said. */
  readonly kind: 'holds' | 'young' | 'broken' | 'unknown';
  readonly reason: GuardReason;
}

/** What a verdict goes by. */
export interface JudgeOptions {
  readonly nowMs: number;
  /** What is older says nothing, and a longer gap ends a time for which a condition held. */
  readonly maxAgeMs: number;
  /** Only what was read after this is about the step in question. */
  readonly sinceMs: number;
  /** Whether the condition has to hold for the whole of `for`. */
  readonly isForAll: boolean;
}

/**
 * Says whether a metric keeps to a guard: by the last sample, and where it has to hold for some time by all of the last ones that hold, follow
 * each other without a gap, and were read since the step before is in force.
 */
export function judge(guard: RampGuard, { samples, problem }: MetricHistory, options: JudgeOptions): Verdict {
  const { metric } = guard;
  const bound = boundOf(guard);
  const unknown = (message: string): Verdict => ({ kind: 'unknown', reason: { message, metric, bound } });
  if (problem !== undefined) return unknown(`${metric} is unknown: ${problem}`);
  // Put in order by their own times, of which those later than now would be one.
  const run = upToNow(
    samples.toSorted((a, b) => a.atMs - b.atMs),
    options,
  );
  const last = run.at(-1);
  if (last === undefined) return unknown(`${metric} is unknown: nothing was read`);
  const { value } = last;
  if (!Number.isFinite(value)) return unknown(`${metric} is unknown: it was read as ${value}`);
  const ageMs = options.nowMs - last.atMs;
  if (ageMs > options.maxAgeMs) return unknown(`${metric} is unknown: it was last read ${seconds(ageMs)} ago`);
  if (last.atMs <= options.sinceMs) return unknown(`${metric} was not read since the step in force is there`);
  const about = { metric, value, bound };
  if (!isWithin(value, guard))
    return { kind: 'broken', reason: { message: `${metric} is ${value}, not ${bound}`, ...about } };
  const neededMs = options.isForAll ? holdsForMs(guard) : 0;
  const heldMs = last.atMs - holdingSince(guard, run, options);
  if (heldMs >= neededMs) {
    const time = neededMs === 0 ? '' : ` for ${seconds(heldMs)}`;
    return { kind: 'holds', reason: { message: `${metric} is ${value}, ${bound}${time}`, ...about } };
  }
  const message = `${metric} is ${value}, ${bound} for ${seconds(heldMs)} of ${guard.for ?? ''}`;
  return { kind: 'young', reason: { message, ...about } };
}

/** When the first of the last samples was read that all hold. */
function holdingSince(guard: RampGuard, run: readonly MetricSample[], { maxAgeMs, sinceMs }: JudgeOptions): number {
  let first = run.at(-1)?.atMs as number;
  for (const { atMs, value } of run.toReversed()) {
    if (atMs <= sinceMs || first - atMs > maxAgeMs || !isWithin(value, guard)) break;
    first = atMs;
  }
  return first;
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}
