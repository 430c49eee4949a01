import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Deployment, deployMetrics } from '../../../src/deploy/index.ts';
import { quantile } from '../../../src/deploy/metrics/quantile.ts';
import { DAY, deployed, HOUR, MINUTE, START, switched } from '../deployments.ts';

const now = START + 28 * DAY;
const windowMs = 28 * DAY;
const four = (history: readonly Deployment[], more = {}): ReturnType<typeof deployMetrics>['overall'] =>
  deployMetrics(history, { now, windowMs, ...more }).overall;

test('a history without deploys gives zeros, and nothing that can’t be said', () => {
  expect(deployMetrics([], { now, windowMs })).toEqual({
    from: '2026-03-02T12:00:00.000Z',
    to: '2026-03-30T12:00:00.000Z',
    overall: {
      deploys: 0,
      blocked: 0,
      restarts: 0,
      deploysPerWeek: 0,
      failures: 0,
      changeFailureRate: undefined,
      leadTime: { medianMs: undefined, p90Ms: undefined },
      timeToRestore: { medianMs: undefined, longestMs: undefined, open: 0 },
      rollback: {
        count: 0,
        automatic: 0,
        failed: 0,
        objectiveMs: 15 * MINUTE,
        withinObjective: 0,
        withinObjectiveRate: undefined,
        medianMs: undefined,
        longestMs: undefined,
        missed: [],
      },
    },
    channels: [],
  });
});

test('eight deploys in four weeks are two a week, and their lead times have a median and a 90th percentile', () => {
  const history = Array.from({ length: 8 }, (_, n) =>
    // Committed 1, 2, … 8 hours before the end.
    deployed(n + 1, { committedAt: new Date(START + (n + 1) * HOUR + 10 * MINUTE - (n + 1) * HOUR).toISOString() }),
  );
  expect(four(history)).toMatchObject({
    deploys: 8,
    deploysPerWeek: 2,
    changeFailureRate: 0,
    leadTime: { medianMs: 4.5 * HOUR, p90Ms: 8 * HOUR },
  });
});

test('a deploy that its pre-checks stopped never went live: it is blocked, and no change that failed', () => {
  const history = [
    deployed(1),
    deployed(2, { outcome: 'failed' }),
    deployed(3, { outcome: 'running', endedAt: undefined }),
  ];
  expect(four(history)).toMatchObject({ deploys: 1, blocked: 1, failures: 0, changeFailureRate: 0 });
});

test('one that went live and rolled itself back has failed, and was restored when that ended', () => {
  const history = [deployed(1), deployed(5, { outcome: 'rolled-back', steps: switched(5, 4) })];
  expect(four(history)).toMatchObject({
    deploys: 1,
    failures: 1,
    changeFailureRate: 0.5,
    timeToRestore: { medianMs: 6 * MINUTE, longestMs: 6 * MINUTE, open: 0 },
  });
});

test('a way back that a deploy has measured itself counts as a rollback, once', () => {
  const wayBack = { ms: 2 * MINUTE, objectiveMs: MINUTE, isMet: false };
  const gone = deployed(5, { version: '1.1.0', outcome: 'rolled-back', steps: switched(5, 4), wayBack });
  const counted = { count: 1, automatic: 1, failed: 0, withinObjective: 1 };
  expect(four([gone]).rollback).toMatchObject({ ...counted, medianMs: 2 * MINUTE });
  const back = deployed(5.5, { id: 'back', kind: 'automatic-rollback', from: '1.1.0', version: '1.0.0', minutes: 3 });
  expect(four([gone, back]).rollback).toMatchObject({ ...counted, medianMs: 3 * MINUTE });
});

test('with a record of its own, the end of the automatic rollback counts', () => {
  const back = deployed(5.5, { id: 'back', kind: 'automatic-rollback', from: '1.1.0', version: '1.0.0', minutes: 3 });
  const history = [deployed(5, { version: '1.1.0', outcome: 'rolled-back', steps: switched(5, 4) }), back];
  expect(four(history)).toMatchObject({ failures: 1, timeToRestore: { medianMs: 29 * MINUTE } });
});

test('one that somebody took back later has failed, and was live all that time', () => {
  const history = [
    deployed(1, { version: '1.1.0' }),
    deployed(4, { id: 'restart', kind: 'restart' }),
    deployed(9, { id: 'back', kind: 'rollback', version: '1.0.0', from: '1.1.0', minutes: 12 }),
  ];
  expect(four(history)).toMatchObject({
    deploys: 1,
    restarts: 1,
    failures: 1,
    changeFailureRate: 1,
    timeToRestore: { medianMs: 8 * HOUR + 12 * MINUTE },
    rollback: { count: 1, withinObjective: 1, withinObjectiveRate: 1, medianMs: 12 * MINUTE, missed: [] },
  });
});

test('one that was followed by another deploy has not failed, even if that was taken back', () => {
  const history = [
    deployed(1, { version: '1.1.0' }),
    deployed(2, { version: '1.2.0' }),
    deployed(3, { id: 'back', kind: 'rollback', version: '1.1.0', from: '1.2.0' }),
  ];
  expect(four(history)).toMatchObject({ failures: 1, changeFailureRate: 0.5 });
});

test('a failure that nothing has cured is open; what happens in another channel cures nothing', () => {
  const history = [
    deployed(1, { outcome: 'failed', steps: switched(1, 2) }),
    deployed(2, { channel: 'dev', version: '1.0.1' }),
  ];
  const { overall, channels } = deployMetrics(history, { now, windowMs });
  expect(overall.timeToRestore).toEqual({ medianMs: undefined, longestMs: undefined, open: 1 });
  expect(channels.map(({ channel, deploys, failures }) => [channel, deploys, failures])).toEqual([
    ['dev', 1, 0],
    ['prod', 0, 1],
  ]);
  expect(deployMetrics(history, { now, windowMs, channel: 'dev' }).overall).toMatchObject({ deploys: 1, failures: 0 });
});

test('rollbacks are held against 15 minutes, or what else they may take', () => {
  const back = (hours: number, minutes: number, more = {}): Deployment =>
    deployed(hours, { id: `b${minutes}`, kind: 'rollback', minutes, ...more });
  const history = [
    back(1, 15),
    back(2, 16),
    back(3, 2, { kind: 'automatic-rollback' }),
    back(4, 1, { outcome: 'failed' }),
  ];
  expect(four(history).rollback).toEqual({
    count: 4,
    automatic: 1,
    failed: 1,
    objectiveMs: 15 * MINUTE,
    withinObjective: 2,
    withinObjectiveRate: 0.5,
    medianMs: 15 * MINUTE,
    longestMs: 16 * MINUTE,
    missed: ['b16', 'b1'],
  });
  expect(four(history, { objectiveMs: MINUTE }).rollback.withinObjective).toBe(0);
});

test('what began before the time that is looked at does not count; what cured a failure may come later', () => {
  const end = { now: START + 2 * HOUR, windowMs: HOUR };
  const history = [
    deployed(0.5),
    deployed(1.5, { outcome: 'failed', steps: switched(1.5, 0) }),
    deployed(40, { version: '2.0.0' }),
  ];
  expect(four(history, end)).toMatchObject({
    deploys: 0,
    failures: 1,
    timeToRestore: { medianMs: 38.5 * HOUR + 10 * MINUTE },
  });
});

test.each([{ now: Number.NaN }, { windowMs: 0 }, { objectiveMs: -1 }, { windowMs: Infinity }])(
  '%j is no time',
  (more) => {
    expect(() => four([], more)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  },
);

describe('whatever the history', () => {
  const anyHistory = fc
    .array(
      fc.record({
        hours: fc.integer({ min: -48, max: 700 }),
        minutes: fc.integer({ min: 0, max: 90 }),
        kind: fc.constantFrom<Deployment['kind']>('deploy', 'deploy', 'rollback', 'automatic-rollback', 'restart'),
        outcome: fc.constantFrom<Deployment['outcome']>(
          'succeeded',
          'succeeded',
          'failed',
          'rolled-back',
          'undone',
          'running',
        ),
        channel: fc.constantFrom('dev', 'prod'),
        version: fc.constantFrom('1.0.0', '1.1.0'),
        from: fc.option(fc.constantFrom('1.0.0', '1.1.0'), { nil: undefined }),
        committedAt: fc.option(fc.constantFrom('2026-03-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z', 'never'), {
          nil: undefined,
        }),
        isSwitched: fc.boolean(),
      }),
      { maxLength: 15 },
    )
    .map((all) =>
      all.map(({ hours, isSwitched, ...more }, index) =>
        deployed(hours, { id: `${index}`, steps: isSwitched ? switched(hours, 3) : [], ...more }),
      ),
    );

  test('order makes no difference, and the numbers fit together', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const metrics = deployMetrics(history, { now, windowMs });
        expect(deployMetrics(history.toReversed(), { now, windowMs })).toEqual(metrics);
        for (const each of [metrics.overall, ...metrics.channels]) {
          const { changeFailureRate: rate, leadTime, timeToRestore, rollback } = each;
          expect(rate === undefined || (rate >= 0 && rate <= 1)).toBe(true);
          expect((rate ?? 0) * each.failures >= 0).toBe(true);
          expect((leadTime.medianMs ?? 0) <= (leadTime.p90Ms ?? 0) + 0.5 || leadTime.p90Ms === undefined).toBe(true);
          expect(leadTime.medianMs ?? 0).toBeGreaterThanOrEqual(0);
          expect(timeToRestore.medianMs ?? 0).toBeGreaterThanOrEqual(0);
          expect(timeToRestore.open).toBeLessThanOrEqual(each.failures);
          expect(rollback.withinObjective + rollback.missed.length).toBe(rollback.count);
        }
        const sum = (pick: (each: (typeof metrics)['overall']) => number): number =>
          metrics.channels.reduce((total, each) => total + pick(each), 0);
        expect(sum((each) => each.deploys)).toBe(metrics.overall.deploys);
        expect(sum((each) => each.failures)).toBe(metrics.overall.failures);
        expect(sum((each) => each.rollback.count)).toBe(metrics.overall.rollback.count);
      }),
    );
  });

  test('one more deploy that succeeds makes the frequency higher and no failure more; a longer objective is met as often or more', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(60 * MINUTE), (any, objectiveMs) => {
        // A way back that comes after it would be one from it.
        const history = any.filter(({ startedAt }) => Date.parse(startedAt) < now);
        const before = four(history, { objectiveMs });
        const after = four([...history, deployed(28 * 24, { id: 'new' })], { objectiveMs });
        expect(after.deploysPerWeek).toBeGreaterThan(before.deploysPerWeek);
        expect(after.failures).toBe(before.failures);
        expect(four(history, { objectiveMs: objectiveMs + MINUTE }).rollback.withinObjective).toBeGreaterThanOrEqual(
          before.rollback.withinObjective,
        );
      }),
    );
  });

  test('a quantile is one of the values, and at least that share is not greater', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const value = quantile(values, share) ?? Number.NaN;
          expect(values).toContain(value);
          expect(values.filter((each) => each <= value).length).toBeGreaterThanOrEqual(share * values.length - 1e-9);
        },
      ),
    );
  });
});
