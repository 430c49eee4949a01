import type { DatedSnapshot } from '@x/backup-store';
import { planRetention } from '@x/retention';
import { expect, test } from 'vitest';
import { snapshotSets } from '../../src/compose/retention.ts';

const DAY = 86_400_000;
const NOW = Date.now();

/** A snapshot that says it was made some days ago, and which the order of snapshots puts `madeAgo` days ago. */
function dated(id: string, saidAgo: number, madeAgo: number = saidAgo): DatedSnapshot {
  const record = {
    id,
    startedAt: new Date(NOW - saidAgo * DAY).toISOString(),
    tags: [],
    kind: 'scheduled',
    tenant: { id: 't', name: 'acme' },
    host: 'db1',
    sources: [{ root: '/srv' }],
    bytes: { stored: 1 },
    status: 'ok',
  };
  return { record: record as unknown as DatedSnapshot['record'], madeMs: NOW - madeAgo * DAY };
}

async function kept(snapshots: readonly DatedSnapshot[]): Promise<readonly string[]> {
  const [set] = await snapshotSets(snapshots);
  const decisions = planRetention(set?.items ?? [], { within: '7d' }, { now: NOW, timeZone: 'UTC' });
  return decisions.filter(({ keep }) => keep).map(({ id }) => id);
}

test('a snapshot by a clock that was put back is kept until it is old by the one that it follows', async () => {
  expect(await kept([dated('old', 30), dated('new', 1), dated('backDated', 20_000, 1)])).toEqual(['new', 'backDated']);
  expect(await kept([dated('old', 30), dated('backDated', 20_000, 29), dated('new', 1)])).toEqual(['new']);
});

test('a clock that ran ahead once does not keep everything that came after it', async () => {
  const later = [dated('old', 30, -400), dated('new', 1, -400)];
  expect(await kept([dated('ahead', -400), ...later])).toEqual(['ahead', 'new']);
});

test('what was made to be safe takes no place of a real backup', async () => {
  const real = dated('real', 1.1);
  const safety = dated('safety', 1);
  const [set] = await snapshotSets([real, { ...safety, record: { ...safety.record, kind: 'safety' } }]);
  const decisions = planRetention(set?.items ?? [], { last: 1 }, { now: NOW, timeZone: 'UTC' });
  expect(decisions.map(({ keep }) => keep)).toEqual([true, true]);
});

test('the group of a snapshot can be read, and no two make the same', async () => {
  const one = (await snapshotSets([dated('a', 1)]))[0]?.items[0]?.group;
  expect(one).toBe('acme db1 /srv');
  const spaced = dated('b', 1);
  const record = { ...spaced.record, host: 'db1 /srv', sources: [] };
  expect((await snapshotSets([{ ...spaced, record }]))[0]?.items[0]?.group).toBe('acme "db1 /srv" ');
});
