import { describe, expect, it } from 'vitest';
import {
  type Decision,
  extendRetainUntil,
  planRetention,
  type RetentionItem,
  type RetentionPolicy,
} from '../src/index.ts';
import { DAY, HOUR, NOW } from './fixtures.ts';

const options = { now: NOW, timeZone: 'UTC' };
const plan = (items: readonly RetentionItem[], policy: RetentionPolicy, more: object = {}): Decision[] =>
  planRetention(items, policy, { ...options, ...more });
const rules = ({ reasons }: Decision): string[] => reasons.map(({ rule }) => rule);
const keptIds = (decisions: readonly Decision[]): string[] => decisions.filter(({ keep }) => keep).map(({ id }) => id);
const at = (id: string, age: number, more: Partial<RetentionItem> = {}): RetentionItem => ({
  id,
  time: NOW - age * DAY,
  ...more,
});

describe('retain-until', () => {
  it.each([
    [1, true],
    [0, false],
    [-1, false],
  ])('%d ms after now decides that it is kept: %s', (ms, keep) => {
    const [, old] = plan([at('new', 0), at('old', 9, { retainUntil: NOW + ms })], { last: 1 });
    expect(old?.keep).toBe(keep);
    expect(old?.nextReview).toBe(keep ? NOW + ms : null);
  });

  it('can be set, left as it is and extended to the millisecond, never shortened', () => {
    const item = at('a', 0);
    const until = '2030-01-01T00:00:00.001Z';
    expect(extendRetainUntil(item, until)).toEqual({ ...item, retainUntil: until });
    expect(extendRetainUntil({ ...item, retainUntil: until }, until).retainUntil).toBe(until);
    expect(() => extendRetainUntil({ ...item, retainUntil: until }, '2030-01-01T00:00:00Z')).toThrow(
      expect.objectContaining({ code: 'RETENTION_SHORTENED' }),
    );
  });

  it('lapses when the last of what keeps an item does', () => {
    const items = [at('new', 0), at('old', 1, { retainUntil: NOW + DAY })];
    expect(plan(items, { within: '3d' })[1]?.nextReview).toBe(NOW + 2 * DAY + 1);
    expect(plan(items, { within: '1d' })[1]?.nextReview).toBe(NOW + DAY);
    expect(plan(items, { last: 2 })[1]?.nextReview).toBeNull();
  });

  it('that no date can be made of has no review', () => {
    expect(plan([at('a', 0)], { within: '9000y', lastGood: 0 }, { allowRemovingAll: true })[0]?.nextReview).toBeNull();
  });
});

describe('immutable majors', () => {
  it.each([
    ['3.0.0', true],
    ['v1.0.0', true],
    ['0.0.0', true],
    ['10.0.0+build.7', true],
    ['3.0.0-rc.1', false],
    ['3.0.1', false],
    ['3.1.0', false],
    ['03.0.0', false],
    ['3.0.0\n', false],
  ])('%j is one: %s', (version, keep) => {
    expect(plan([at('new', 0), at('old', 9, { version })], { last: 1, immutable: 'majors' })[1]?.keep).toBe(keep);
  });
});

describe('the latest good one', () => {
  it('is one that is to be believed, and an untrusted one only where there is no other', () => {
    const lost = { trusted: false, storedAt: NOW - 99 * DAY };
    const items = [at('forged', 0, lost), at('bad', 1, { good: false }), at('good', 2), at('older', 3)];
    expect(rules(plan(items, { within: '1h' })[2] as Decision)).toEqual(['latestGood']);
    expect(keptIds(plan([at('x', 0, lost), at('y', 1, { good: false })], { within: '1h' }))).toEqual(['x']);
  });

  it('is not kept for that alone where all may be removed', () => {
    expect(keptIds(plan([at('a', 3)], { within: '1d' }, { allowRemovingAll: true }))).toEqual([]);
    expect(plan([], { within: '1d' })).toEqual([]);
  });
});

it('the good one before each in use is kept, untrusted ones passed over', () => {
  const items = [
    at('a', 0),
    at('b', 1, { inUse: 'production' }),
    at('c', 2, { trusted: false, storedAt: NOW - 2 * DAY }),
    at('d', 3),
    at('e', 4),
    at('f', 5, { inUse: true }),
    at('g', 6),
    at('h', 7),
  ];
  const decisions = plan(items, { last: 1, previousGood: true });
  expect(keptIds(decisions)).toEqual(['a', 'b', 'd', 'f', 'g']);
  expect(decisions[3]?.reasons).toMatchObject([{ rule: 'previousGood', item: 'b' }]);
});

describe('credible times', () => {
  it.each([
    ['as far from storedAt as the tolerance', { storedAt: NOW - 8 * DAY }, {}, false],
    ['a millisecond further, stored later', { storedAt: NOW - 8 * DAY + 1 }, {}, true],
    ['a millisecond further, stored earlier', { storedAt: NOW - 10 * DAY - 1 }, {}, false],
    ['trusted whatever the store says', { storedAt: NOW, trusted: true }, {}, false],
    ['never trusted', { storedAt: NOW - 8.5 * DAY, trusted: false }, {}, true],
    ['never trusted, stored nobody knows when', { trusted: false }, {}, true],
    ['without any tolerance', { storedAt: NOW - 8 * DAY }, { tolerance: 0 }, true],
    ['within a greater tolerance', { storedAt: NOW }, { tolerance: 9 * DAY }, false],
  ] satisfies [string, Partial<RetentionItem>, object, boolean][])('%s', (_, more, tolerance, untrusted) => {
    // Nine days old by its time, eight and some by store time, where the rule reaches back nine without a millisecond.
    const policy: RetentionPolicy = { windows: [{ until: '9d', keep: 'all', end: 'excluded' }] };
    const [, old] = plan([at('new', 0), at('old', 9, more)], policy, tolerance);
    expect(old?.keep).toBe(untrusted);
    if (untrusted) expect(rules(old as Decision)).toEqual(['untrusted']);
  });

  it('an untrusted one stays until it is out of reach of every rule for it by store time', () => {
    const old = (more: Partial<RetentionItem>): RetentionItem[] => [at('a', 0), at('b', 1), at('x', 400, more)];
    const stored = (days: number): Partial<RetentionItem> => ({ storedAt: NOW - days * DAY });
    const reviewOf = (items: RetentionItem[], policy: RetentionPolicy): number | null | undefined =>
      plan(items, policy).map(({ keep, nextReview }) => (keep ? nextReview : undefined))[2];
    expect(reviewOf(old(stored(2)), { within: '5d', withinDaily: '3d' })).toBe(NOW + 3 * DAY + 1);
    expect(reviewOf(old(stored(5)), { within: '5d' })).toBe(NOW + 1);
    expect(reviewOf(old(stored(6)), { within: '5d' })).toBeUndefined();
    const upTo: RetentionPolicy = { windows: [{ until: '5d', keep: 'all', end: 'excluded' }] };
    expect(reviewOf(old(stored(5)), upTo)).toBeUndefined();
    const steps: RetentionPolicy = { windows: ['1d', '5d', '3d'].map((until) => ({ until, keep: 'daily' })) };
    expect(reviewOf(old(stored(2)), steps)).toBe(NOW + 3 * DAY + 1);
    // By count: as long as it would still be among them, and while there are fewer than may be.
    expect(reviewOf(old(stored(0.9)), { last: 2 })).toBeNull();
    expect(reviewOf(old(stored(1)), { last: 2 })).toBeNull();
    expect(reviewOf(old(stored(1.1)), { last: 2 })).toBeUndefined();
    expect(reviewOf(old(stored(1.4)), { daily: 2 })).toBeNull();
    expect(reviewOf(old(stored(1.6)), { daily: 2 })).toBeUndefined();
    expect(reviewOf(old(stored(99)), { last: 3 })).toBeNull();
    // Rules for other kinds do not reach it.
    expect(reviewOf(old({ ...stored(6), kind: 'k' }), { within: '5d', kinds: { other: -1 } })).toBeUndefined();
    expect(reviewOf(old({ ...stored(6), kind: 'k' }), { within: '5d', kinds: { k: -1 } })).toBeNull();
  });

  it('one of exactly now is not in the future', () => {
    const decisions = plan([at('now', 0), { id: 'next', time: NOW + 1 }, at('old', 1)], { last: 2 });
    expect(decisions.map((each) => rules(each)[0])).toEqual(['last', 'future', 'last']);
  });
});

describe('what others need', () => {
  it('stays as long as the last of them does, and names the newest', () => {
    const items = [
      at('base', 9),
      at('one', 1, { parent: 'base' }),
      at('two', 2, { parent: 'base' }),
      at('b', 1, { parent: 'base', kind: 'k' }),
    ];
    for (const given of [items, items.toReversed()]) {
      const base = plan(given, { within: '3d' }, { allowRemovingAll: true }).find(({ id }) => id === 'base');
      const reasons = [{ rule: 'baseOf', item: 'one' }];
      expect(base).toMatchObject({ keep: true, reasons, nextReview: NOW + 2 * DAY + 1 });
    }
    const [unneeded] = plan([...items, at('new', 0)], { last: 1 });
    expect(unneeded?.keep).toBe(false);
  });

  it('may come before or after it in the list, and a parent that is not there is passed over', () => {
    const items = [
      at('c', 0, { parent: 'b' }),
      at('b', 1, { parent: 'a' }),
      at('a', 2, { parent: 'gone' }),
      at('z', 3),
    ];
    for (const given of [items, items.toReversed()]) {
      expect(keptIds(plan(given, { last: 1 })).toSorted()).toEqual(['a', 'b', 'c']);
    }
  });

  it('in a circle is refused, and a circle beside a chain too', () => {
    const circle = [at('a', 0, { parent: 'b' }), at('b', 1, { parent: 'c' }), at('c', 2, { parent: 'b' })];
    expect(() => plan(circle, { last: 1 })).toThrow(expect.objectContaining({ code: 'PARENT_CYCLE' }));
  });

  it('is protected with what is protected, and takes room in a cap', () => {
    const items = [at('a', 0), at('b', 1), at('child', 2, { parent: 'base', immutable: true }), at('base', 3)];
    const decisions = plan(items, { last: 4, maxPerGroup: 3 });
    expect(keptIds(decisions)).toEqual(['a', 'child', 'base']);
    expect(rules(decisions[3] as Decision)).toEqual(['last', 'baseOf']);
  });
});

describe('what replaces a removed one', () => {
  it('is the next newer kept one of its group, or the next older one', () => {
    const items = [at('e', 0), at('d', 1), at('c', 2), at('b', 3), at('a', 4)].map((item, index) =>
      index === 1 || index === 3 ? { ...item, immutable: true } : { ...item, kind: 'k' },
    );
    const decisions = plan(
      [...items, at('other', 0, { group: 'g' })],
      { kinds: { k: '1h' }, within: '1h' },
      { now: NOW + 2 * HOUR },
    );
    const replaced = decisions.filter(({ keep }) => !keep).map(({ id, replacedBy }) => [id, replacedBy]);
    expect(replaced).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ]);
    const backwards = plan(items.toReversed(), { kinds: { k: '1h' }, within: '1h' }, { now: NOW + 2 * HOUR });
    expect(backwards.filter(({ keep }) => !keep).map(({ id, replacedBy }) => [id, replacedBy])).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const forAll = plan(items, { within: '1h' }, { now: NOW + 2 * HOUR, allowRemovingAll: true });
    expect(forAll[0]).toMatchObject({ keep: false, replacedBy: 'd' });
  });
});

describe('items that are none', () => {
  it.each([
    { bytes: Infinity },
    { bytes: -1 },
    { bytes: Number.NaN },
    { hold: { who: 'court', why: '' } },
    { hold: { who: '', why: 'case' } },
    { tags: ['a', 1] },
    { inUse: '' },
    { parent: '' },
    { immutable: 'yes' },
  ])('%j', (more) => {
    expect(() => plan([{ ...at('a', 0), ...(more as object) }], {})).toThrow(
      expect.objectContaining({ code: 'INVALID_ITEM' }),
    );
  });

  it.each([
    Number.NaN,
    Infinity,
    253_402_300_800_000,
    -62_135_596_800_001,
    '2026-01-01T00:00:00',
    '2026-01-01',
    '2026-02-29T00:00:00Z',
    '2026-06-31T00:00:00Z',
    '+275760-09-13T00:00:00Z',
  ])('a time of %s', (time) => {
    expect(() => plan([{ id: 'a', time }], {})).toThrow(expect.objectContaining({ code: 'INVALID_TIME' }));
  });

  it('fractions of a millisecond are dropped, and decimal commas and offsets without a colon are read', () => {
    const times = ['2026-06-30T12:00:00,0019Z', '2026-06-30 14:00:00.001+0200', NOW + 1.9, new Date(NOW + 1)];
    for (const retainUntil of times) {
      const [, old] = plan([at('new', 0), at('old', 9, { retainUntil })], { last: 1 });
      expect(old?.nextReview).toBe(NOW + 1);
    }
  });
});
