import { expect, it, test } from 'vitest';
import { snapshotTimes } from '../../src/session/snapshot-order.ts';
import { createAt, newPlace } from '../fixtures/place.ts';
import { recordOf } from '../fixtures/records.ts';
import { buildTree } from '../fixtures/tree.ts';

const record = (id: string, startedAt: string, ...follows: string[]): ReturnType<typeof recordOf> =>
  recordOf({ id, startedAt, follows: follows.map((each) => ({ id: each, manifestSha256: '', madeMs: 0 })) });

test('a snapshot is newer than all that it follows, whatever its clock said', () => {
  const times = snapshotTimes([
    record('c', '2026-01-01T00:00:00.000Z', 'b'),
    record('a', '2026-01-03T00:00:00.000Z'),
    record('b', '2026-01-02T00:00:00.000Z', 'a', 'not there'),
  ]);
  const first = Date.parse('2026-01-03T00:00:00.000Z');
  expect([...times].toSorted(([a], [b]) => a.localeCompare(b))).toEqual([
    ['a', first],
    ['b', first + 1],
    ['c', first + 2],
  ]);
});

test('times are those of the clocks where these go forward, and a circle ends', () => {
  const now = '2026-01-03T00:00:00.000Z';
  expect(snapshotTimes([record('a', '2026-01-02T00:00:00.000Z'), record('b', now, 'a')]).get('b')).toBe(
    Date.parse(now),
  );
  expect(snapshotTimes([record('a', now, 'b'), record('b', now, 'a')]).size).toBe(2);
});

test('a chain of twenty thousand snapshots is put in order', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => record(`${i}`, '2026-01-01T00:00:00.000Z', `${i - 1}`));
  expect(snapshotTimes(chain.toReversed()).get('19999')).toBe(Date.parse('2026-01-01T00:00:00.000Z') + 19_999);
});

test('a snapshot is newer than one that it followed and that is gone', () => {
  const madeMs = Date.parse('2026-02-01T00:00:00.000Z');
  const follower = recordOf({
    id: 'b',
    startedAt: '2025-01-01T00:00:00.000Z',
    follows: [{ id: 'gone', manifestSha256: '', madeMs }],
  });
  const next = record('c', '2025-01-02T00:00:00.000Z', 'b');
  expect(snapshotTimes([next, follower])).toEqual(
    new Map([
      ['c', madeMs + 2],
      ['b', madeMs + 1],
    ]),
  );
});

it('a snapshot with a date that was put back stays the newest one, also when what it follows was forgotten and pruned', async () => {
  const place = newPlace();
  buildTree(place.source, { file: 'old' });
  let now = Date.parse('2026-05-05T12:00:00.000Z');
  const repository = await createAt(place, { clock: () => now });
  const first = await repository.backup({ paths: [place.source], name: 'first' });
  now -= 365 * 86_400_000;
  buildTree(place.source, { another: 'new' });
  const second = await repository.backup({ paths: [place.source], name: 'second' });
  now += 365 * 86_400_000;
  await repository.forget({ snapshots: [first.snapshot?.id as string] });
  await repository.prune();
  const timeline = await repository.timeline();
  expect(timeline.map(({ record: { id } }) => id)).toEqual([second.snapshot?.id]);
  expect(timeline[0]?.madeMs).toBe(now + 1);
});

it('"latest" is the last one made, though the clock went back before it', async () => {
  const place = newPlace();
  buildTree(place.source, { file: 'old' });
  let now = Date.parse('2026-05-05T12:00:00.000Z');
  const repository = await createAt(place, { clock: () => now });
  await repository.backup({ paths: [place.source], name: 'first' });
  now -= 3_600_000;
  buildTree(place.source, { another: 'new' });
  const { snapshot, parent } = await repository.backup({ paths: [place.source], name: 'second' });
  expect(parent).toBeDefined();
  expect((await repository.snapshot('latest')).id).toBe(snapshot?.id);
  expect((await repository.snapshots()).map(({ name }) => name)).toEqual(['first', 'second']);
});
