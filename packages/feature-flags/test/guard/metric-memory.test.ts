import { expect, it } from 'vitest';
import { MetricMemory } from '../../src/guard/metric-memory.ts';
import { NOW } from '../fixtures.ts';
import { MINUTE } from './ramps.ts';

const needed = { flag: 'f', metric: 'm', forMs: 10 * MINUTE };
const maxAgeMs = 5 * MINUTE;

it('keeps as much as the longest condition needs, each moment once, and no more', () => {
  const memory = new MetricMemory();
  for (let minute = 0; minute < 100; minute++) {
    const nowMs = NOW + minute * MINUTE;
    const samples = [nowMs, nowMs - MINUTE].map((atMs) => ({ atMs, value: minute }));
    memory.add([{ needed, samples, problem: undefined }], { nowMs, maxAgeMs });
  }
  const kept = memory.readings['f']?.['m']?.samples.map(({ atMs }) => (atMs - NOW) / MINUTE) ?? [];
  expect(kept.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, index) => 79 + index));
});

it('forgets a metric as soon as it is not needed, and what is far from now', () => {
  const memory = new MetricMemory();
  const samples = [NOW, NOW + 6 * MINUTE, NOW - 60 * MINUTE].map((atMs) => ({ atMs, value: 1 }));
  memory.add([{ needed, samples, problem: 'x' }], { nowMs: NOW, maxAgeMs });
  expect(memory.readings).toEqual({ f: { m: { samples: [{ atMs: NOW, value: 1 }], problem: 'x' } } });
  memory.add([], { nowMs: NOW, maxAgeMs });
  expect(memory.readings).toEqual({});
});
