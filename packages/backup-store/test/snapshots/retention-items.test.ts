import { planRetention } from '@x/retention';
import { expect, test } from 'vitest';
import type { RankedSnapshot } from '../../src/index.ts';
import { retentionItem } from '../../src/snapshots/retention-items.ts';

const made = Date.UTC(2026, 0, 2);

/** A snapshot of some hour. */
function snapshot(id: string, hour: number, tags: readonly string[], kind = 'full'): RankedSnapshot {
  const madeMs = made + hour * 3_600_000;
  const startedAt = new Date(madeMs).toISOString();
  const tenant = { id: 't', name: 'models' };
  const bytes = { total: 1, new: 1, stored: 1 };
  const record = {
    id,
    host: 'h',
    tags,
    kind,
    startedAt,
    tenant,
    bytes,
    status: 'ok',
    sources: [{ root: 'r' }],
  };
  return { record: record as unknown as RankedSnapshot['record'], madeMs };
}

test('policies leave a snapshot alone whose tag says who keeps it', () => {
  const all = [snapshot('a', 1, ['kept-by=models']), snapshot('b', 2, []), snapshot('c', 3, [])];
  const nowMs = made + 10 * 86_400_000;
  const items = all.map((each) => retentionItem(each, { nowMs }));
  const decisions = planRetention(items, { daily: 1 }, { now: nowMs, timeZone: 'UTC' });
  expect(decisions.filter(({ keep }) => !keep).map(({ id }) => id)).toEqual(['b']);
});

test('and safety snapshots for a week, as a restore on another machine may need them', () => {
  const all = ['a', 'b', 'c'].map((id, at) => snapshot(id, at, [], 'safety'));
  const gone = (days: number): readonly string[] => {
    const nowMs = made + days * 86_400_000;
    const items = all.map((each) => retentionItem(each, { nowMs }));
    const decisions = planRetention(items, { daily: 1 }, { now: nowMs, timeZone: 'UTC' });
    return decisions.filter(({ keep }) => !keep).map(({ id }) => id);
  };
  expect([gone(6), gone(8)]).toEqual([[], ['a', 'b']]);
});
