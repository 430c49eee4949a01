import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { planSlot, type SlotQuestion } from '../../src/slots/plan.ts';
import { slotState } from '../../src/slots/state.ts';
import { jitterOf } from '../../src/timing/jitter.ts';

const HOUR = 60 * 60_000;
const owner = { id: 'a', instance: undefined, host: 'h', pid: 1, process: undefined };

const question = (more: Partial<SlotQuestion> = {}): SlotQuestion => ({
  job: 'backup',
  timing: { everyMs: HOUR },
  jitterMs: 0,
  catchUp: 'latest',
  graceMs: 5 * 60_000,
  maxAttempts: 3,
  current: undefined,
  isOwnerGone: false,
  cursorMs: 0,
  nowMs: 0,
  ...more,
});

it('each slot is run once or named as missed, whenever somebody looks and whatever the rule', () => {
  const rule = fc.constantFrom<'latest' | 'all' | 'none'>('latest', 'all', 'none');
  const pauses = fc.array(fc.integer({ min: 1, max: 9 * HOUR }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(rule, pauses, fc.integer({ min: 0, max: HOUR - 1 }), (catchUp, all, jitterMs) => {
      const ended: number[] = [];
      let missed = 0;
      let nowMs = 0;
      for (const pause of all) {
        nowMs += pause;
        for (;;) {
          const last = ended.at(-1);
          const decision = planSlot(question({ catchUp, jitterMs, cursorMs: last ?? 0, nowMs }));
          if (decision.kind === 'wait') {
            expect(decision.untilMs).toBeGreaterThan(nowMs);
            break;
          }
          if (decision.kind !== 'advance') throw new Error(decision.kind);
          expect(decision.slotMs).toBeGreaterThan(last ?? 0);
          expect(decision.slotMs + jitterOf('backup', decision.slotMs, jitterMs)).toBeLessThanOrEqual(nowMs);
          missed += (decision.missed?.count ?? 0) - (decision.to === 'missed' ? 1 : 0);
          ended.push(decision.slotMs);
        }
      }
      expect(ended.length + missed).toBe((ended.at(-1) ?? 0) / HOUR);
      if (catchUp === 'all') expect(missed).toBe(0);
    }),
  );
});

it('a run that somebody holds is watched, and taken over with the next number when its owner is gone', () => {
  const claimed = {
    kind: 'claimed',
    atMs: 0,
    attempt: 1,
    owner,
    leaseMs: 1,
    reason: 'time',
    missed: undefined,
  } as const;
  const current = slotState(HOUR, [claimed]);
  expect(planSlot(question({ current, nowMs: 9 * HOUR }))).toEqual({
    kind: 'watch',
    slotMs: HOUR,
    entries: 1,
    leaseMs: 1,
  });
  const taken = planSlot(question({ current, isOwnerGone: true, nowMs: 9 * HOUR }));
  expect(taken).toEqual({ kind: 'claim', slotMs: HOUR, entries: 1, attempt: 2, dueMs: HOUR });
  const thrice = slotState(HOUR, [claimed, claimed, claimed]);
  const given = planSlot(question({ current: thrice, isOwnerGone: true, nowMs: 9 * HOUR }));
  expect(given).toEqual({ kind: 'give-up', slotMs: HOUR, entries: 3, attempts: 3, dueMs: HOUR });
});

it('a run that was given back is begun again at once, and that counts as no death', () => {
  const claimed = {
    kind: 'claimed',
    atMs: 0,
    attempt: 1,
    owner,
    leaseMs: 1,
    reason: 'time',
    missed: undefined,
  } as const;
  const current = slotState(HOUR, [claimed, { kind: 'released', atMs: 0, token: 'a' }]);
  expect(planSlot(question({ current, nowMs: HOUR }))).toMatchObject({ kind: 'claim', entries: 2, attempt: 1 });
});

it('jitter is spread over its range, and the same for the same slot', () => {
  const all = Array.from({ length: 200 }, (_, n) => jitterOf('backup/a', n * HOUR, 600_000));
  expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...all)).toBeLessThan(600_000);
  expect(all.filter((ms) => ms < 300_000).length).toBeGreaterThan(70);
  expect(jitterOf('backup/a', 0, 600_000)).toBe(all[0]);
  expect(jitterOf('backup/b', 0, 600_000)).not.toBe(all[0]);
});
