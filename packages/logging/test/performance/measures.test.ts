import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Quantiles } from '../../src/performance/quantiles.ts';
import { newLogs } from '../fixtures/folders.ts';

test('spans and counts are written, and summed up by name in a period', async () => {
  const { logs, time } = await newLogs();
  for (let ms = 1; ms <= 100; ms++) {
    await logs.time('backup', () => void (time.ms += ms), { tenant: ms > 50 ? 'hotel-a' : 'hotel-b' });
  }
  await expect(logs.time('backup', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const span = logs.span('restore');
  time.ms += 7;
  expect(span.end()).toBe(7);
  expect(span.fail(new Error('late'))).toBe(7);
  logs.count('booked', 3);
  logs.count('booked');
  await logs.flush();
  const { spans, counts, left } = await logs.measures();
  expect(spans).toMatchObject([
    { name: 'backup', count: 101, failed: 1, minMs: 0, maxMs: 100 },
    { name: 'restore', count: 1, failed: 0, p50Ms: 7, p99Ms: 7 },
  ]);
  expect(spans[0]?.p50Ms).toBeGreaterThan(49);
  expect(spans[0]?.p95Ms).toBeGreaterThan(93);
  expect(spans[0]?.p95Ms).toBeLessThan(97);
  expect(counts).toEqual([{ name: 'booked', records: 2, sum: 4 }]);
  expect(left).toBe(0);
  const one = await logs.measures('name=backup tenant=hotel-a');
  expect(one.spans).toMatchObject([{ count: 50, minMs: 51 }]);
  expect(await logs.measures('', { fromMs: time.ms + 1 })).toMatchObject({ spans: [], counts: [] });
});

test('percentiles are right to one percent, whatever is measured', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.95, 0.99),
      (values, share) => {
        const quantiles = new Quantiles();
        for (const value of values) quantiles.add(value);
        const exact = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? 0;
        expect(Math.abs(quantiles.at(share) - exact)).toBeLessThanOrEqual(exact * 0.0101);
      },
    ),
  );
});
