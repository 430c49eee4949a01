import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lotteryMetrics } from '../../src/lottery/lottery-metrics.ts';
import { lotteryDefinitions } from '../../src/lottery/lottery-set.ts';
import { checkMeasurements } from '../../src/metrics/measurement.ts';
import { checkMetrics } from '../../src/metrics/metric-set.ts';

const from = (first: number): number[] => Array.from({ length: 15 }, (_, at) => first + at);
const picks = fc
  .shuffledSubarray(
    Array.from({ length: 25 }, (_, at) => at + 1),
    { minLength: 15, maxLength: 15 },
  )
  .map((all) => [...all]);
const rounds = fc.array(fc.tuple(picks, picks), { minLength: 1, maxLength: 12 });

describe('metrics of a lottery', () => {
  it('are what their formulas say', () => {
    const draws = [
      { id: 1, numbers: from(1) },
      { id: 2, numbers: from(1) },
      { id: 3, numbers: from(11) },
    ];
    const predictions = [
      { draw: 1, numbers: from(1) },
      { draw: 2, numbers: from(3) },
      { draw: 3, numbers: from(11) },
    ];
    const { metrics, measurements } = lotteryMetrics(predictions, draws);
    // Hits are 15, 13 and 15. Frequent before draw 2 are 1 to 15, of which 3 to 15 are predicted and drawn; before draw 3 still 1 to 15: 11 to 15, all drawn.
    expect(metrics).toEqual({
      acertos_15: 2 / 3,
      acertos_14: 0,
      acertos_13: 1 / 3,
      acertos_12: 0,
      acertos_11: 0,
      taxa_acerto_media: (1 + 13 / 15 + 1) / 3,
      precisao_numeros_frequentes: 1,
      cobertura_padroes: 1,
    });
    expect(measurements['precisao_numeros_frequentes']?.values).toEqual([1, 1]);
  });

  it('know draws before the one predicted, and never that one itself', () => {
    const draws = [{ id: 'a', numbers: from(1) }];
    const { metrics } = lotteryMetrics([{ draw: 'a', numbers: from(1) }], draws);
    expect(metrics).not.toHaveProperty('precisao_numeros_frequentes');
  });

  it('of all counts of hits add up to one, make up the mean, and do not depend on the order of numbers or of predictions', () => {
    const options = { hits: Array.from({ length: 16 }, (_, count) => count) };
    fc.assert(
      fc.property(rounds, (all) => {
        const draws = all.map(([drawn], id) => ({ id, numbers: drawn }));
        const predictions = all.map(([, predicted], draw) => ({ draw, numbers: predicted }));
        const { metrics, measurements, definitions } = lotteryMetrics(predictions, draws, options);
        const rates = options.hits.map((count) => metrics[`acertos_${count}`] ?? Number.NaN);
        expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(1, 10);
        const mean = rates.reduce((sum, rate, count) => sum + rate * count, 0) / 15;
        expect(metrics.taxa_acerto_media).toBeCloseTo(mean, 10);
        checkMetrics(definitions, metrics);
        checkMeasurements(measurements, metrics);
        const turned = predictions
          .map(({ draw, numbers: picked }) => ({ draw, numbers: picked.toReversed() }))
          .toReversed();
        for (const [name, value] of Object.entries(lotteryMetrics(turned, draws, options).metrics)) {
          expect(value).toBeCloseTo(metrics[name] ?? Number.NaN, 10);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('of a model that knows the future are all 1', () => {
    fc.assert(
      fc.property(rounds, (all) => {
        const draws = all.map(([drawn], id) => ({ id, numbers: drawn }));
        const { metrics } = lotteryMetrics(
          draws.map(({ id, numbers: picked }) => ({ draw: id, numbers: picked })),
          draws,
        );
        expect([metrics.acertos_15, metrics.taxa_acerto_media, metrics.cobertura_padroes]).toEqual([1, 1, 1]);
        expect(metrics.precisao_numeros_frequentes ?? 1).toBe(1);
      }),
      { numRuns: 30 },
    );
  });

  it('of other games have their numbers of hits', () => {
    const game = { pool: 60, drawn: 6 };
    expect(Object.keys(lotteryDefinitions(game)).slice(0, 5)).toEqual([
      'acertos_6',
      'acertos_5',
      'acertos_4',
      'acertos_3',
      'acertos_2',
    ]);
    const numbers = [5, 10, 20, 30, 40, 60];
    expect(lotteryMetrics([{ draw: 1, numbers }], [{ id: 1, numbers }], game).metrics).toMatchObject({ acertos_6: 1 });
  });

  it.each([
    ['no predictions', [], 'Expected predictions, got none'],
    ['an unknown draw', [{ draw: 9, numbers: from(1) }], 'in prediction 0, got 9'],
    ['too few numbers', [{ draw: 1, numbers: [1] }], 'Expected 15 numbers in prediction 0, got 1'],
    ['a number twice', [{ draw: 1, numbers: [1, ...from(1).slice(0, 14)] }], 'got 1 again'],
    [
      'a number out of the pool',
      [{ draw: 1, numbers: from(12) }],
      'Expected numbers from 1 to 25 in prediction 0, got 26',
    ],
  ])('refuse %s, and say where', (_, predictions, message) => {
    const measure = (): unknown => lotteryMetrics(predictions, [{ id: 1, numbers: from(1) }]);
    expect(measure).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(message) as string }),
    );
  });
});
