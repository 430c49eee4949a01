import { describe, expect, it } from 'vitest';
import { planRetention, type RetentionItem, type RetentionPolicy } from '../src/index.ts';
import { DAY, NOW } from './fixtures.ts';

const kept = (
  items: readonly RetentionItem[],
  policy: RetentionPolicy | RetentionPolicy[],
  more: object = {},
): string =>
  planRetention(items, policy, { now: NOW, timeZone: 'UTC', ...more })
    .filter(({ keep }) => keep)
    .map(({ id }) => id)
    .join(' ');
const at = (id: string, age: number, more: Partial<RetentionItem> = {}): RetentionItem => ({
  id,
  time: NOW - age * DAY,
  bytes: 10,
  ...more,
});
const five = ['a', 'b', 'c', 'd', 'e'].map((id, age) => at(id, age));

describe('at most so many of each group', () => {
  it.each([
    [1, 'a'],
    [2, 'a b'],
    [5, 'a b c d e'],
    [-1, 'a b c d e'],
  ])('%d', (maxPerGroup, ids) => {
    expect(kept(five, { last: -1, maxPerGroup })).toBe(ids);
  });

  it('protected ones count and stay, and can exceed it', () => {
    const items = five.map((item, age) => (age > 2 ? { ...item, immutable: true } : item));
    expect(kept(items, { last: -1, maxPerGroup: 3 })).toBe('a d e');
    expect(kept(items, { last: -1, maxPerGroup: 1 })).toBe('a d e');
  });

  it('bases count, all of them, and come with what needs them', () => {
    const items = [
      at('a', 0, { parent: 'b' }),
      at('b', 1, { parent: 'c' }),
      at('c', 2),
      at('d', 3),
      at('e', 4, { parent: 'f' }),
      at('f', 5),
    ];
    const allMay = { allowRemovingAll: true };
    expect(kept(items, { last: -1, maxPerGroup: 3 }, allMay)).toBe('a b c');
    expect(kept(items, { last: -1, maxPerGroup: 4 }, allMay)).toBe('a b c d');
    // What others need is not looked at for itself before those others.
    expect(
      kept([at('base', 0), at('x', 1), at('y', 2, { parent: 'base' })], { last: -1, maxPerGroup: 1 }, allMay),
    ).toBe('x');
  });

  it('untrusted and future ones neither count nor go', () => {
    const items = [...five, at('next', -1), at('lost', 2.5, { trusted: false })];
    expect(kept(items, { last: -1, maxPerGroup: 2 })).toBe('a b next lost');
  });

  it('each policy caps, the later ones too', () => {
    expect(kept(five, [{ last: -1 }, { last: 1, maxPerGroup: -1 }, { last: 1, maxPerGroup: 3 }])).toBe('a b c');
    expect(kept(five, [{ last: -1 }, { last: 1, maxBytes: 30 }])).toBe('a b c');
  });
});

describe('a budget of bytes', () => {
  it.each([
    [50, 'a b c d e'],
    [49, 'a b c d'],
    [40, 'a b c d'],
    ['30 B', 'a b c'],
    [1, 'a'],
  ])('of %s', (maxBytes, ids) => {
    expect(kept(five, { last: -1, maxBytes })).toBe(ids);
  });

  it.each([
    ['1 kB', 1000],
    ['1.5 kB', 1500],
    ['2 MB', 2e6],
    ['1 KiB', 1024],
    ['1 GiB', 2 ** 30],
    ['1 TB', 1e12],
    ['1 PiB', 2 ** 50],
  ])('of %s is one of %d', (maxBytes, bytes) => {
    const items = (more: number): RetentionItem[] => [at('a', 0, { bytes: 0 }), at('b', 1, { bytes: bytes + more })];
    expect(kept(items(0), { last: -1, maxBytes })).toBe('a b');
    expect(kept(items(1), { last: -1, maxBytes })).toBe('a');
  });

  it('removes those with the fewest reasons first, and of these the oldest', () => {
    const items = five.map((item, age) => ({ ...item, tags: age > 2 ? ['gold'] : [] }));
    // The newest, as the latest good one, is protected.
    expect(kept(items, { last: -1, tags: { gold: -1 }, maxBytes: 40 })).toBe('a b d e');
    expect(kept(items, { last: -1, tags: { gold: -1 }, maxBytes: 20 })).toBe('a d');
  });

  it('removes a base after all that need it, which it is worth as much as', () => {
    const items = [at('a', 0), at('b', 1), at('child', 2, { parent: 'base', tags: ['gold'] }), at('base', 3)];
    const policy: RetentionPolicy = { last: -1, tags: { gold: -1 } };
    expect(kept(items, { ...policy, maxBytes: 30 })).toBe('a child base');
    expect(kept(items, { ...policy, maxBytes: 20 })).toBe('a base');
    expect(kept(items, { ...policy, maxBytes: 10 })).toBe('a');
  });

  it('counts bases that only others need, and removes them with those', () => {
    const items = [at('a', 0), at('child', 1, { parent: 'base' }), at('base', 9)];
    expect(kept(items, { within: '3d', maxBytes: 30 })).toBe('a child base');
    expect(kept(items, { within: '3d', maxBytes: 29 })).toBe('a');
  });

  it('counts and removes none that is untrusted or of the future', () => {
    const items = [...five, at('next', -1), at('lost', 2.5, { trusted: false })];
    expect(kept(items, { last: -1, maxBytes: 30 })).toBe('a b c next lost');
  });
});
