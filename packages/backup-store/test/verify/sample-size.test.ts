import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, chooseSample, type SampleLimit } from '../../src/verify/sample-size.ts';

const candidates = fc.array(
  fc.record({ size: fc.integer({ min: 1, max: 1000 }), checkedAt: fc.option(fc.nat(50), { nil: undefined }) }),
  { minLength: 1, maxLength: 50 },
);
const limits = fc.oneof(
  fc.record({ unit: fc.constant('percent' as const), value: fc.double({ min: 0.01, max: 100, noNaN: true }) }),
  fc.record({ unit: fc.constant('bytes' as const), value: fc.integer({ min: 1, max: 20_000 }) }),
);

const bytesOf = (packs: readonly Candidate[]): number => packs.reduce((sum, { size }) => sum + size, 0);

describe('which packs a sample reads', () => {
  test('never checked ones first, then those that were not for longest', () => {
    fc.assert(
      fc.property(candidates, limits, (packs, limit) => {
        const chosen = chooseSample(packs, limit);
        const rest = packs.filter((pack) => !chosen.includes(pack));
        const newest = Math.max(...chosen.map(({ checkedAt }) => checkedAt ?? -1));
        for (const { checkedAt } of rest) expect(checkedAt ?? -1).toBeGreaterThanOrEqual(newest);
      }),
    );
  });

  test('as many as reach the limit, and not one more', () => {
    fc.assert(
      fc.property(candidates, limits, (packs, limit) => {
        const chosen = chooseSample(packs, limit);
        const wanted = limit.unit === 'bytes' ? limit.value : (bytesOf(packs) * limit.value) / 100;
        expect(chosen.length).toBeGreaterThan(0);
        expect(bytesOf(chosen)).toBeGreaterThanOrEqual(Math.min(wanted, bytesOf(packs)) - 1e-6);
        expect(bytesOf(chosen.slice(0, -1))).toBeLessThan(wanted);
      }),
    );
  });

  test('by a limit of time all, as the clock decides', () => {
    const packs = [3, undefined, 1].map((checkedAt) => ({ size: 1, checkedAt }));
    const chosen = chooseSample(packs, { unit: 'ms', value: 1 });
    expect(chosen.map(({ checkedAt }) => checkedAt)).toEqual([undefined, 1, 3]);
  });

  test('chance decides among equals: two machines do not read the same', () => {
    const packs = Array.from({ length: 64 }, (_, number) => ({ size: 1, checkedAt: undefined, number }));
    const limit: SampleLimit = { unit: 'bytes', value: 16 };
    const [one, other] = [0, 1].map(() => chooseSample(packs, limit).map(({ number }) => number));
    expect(one).not.toEqual(other);
    expect(new Set(one).size).toBe(16);
  });

  test('runs that repeat come round within 100 / percent runs', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: 1, max: 100 }), (sizes, percent) => {
        let packs: Candidate[] = sizes.map(({ size }) => ({ size, checkedAt: undefined }));
        for (let run = 0; run < Math.ceil(100 / percent); run++) {
          const chosen = new Set(chooseSample(packs, { unit: 'percent', value: percent }));
          packs = packs.map((pack) => (chosen.has(pack) ? { ...pack, checkedAt: run } : pack));
        }
        expect(packs.filter(({ checkedAt }) => checkedAt === undefined)).toEqual([]);
      }),
    );
  });
});
