import { expect, it } from 'vitest';
import { columnParts, liveDatabaseOf } from '../../src/databases/dump-database.ts';
import { fileNameOf } from '../../src/databases/names.ts';

it.each(['shop', 'a/b', '100%', '.hidden', 'Zürich', '%2F'])(
  'the dump of %s is compared with the database of that name',
  (name) => {
    expect(liveDatabaseOf(`mysql/${fileNameOf(name)}.sql`, { dumps: 1 })).toBe(name);
  },
);

it('a database that is named counts for the one dump, and not for several', () => {
  expect(liveDatabaseOf('db/shop.dump', { named: 'staging', dumps: 1 })).toBe('staging');
  expect(liveDatabaseOf('db/shop.dump', { named: 'staging', dumps: 2 })).toBe('shop');
});

it('a column is named with its table, and perhaps a schema', () => {
  expect(columnParts('rooms.photo')).toEqual({ schema: undefined, table: 'rooms', name: 'photo' });
  expect(columnParts('public.rooms.photo')).toEqual({ schema: 'public', table: 'rooms', name: 'photo' });
  for (const wrong of ['photo', 'a.b.c.d', '.photo', 'rooms.'])
    expect(() => columnParts(wrong)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});
