import type { MetricAnswer } from './ask-metrics.ts';
import { type GuardReadings, type MetricHistory, type MetricSample, upToNow } from './readings.ts';

/** What was read in earlier rounds, for conditions that have to hold for some time. It is forgotten when the process ends: then they hold anew. */
export class MetricMemory {
  #known = new Map<string, ReadonlyMap<string, MetricHistory>>();

  /** Adds what was read in a round, and forgets what no guard can ask for any more: metrics that were not needed, and what is too old. */
  add(
    answers: readonly MetricAnswer[],
    { nowMs, maxAgeMs }: { readonly nowMs: number; readonly maxAgeMs: number },
  ): void {
    const next = new Map<string, Map<string, MetricHistory>>();
    for (const { needed, samples, problem } of answers) {
      const { flag, metric, forMs } = needed;
      const fromMs = nowMs - forMs - 2 * maxAgeMs;
      const before = this.#known.get(flag)?.get(metric)?.samples ?? [];
      // At once, as what is later than now would not be in the next round.
      const merged = merge([...before, ...upToNow(samples, { nowMs, maxAgeMs })]).filter(({ atMs }) => atMs >= fromMs);
      const ofFlag = next.get(flag) ?? new Map<string, MetricHistory>();
      next.set(flag, ofFlag.set(metric, { samples: merged, problem }));
    }
    this.#known = next;
  }

  get readings(): GuardReadings {
    return Object.fromEntries([...this.#known].map(([flag, metrics]) => [flag, Object.fromEntries(metrics)]));
  }
}

/** One sample for each moment, the one that was read last: sources may answer with the same ones again. */
function merge(samples: readonly MetricSample[]): readonly MetricSample[] {
  return [...new Map(samples.map((sample) => [sample.atMs, sample])).values()];
}
