import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  judgeObjectives,
  type ObjectiveJudgement,
  type ObjectiveName,
  type ObjectivesQuestion,
} from '../../src/drills/index.ts';
import { DAY, drill, HOUR, idOf, iso, NOW, snapshot } from '../fixtures/drill-facts.ts';

const MINUTE = 60_000;
const shop = { name: 'shop', critical: false };

function judge(over: Partial<ObjectivesQuestion> = {}): (objective: ObjectiveName) => ObjectiveJudgement | undefined {
  const all = judgeObjectives({ tenants: [shop], snapshots: [], drills: [], nowMs: NOW, ...over });
  return (objective) => all.find((each) => each.objective === objective);
}

describe('time to restore', () => {
  it('nobody has measured it: it is unknown, and what to do is said', () => {
    expect(judge()('restore')).toEqual({
      tenant: 'shop',
      objective: 'restore',
      status: 'unknown',
      valueMs: null,
      limitMs: 30 * MINUTE,
      isEstimate: false,
      since: null,
      measuredAt: null,
      detail: 'nobody has measured it',
      todo: 'Run a drill of shop: holdfast drill run --tenant shop.',
    });
  });

  test.each([
    ['of the same size', 1000, MINUTE, 'met', false],
    ['of nearly the same size', 1090, MINUTE, 'met', false],
    ['that has grown tenfold', 10_000, 10 * MINUTE, 'met', true],
    ['that has grown fortyfold', 40_000, 40 * MINUTE, 'breached', true],
    ['that has become smaller', 500, MINUTE / 2, 'met', true],
  ])('a drill of a minute says of a newest snapshot %s (%d bytes): %d ms', (_, bytes, valueMs, status, isEstimate) => {
    const found = judge({ snapshots: [snapshot({ bytes })], drills: [drill()] })('restore');
    expect(found).toMatchObject({ valueMs, status, isEstimate, measuredAt: iso(NOW - DAY) });
    expect(found?.detail).toMatch(isEstimate ? /^estimated by a full drill/ : /^measured by a full drill/);
  });

  it('a drill that failed breaches it, since the first that failed in a row', () => {
    const drills = [20, 10, 5].map((days) =>
      drill({ finishedAt: iso(NOW - days * DAY), status: days === 20 ? 'passed' : 'failed' }),
    );
    expect(judge({ snapshots: [snapshot()], drills })('restore')).toMatchObject({
      status: 'breached',
      valueMs: null,
      since: iso(NOW - 10 * DAY),
      measuredAt: iso(NOW - 5 * DAY),
    });
  });

  it('of the latest of each kind the worst counts: a full drill loads no database', () => {
    const validated = (over: object) => drill({ kind: 'validate', finishedAt: iso(NOW - 9 * DAY), ...over });
    const found = (over: object) => judge({ snapshots: [snapshot()], drills: [drill(), validated(over)] })('restore');
    expect(found({ restoreMs: 5 * MINUTE })).toMatchObject({ valueMs: 5 * MINUTE, measuredAt: iso(NOW - 9 * DAY) });
    expect(found({ restoreMs: 5 })).toMatchObject({ valueMs: MINUTE, measuredAt: iso(NOW - DAY) });
    expect(found({ status: 'failed' })).toMatchObject({ status: 'breached', valueMs: null });
    expect(found({ restoreMs: 5 * MINUTE, finishedAt: iso(NOW - 300 * DAY) })).toMatchObject({ valueMs: MINUTE });
  });

  it('a drill that was not tried says nothing', () => {
    const drills = [drill(), drill({ status: 'notTried', finishedAt: iso(NOW), restoreMs: null })];
    expect(judge({ snapshots: [snapshot()], drills })('restore')).toMatchObject({
      status: 'met',
      measuredAt: iso(NOW - DAY),
    });
  });

  it('what was measured too long ago is not known any more', () => {
    const drills = [drill({ finishedAt: iso(NOW - 200 * DAY) })];
    expect(judge({ drills })('restore')).toMatchObject({ status: 'unknown', measuredAt: iso(NOW - 200 * DAY) });
    expect(judge({ drills, objectives: { measuredWithinMs: 365 * DAY } })('restore')).toMatchObject({ status: 'met' });
  });

  it('a real restore of a whole snapshot is measured as well, one of a part is not', () => {
    const own = snapshot({ id: idOf(7) });
    const restore = (bytes: number) =>
      ({ tenant: null, snapshot: own.id, at: iso(NOW), status: 'ok', durationMs: 5 * MINUTE, bytes }) as const;
    const value = (bytes: number): unknown =>
      judge({ snapshots: [own], drills: [drill()], restores: [restore(bytes)] })('restore')?.valueMs;
    expect([value(1000), value(100)]).toEqual([5 * MINUTE, MINUTE]);
  });

  test.each([
    [true, 90 * MINUTE, 'breached', HOUR],
    [false, 90 * MINUTE, 'met', 4 * HOUR],
  ] as const)(
    'the rto of a tenant whose criticality is %s counts checks, too',
    (critical, durationMs, status, limitMs) => {
      const found = judge({
        tenants: [{ ...shop, critical }],
        snapshots: [snapshot()],
        drills: [drill({ durationMs })],
      });
      expect(found('rto')).toMatchObject({ status, limitMs, valueMs: durationMs });
      expect(found('restore')).toMatchObject({ status: 'met' });
    },
  );
});

describe('how much would be lost', () => {
  test.each([
    ['a fresh incremental', { madeMs: NOW - HOUR }, 'met', HOUR, iso(NOW - HOUR)],
    ['one of two days', { madeMs: NOW - 2 * DAY }, 'breached', 2 * DAY, iso(NOW - DAY)],
    ['one of a clock that is ahead', { madeMs: NOW + HOUR }, 'met', 0, iso(NOW)],
    ['a safety backup', { madeMs: NOW - HOUR, kind: 'safety' }, 'met', HOUR, iso(NOW - HOUR)],
    ['a checkpoint alone', { madeMs: NOW - 2 * DAY, kind: 'checkpoint' }, 'breached', null, iso(NOW - DAY)],
    ['a checkpoint alone of a new tenant', { madeMs: NOW - HOUR, kind: 'checkpoint' }, 'unknown', null, null],
  ] as const)('%s', (_, over, status, valueMs, since) => {
    expect(judge({ snapshots: [snapshot(over)] })('rpo-incremental')).toMatchObject({ status, valueMs, since });
  });

  it('only a snapshot that has read every byte is a full one', () => {
    const snapshots = [snapshot({ kind: 'full', madeMs: NOW - 8 * DAY }), snapshot({ madeMs: NOW - HOUR })];
    expect(judge({ snapshots })('rpo-full')).toMatchObject({
      status: 'breached',
      valueMs: 8 * DAY,
      since: iso(NOW - DAY),
    });
    expect(judge({ snapshots })('rpo-incremental')).toMatchObject({ status: 'met' });
  });

  it('a tenant without any snapshot is breached, unless it is new', () => {
    expect(judge()('rpo-incremental')).toMatchObject({ status: 'breached', since: null });
    const created = (createdMs: number) => judge({ tenants: [{ ...shop, createdMs }] })('rpo-incremental');
    expect(created(NOW - HOUR)).toMatchObject({ status: 'unknown' });
    expect(created(NOW - 3 * DAY)).toMatchObject({ status: 'breached', since: iso(NOW - 2 * DAY) });
  });
});

describe('rollbacks', () => {
  const back = (over: object = {}) => ({
    tenant: null,
    at: iso(NOW - DAY),
    isDone: true,
    durationMs: MINUTE,
    version: '1.2.0',
    ...over,
  });

  it('are judged once for all tenants, and not at all where nothing is deployed', () => {
    expect(judge({ rollbacks: [back()] })('rollback')).toMatchObject({ tenant: null, status: 'met', valueMs: MINUTE });
    expect(judge({ rollbacks: [] })('rollback')).toMatchObject({ status: 'unknown' });
    expect(judge()('rollback')).toBeUndefined();
  });

  test.each([
    ['the latest counts', [back({ at: iso(NOW - 2 * DAY), durationMs: HOUR }), back()], 'met', MINUTE],
    ['one that took too long', [back({ durationMs: HOUR })], 'breached', HOUR],
    ['one that failed', [back({ isDone: false, durationMs: 5 })], 'breached', null],
    ['one of which the time is not told', [back({ durationMs: null })], 'unknown', null],
  ])('%s', (_, rollbacks, status, valueMs) => {
    expect(judge({ rollbacks })('rollback')).toMatchObject({ status, valueMs });
  });
});

it('a tenant has its own limits', () => {
  const found = judge({
    snapshots: [snapshot()],
    drills: [drill()],
    objectives: { restoreMs: HOUR, tenants: { shop: { restoreMs: MINUTE / 2 } } },
  });
  expect(found('restore')).toMatchObject({ status: 'breached', limitMs: MINUTE / 2 });
});

test.each([{ restoreMs: 0 }, { measuredWithinMs: NaN }, { tenants: { a: { rtoMs: -1 } } }])(
  'objectives that can not be are refused: %o',
  (objectives) => {
    expect(() => judge({ objectives })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  },
);

it('law: no number is anything but a number, what is breached or met has a reason, and order does not matter', () => {
  const facts = fc.array(
    fc.record({
      bytes: fc.nat(10),
      days: fc.nat(400),
      ms: fc.nat(1e8),
      failed: fc.boolean(),
      tenant: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(facts, (told) => {
      const tenants = [
        { name: 'a', critical: true },
        { name: 'b', critical: false },
      ];
      const snapshots = told.map(({ bytes, days, tenant }, n) =>
        snapshot({ id: idOf(n + 1), bytes, tenant, madeMs: NOW - days * DAY }),
      );
      const drills = told.map(({ bytes, days, ms, failed, tenant }, n) =>
        drill({
          id: idOf(n + 1),
          bytes,
          tenant,
          restoreMs: ms,
          durationMs: ms,
          finishedAt: iso(NOW - days * DAY - n),
          status: failed ? 'failed' : 'passed',
        }),
      );
      const judged = judgeObjectives({ tenants, snapshots, drills, nowMs: NOW });
      expect(judged).toHaveLength(8);
      for (const { status, valueMs, todo, detail } of judged) {
        expect(valueMs === null || (Number.isFinite(valueMs) && valueMs >= 0)).toBe(true);
        expect(todo === null).toBe(status === 'met');
        expect(detail).not.toMatch(/NaN|undefined|Infinity/);
      }
      expect(JSON.parse(JSON.stringify(judged))).toEqual(judged);
      const other = { tenants: tenants.toReversed(), snapshots: snapshots.toReversed(), drills: drills.toReversed() };
      expect(judgeObjectives({ ...other, nowMs: NOW })).toEqual(judged);
    }),
  );
});
