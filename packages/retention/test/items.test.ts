import { describe, expect, it } from 'vitest';
import { planRetention, type RetentionItem } from '../src/index.ts';
import { hashOf, indexIds } from '../src/items/id-index.ts';
import { DAY, NOW } from './fixtures.ts';

const options = { now: NOW, timeZone: 'UTC' };

/** Ids that all want the same place in a table for up to 1024. */
function colliding(count: number): string[] {
  const ids: string[] = [];
  for (let number = 0; ids.length < count; number++) {
    if ((hashOf(`${number}`) & 2047) === 7) ids.push(`${number}`);
  }
  return ids;
}

describe('the index of ids', () => {
  it.each([
    ['ids that are made to collide', colliding(1000)],
    ['a few of them', colliding(200)],
    ['others', Array.from({ length: 1000 }, (_, index) => `snapshot-${index}`)],
    ['names of properties', ['__proto__', 'constructor', 'toString', ' ', '\u0000']],
  ])('finds %s, and no other', (_, ids) => {
    const index = indexIds(ids.map((id) => ({ id })));
    expect(index.duplicate).toBeUndefined();
    expect(ids.map((id) => index.find(id))).toEqual(ids.map((__, position) => position));
    expect(index.find('absent')).toBeUndefined();
  });

  it.each([
    ['colliding ones', colliding(1000)],
    ['others', ['a', 'b', 'c']],
  ])('says which of %s comes twice', (_, ids) => {
    const twice = ids[1] ?? '';
    expect(indexIds([...ids, twice].map((id) => ({ id }))).duplicate).toBe(twice);
  });
});

describe('the order of items', () => {
  /** So far apart that the sort takes one, two and three rounds. */
  it.each([1000, 2 ** 16, 2 ** 32, 100 * DAY, 2000 * 365 * DAY])(
    'is by time over %d ms, whatever theirs is',
    (span) => {
      const times = Array.from({ length: 50 }, (_, index) => NOW - Math.floor((((index * 17) % 50) / 49) * span));
      const items = times.map((time, index) => ({ id: `${index}`, time }));
      const byTime = items.toSorted((a, b) => b.time - a.time);
      for (const given of [items, byTime, byTime.toReversed()]) {
        for (const last of [1, 7, 33]) {
          const kept = planRetention(given, { last }, options).filter(({ keep }) => keep);
          const expected = byTime.slice(0, last).map(({ id }) => id);
          expect(kept.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
        }
      }
    },
  );

  it('of equal times is by id from the greatest down, in listings from either end too', () => {
    const items = ['a', 'c', 'b'].map((id): RetentionItem => ({ id, time: NOW }));
    const older = { id: 'z', time: NOW - DAY };
    for (const given of [
      [...items, older],
      [older, ...items],
    ]) {
      const decisions = planRetention(given, { last: 2 }, options);
      expect(decisions.filter(({ keep }) => keep).map(({ id }) => id)).toEqual(['c', 'b']);
    }
  });
});

it('decisions with the same reasons share a list that nobody can change, and others have their own', () => {
  const items = [0, 1, 2, 3].map((age) => ({ id: `${age}`, time: NOW - age * DAY }));
  const decisions = planRetention(items, { last: 1, within: '2d' }, options);
  expect(decisions.map(({ reasons }) => reasons.map(({ rule }) => rule))).toEqual([
    ['last', 'within', 'latestGood'],
    ['within'],
    ['within'],
    ['unselected'],
  ]);
  expect(decisions[1]?.reasons).toBe(decisions[2]?.reasons);
  for (const { reasons } of decisions) expect(Object.isFrozen(reasons)).toBe(true);
});
