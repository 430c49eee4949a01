import type { FoundRecord } from '../search/contract.ts';
import type { CountStatistics, MeasureStatistics, SpanStatistics } from './contract.ts';
import { Quantiles } from './quantiles.ts';

const MOST_NAMES = 1000;
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

interface Measured {
  readonly durations: Quantiles;
  failed: number;
  counts: number;
  sum: number;
}

/** What records of the performance stream say, by name, in bounded memory. */
export async function measureStatistics(records: AsyncIterable<FoundRecord>): Promise<MeasureStatistics> {
  const byName = new Map<string, Measured>();
  let left = 0;
  for await (const { name, fields } of records) {
    const { durationMs, count, outcome } = fields;
    if (name === undefined) continue;
    let measured = byName.get(name);
    if (measured === undefined) {
      if (byName.size === MOST_NAMES) {
        left += 1;
        continue;
      }
      measured = { durations: new Quantiles(), failed: 0, counts: 0, sum: 0 };
      byName.set(name, measured);
    }
    if (typeof durationMs === 'number' && durationMs >= 0) {
      measured.durations.add(durationMs);
      if (outcome === 'failed') measured.failed += 1;
    } else if (typeof count === 'number') {
      measured.counts += 1;
      measured.sum += count;
    }
  }
  const all = [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    spans: all.filter(([, { durations }]) => durations.count > 0).map(spanOf),
    counts: all.filter(([, { counts }]) => counts > 0).map(countOf),
    left,
  };
}

function spanOf([name, { durations, failed }]: readonly [string, Measured]): SpanStatistics {
  const { count, min, mean, max } = durations;
  return {
    name,
    count,
    failed,
    minMs: rounded(min),
    meanMs: rounded(mean),
    maxMs: rounded(max),
    p50Ms: rounded(durations.at(0.5)),
    p95Ms: rounded(durations.at(0.95)),
    p99Ms: rounded(durations.at(0.99)),
  };
}

function countOf([name, { counts, sum }]: readonly [string, Measured]): CountStatistics {
  return { name, records: counts, sum };
}
