import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteCache } from '../../src/pack/byte-cache.ts';

test('it never holds more bytes than its limit, and what it gives is what was put', () => {
  const steps = fc.array(fc.tuple(fc.nat(9), fc.nat(60)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.nat(100), (puts, limit) => {
      const cache = new ByteCache<number>(limit);
      const first = new Map<number, Uint8Array>();
      for (const [key, size] of puts) {
        const bytes = cache.get(key) ?? new Uint8Array(size);
        cache.set(key, bytes);
        first.set(key, bytes);
        const held = [...first].flatMap(([each]) => cache.get(each) ?? []);
        expect(held.reduce((sum, each) => sum + each.length, 0)).toBeLessThanOrEqual(limit);
      }
      for (const [key, bytes] of first) expect([undefined, bytes]).toContain(cache.get(key));
    }),
  );
});

test('what was not used for longest goes first', () => {
  const cache = new ByteCache<string>(30);
  for (const key of ['a', 'b', 'c']) cache.set(key, new Uint8Array(10));
  cache.get('a');
  cache.set('d', new Uint8Array(10));
  expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined)).toEqual(['a', 'c', 'd']);
});

test('what is larger than all of it is not kept and drives nothing out', () => {
  const cache = new ByteCache<string>(30);
  cache.set('a', new Uint8Array(10));
  cache.set('large', new Uint8Array(31));
  expect(cache.get('large')).toBeUndefined();
  expect(cache.get('a')).toHaveLength(10);
});
