import { expect, test } from 'vitest';
import { ask, migrate, migratorOf, sqliteShop, statesOf } from './shop.ts';

const ROOMS = {
  '1_rooms.up.sql': 'create table rooms(id integer primary key, name text);',
  '1_rooms.down.sql': 'drop table rooms;',
};
const SLOTS = {
  '2_slots.up.sql':
    "-- description: Slots\ncreate table slots(room references rooms); insert into rooms values (1, 'a;b');",
  '2_slots.down.sql': 'delete from rooms; drop table slots;',
};

test('migrations are run up and taken back, and the table says which are applied', async () => {
  const { driver, file } = await sqliteShop();
  const migrator = migratorOf(driver, { ...ROOMS, ...SLOTS });
  expect(await statesOf(migrator)).toEqual({ '1_rooms': 'pending', '2_slots': 'pending' });
  const plan = await migrator.plan('up');
  expect(plan.steps.map(({ id, statements, isTransactional }) => [id, statements.length, isTransactional])).toEqual([
    ['1_rooms', 1, true],
    ['2_slots', 2, true],
  ]);
  expect(await migrator.apply(plan)).toEqual([
    { id: '1_rooms', direction: 'up', ms: expect.any(Number) as number, statements: 1 },
    { id: '2_slots', direction: 'up', ms: expect.any(Number) as number, statements: 2 },
  ]);
  expect(await migrator.apply(plan)).toEqual([]);
  expect(ask(file, 'select * from rooms')).toEqual([{ id: 1, name: 'a;b' }]);
  expect(await migrator.status()).toMatchObject([
    { id: '1_rooms', state: 'applied', kind: 'expand', by: 'ann', isReversible: true },
    { id: '2_slots', description: 'Slots', appliedAt: expect.stringMatching(/^2026-01-01T.*Z$/) as string },
  ]);
  expect(await migrate(migrator, 'down')).toEqual(['2_slots']);
  expect(await migrator.applied()).toEqual([{ id: '1_rooms', kind: 'expand' }]);
  expect(await migrate(migrator, 'up', { to: '2_slots' })).toEqual(['2_slots']);
  expect(await migrate(migrator, 'down', { to: '' })).toEqual(['2_slots', '1_rooms']);
  expect(ask(file, "select name from sqlite_schema where type = 'table' and name not like 'holdfast%'")).toEqual([]);
  await migrator.close();
});

test('what fails in a transaction leaves nothing, and says which statement and line', async () => {
  const { driver, file } = await sqliteShop();
  const broken = { '2_slots.sql': 'create table slots(id);\n\ninsert into nowhere values (1);' };
  const migrator = migratorOf(driver, { ...ROOMS, ...broken });
  await expect(migrate(migrator, 'up')).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: 'Expected 2_slots to be run up, got no such table: nowhere at statement 2 of 2 (line 3)',
    place: { file: '2_slots', line: 3 },
  });
  expect(await statesOf(migrator)).toEqual({ '1_rooms': 'applied', '2_slots': 'pending' });
  expect(ask(file, "select 1 from sqlite_schema where name = 'slots'")).toEqual([]);
});
