import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricAlerts } from '../../src/metrics/alerts.ts';
import { meanInterval } from '../../src/metrics/bootstrap.ts';
import { compareMetrics } from '../../src/metrics/compare-metrics.ts';
import type { MeasuredVersion } from '../../src/metrics/estimate.ts';
import { differenceOfShares, exactMcNemar, wilsonInterval } from '../../src/metrics/interval.ts';
import { checkMeasurements, meanOf } from '../../src/metrics/measurement.ts';
import { checkMetrics, defineMetrics } from '../../src/metrics/metric-set.ts';
import { normalQuantile } from '../../src/metrics/normal.ts';
import { seededDraw } from '../../src/metrics/seeded.ts';
import { metricTrend } from '../../src/metrics/trend.ts';

const accuracy = (version: string, rate: number, samples?: number): MeasuredVersion => ({
  version,
  metrics: { accuracy: rate },
  ...(samples === undefined ? {} : { measurements: { accuracy: { samples } } }),
});
const values = (version: string, all: readonly number[], on?: string): MeasuredVersion => ({
  version,
  metrics: { rmse: meanOf(all) },
  measurements: { rmse: { values: all, on } },
});
const rows = (rates: readonly number[]): MeasuredVersion[] => rates.map((rate, at) => accuracy(`1.${at}.0`, rate, 50));

describe('intervals', () => {
  it('are those of the literature', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959_963_985, 8);
    expect(normalQuantile(0.0005)).toBeCloseTo(-3.290_526_731, 7);
    // Newcombe 1998, table 1: 81 of 263 and 1 of 29.
    expect(wilsonInterval({ rate: 81 / 263, samples: 263 }, 0.95).map((end) => end.toFixed(4))).toEqual([
      '0.2553',
      '0.3662',
    ]);
    expect(wilsonInterval({ rate: 1 / 29, samples: 29 }, 0.95).map((end) => end.toFixed(4))).toEqual([
      '0.0061',
      '0.1718',
    ]);
    // Newcombe 1998, table 2, method 10: 56 of 70 less 48 of 80.
    const ends = differenceOfShares({ rate: 48 / 80, samples: 80 }, { rate: 56 / 70, samples: 70 }, 0.95);
    expect(ends.map((end) => end.toFixed(4))).toEqual(['0.0524', '0.3339']);
    expect(exactMcNemar({ lost: 2, won: 8, pairs: 100 })).toBeCloseTo(112 / 1024, 10);
    expect(exactMcNemar({ lost: 900, won: 1100, pairs: 5000 })).toBeCloseTo(8.6e-6, 6);
  });

  it('hold what was seen, and shrink with samples and grow with confidence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (samples, share) => {
        const rate = Math.round(share * samples) / samples;
        const [low, high] = wilsonInterval({ rate, samples }, 0.95);
        const [, more] = wilsonInterval({ rate, samples: samples * 4 }, 0.95);
        const [lower, higher] = wilsonInterval({ rate, samples }, 0.99);
        expect(low >= 0 && low <= rate && rate <= high && high <= 1).toBe(true);
        expect(lower <= low && higher >= high && (more <= high || rate === 1)).toBe(true);
      }),
    );
  });

  it('of means are the same for the same seed, move with the values, and hold their mean', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 10, maxLength: 40 }), (all) => {
        const options = { confidence: 0.95, seed: 7, resamples: 400 };
        const [low, high] = meanInterval(all, options);
        expect(meanInterval(all, options)).toEqual([low, high]);
        const moved = meanInterval(
          all.map((value) => value + 100),
          options,
        );
        expect(moved[0]).toBeCloseTo(low + 100, 8);
        expect(low <= meanOf(all) + 1e-9 && high >= meanOf(all) - 1e-9).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a comparison', () => {
  it('takes the same gain for noise among 200 samples, and for progress among 20000', () => {
    const verdict = (samples?: number): string | undefined =>
      compareMetrics(accuracy('1.0.0', 0.81, samples), accuracy('1.1.0', 0.84, samples))[0]?.verdict;
    expect([verdict(200), verdict(20_000), verdict()]).toEqual(['no evidence', 'better', 'no evidence']);
  });

  it('of results of the same samples sees what independent ones hide', () => {
    const draw = seededDraw(3);
    const before = Array.from({ length: 60 }, () => draw(1000));
    const after = before.map((value) => value - 5 + draw(5));
    expect(compareMetrics(values('1', before), values('2', after))[0]).toMatchObject({
      method: 'independent means',
      verdict: 'no evidence',
    });
    expect(compareMetrics(values('1', before, 'a'), values('2', after, 'a'))[0]).toMatchObject({
      method: 'paired means',
      verdict: 'better',
    });
    expect(compareMetrics(values('1', before, 'a'), values('2', after, 'b'))[0]?.method).toBe('independent means');
  });

  it('says the opposite when the versions change places', () => {
    const draw = seededDraw(11);
    const [one, two] = [200, 260].map((base) => Array.from({ length: 50 }, () => base + draw(100)));
    const there = compareMetrics(values('1', one ?? []), values('2', two ?? []))[0];
    const back = compareMetrics(values('2', two ?? []), values('1', one ?? []))[0];
    expect([there?.verdict, back?.verdict]).toEqual(['worse', 'better']);
  });

  it('of what is the same calls at most one of twenty better or worse, whatever was measured', () => {
    const sets = defineMetrics({ rate: { better: 'higher', kind: 'rate' }, mean: { better: 'higher' } });
    const draw = seededDraw(5);
    const version = (): MeasuredVersion => {
      const rate = Array.from({ length: 40 }, () => (draw(10) < 3 ? 1 : 0));
      const mean = Array.from({ length: 40 }, () => draw(100) ** 2);
      return {
        version: '1.0.0',
        metrics: { rate: meanOf(rate), mean: meanOf(mean) },
        measurements: { rate: { values: rate, on: 'a' }, mean: { values: mean, on: 'a' } },
      };
    };
    const wrong = Array.from({ length: 150 }, () => compareMetrics(version(), version(), { metrics: sets })).filter(
      (found) => found.some(({ verdict }) => verdict !== 'no evidence'),
    );
    expect(wrong.length).toBeLessThanOrEqual(150 / 20 + 6);
  });

  it('does not call higher better where nobody said so', () => {
    const strange = (version: string, value: number): MeasuredVersion => ({
      version,
      metrics: { strange: value },
      measurements: { strange: { values: Array.from({ length: 20 }, () => value) } },
    });
    const [found] = compareMetrics(strange('1', 1), strange('2', 2));
    expect([found?.verdict, found?.reason]).toEqual([
      'no evidence',
      'It differs, and nobody has said whether higher is better.',
    ]);
    expect(() => compareMetrics(strange('1', 1), strange('2', 2), { confidence: 95 })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });
});

describe('a trend', () => {
  it('needs five versions in a row to be seen', () => {
    expect(metricTrend(rows([0.9, 0.8, 0.7, 0.6]), 'accuracy')).toMatchObject({
      verdict: 'no evidence',
      chance: 2 / 24,
    });
    const down = metricTrend(rows([0.9, 0.8, 0.7, 0.6, 0.5]), 'accuracy');
    expect([down.verdict, down.chance.toFixed(4), down.slope.toFixed(2)]).toEqual(['worse', '0.0167', '-0.10']);
    expect(metricTrend(rows([0.5, 0.6, 0.7, 0.8, 0.9]), 'accuracy').verdict).toBe('better');
    expect(metricTrend(rows([0.5, 0.9, 0.6, 0.8, 0.7, 0.75]), 'accuracy').verdict).toBe('no evidence');
  });
});

describe('alerts', () => {
  it('tell what the newest version does worse than what is live, once, and leave noise alone', () => {
    const versions = [accuracy('1.0.0', 0.9, 5000), accuracy('1.1.0', 0.95, 5000), accuracy('1.2.0', 0.85, 5000)];
    expect(metricAlerts(versions, { live: '1.1.0' })).toEqual([
      {
        code: 'WORSE_THAN_LIVE',
        metric: 'accuracy',
        version: '1.2.0',
        against: '1.1.0',
        message: 'accuracy is 0.85 in 1.2.0, worse than 0.95 in 1.1.0.',
      },
    ]);
    expect(metricAlerts(versions, { live: '1.0.0' }).map(({ code }) => code)).toEqual([
      'WORSE_THAN_LIVE',
      'WORSE_THAN_BEFORE',
    ]);
    expect(metricAlerts([accuracy('1', 0.9, 50), accuracy('2', 0.88, 50)])).toEqual([]);
    const steady = rows([0.95, 0.93, 0.92, 0.9, 0.88]);
    expect(metricAlerts(steady).map(({ code }) => code)).toEqual(['GETTING_WORSE']);
  });
});

describe('what is said of metrics', () => {
  it.each([
    ['a name the set has not', () => checkMetrics({ a: { better: 'higher' } }, { b: 1 })],
    ['a value out of its range', () => checkMetrics({ a: { better: 'higher', range: [0, 1] } }, { a: 1.01 })],
    ['a range that is none', () => defineMetrics({ a: { better: 'higher', range: [1, 0] } })],
    ['a rate of more than 1', () => defineMetrics({ a: { better: 'higher', kind: 'rate', range: [0, 100] } })],
    ['measurements without their metric', () => checkMeasurements({ a: { samples: 3 } }, {})],
    ['half a sample', () => checkMeasurements({ a: { samples: 0.5 } }, { a: 1 })],
    ['values whose mean is something else', () => checkMeasurements({ a: { values: [1, 2] } }, { a: 2 })],
    ['more samples than values', () => checkMeasurements({ a: { values: [1, 1], samples: 3 } }, { a: 1 })],
    [
      'values without end',
      () => checkMeasurements({ a: { values: Array.from({ length: 60_000 }, () => 1) } }, { a: 1 }),
    ],
  ])('is refused: %s', (_, check) => {
    expect(check).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
