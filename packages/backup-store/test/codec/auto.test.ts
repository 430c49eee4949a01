import { describe, expect, test } from 'vitest';
import { AutoEncoder } from '../../src/codec/auto-encoder.ts';
import { CODEC, decodeFrame, encodeFrame, LEVELS } from '../../src/codec/codec.ts';
import { mergeReports } from '../../src/codec/content-report.ts';
import { FrameEncoder } from '../../src/codec/frame-encoder.ts';
import { Pace } from '../../src/codec/pace.ts';
import { noise, prose } from '../fixtures/content.ts';

const quick = { effort: 0, probe: true };
const still = { now: () => 0, waitedMs: () => 0 };
/** Half text and half noise: compressible, but never by 70 %. */
const stiff = (seed: number): Buffer => Buffer.concat([prose(40_000, seed), noise(40_000, seed)]);

describe('the profile auto', () => {
  test('takes the level of balanced for what saves as much as its kind should', () => {
    const raw = prose(300_000, 1);
    const { bytes, reason, level } = new AutoEncoder().encode(raw, 'text', quick);
    expect({ reason, level }).toEqual({ reason: 'as-expected', level: 3 });
    expect(bytes).toEqual(encodeFrame(raw, LEVELS.balanced).bytes);
  });

  test('tries a dump that saves less than 70 % once more, and keeps the smaller one', () => {
    const raw = stiff(1);
    const { bytes, reason, isRetried, codec } = new AutoEncoder().encode(raw, 'sql-dump', quick);
    expect(isRetried).toBe(true);
    const [first, second] = [3, 9].map((level) => encodeFrame(raw, level).bytes.length) as [number, number];
    expect(bytes.length).toBe(Math.min(first, second));
    expect(reason).toBe(second < first ? 'next-kept' : 'first-kept');
    expect(raw.equals(decodeFrame({ codec, raw: raw.length }, bytes, 'a frame'))).toBe(true);
  });

  test('lets frames of a kind be after a second try that gained little, and no other kinds', () => {
    const auto = new AutoEncoder();
    const reasons = [1, 2, 3].map((seed) => auto.encode(stiff(seed), 'sql-dump', quick).reason);
    expect(reasons.slice(1)).toEqual(['not-retried', 'not-retried']);
    expect(auto.encode(stiff(4), 'json', quick).isRetried).toBe(true);
  });

  test('stores noise as it is, whatever it is called, and tries nothing more', () => {
    for (const kind of ['sql-dump', 'random', 'image'] as const)
      expect(new AutoEncoder().encode(noise(300_000, 1), kind, quick)).toMatchObject({
        codec: CODEC.raw,
        reason: 'not-smaller',
        isRetried: false,
      });
  });
});

test('a thread that waits for the destination compresses better, one that does not goes back to the usual', () => {
  let [now, waitedMs] = [0, 0];
  const pace = new Pace({ now: () => now, waitedMs: () => waitedMs });
  const after = (ms: number, waited: number): number => {
    now += ms;
    waitedMs += waited;
    return pace.effort();
  };
  expect([after(300, 250), after(10, 10), after(300, 250), after(300, 300)]).toEqual([1, 1, 2, 2]);
  expect([after(300, 100), after(300, 0), after(300, 0), after(300, 0)]).toEqual([2, 1, 0, 0]);
});

test('reports add up over frames and threads, by kinds, with method and reason of each frame', () => {
  const thread = (): FrameEncoder => new FrameEncoder('auto', still);
  const [one, other] = [thread(), thread()];
  one.encode(prose(300_000, 1), { kind: 'text', isAlone: true });
  one.encode(noise(300_000, 1), { kind: 'random', isAlone: true });
  other.encode(prose(500_000, 2), { kind: 'text', isAlone: true });
  const [text, random, ...more] = mergeReports([...one.reports, ...other.reports]);
  expect(more).toEqual([]);
  expect(text).toMatchObject({ kind: 'text', frames: 2, bytesIn: 800_000, methods: { 'zstd-3': 2 }, retried: 0 });
  expect(text?.reasons).toEqual({ 'as-expected': 2 });
  expect(text?.saved).toBe(800_000 - (text?.bytesOut ?? 0));
  expect(text?.ratio).toBeCloseTo(800_000 / (text?.bytesOut ?? 1), 2);
  expect(random).toMatchObject({
    kind: 'random',
    methods: { raw: 1 },
    reasons: { 'not-smaller': 1 },
    ratio: 1,
    saved: 0,
  });
});
