import { expect, it } from 'vitest';
import { erasedDestinations } from '../../src/tenants/destinations.ts';

const AT = { atMs: Date.parse('2026-11-28T12:00:00Z') };

it('of a bucket about which nobody has said anything copies may remain for ever, and that is assumed', () => {
  expect(erasedDestinations({ store: 's3://bucket/hotels' }, {}, AT)).toEqual({
    destinations: [
      {
        role: 'store',
        place: 's3://bucket/hotels',
        holds: 'data and keys',
        basis: 'assumed',
        status: 'copies may remain',
        until: null,
      },
    ],
    readable: { until: null },
  });
});

it('data in a bucket is noise when its keys were in a folder of their own', () => {
  const places = { store: 's3://bucket/hotels', keyStore: 'file:///keys' };
  const { destinations, readable } = erasedDestinations(places, {}, AT);
  expect(destinations).toMatchObject([
    { role: 'store', holds: 'data', basis: 'assumed', status: 'destroyed' },
    { role: 'keyStore', holds: 'keys', basis: 'checked', status: 'destroyed' },
  ]);
  expect(readable).toBe(false);
});
