import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dialect } from '../../../src/migrate/index.ts';
import { KINDS, type TestDatabases } from '../servers.ts';
import { migrate, migratorOf, sqliteShop } from '../shop.ts';

const GOOD = {
  '1_a.up.sql': "create table a(x int not null, y varchar(9) default ','); create index a_x on a(x);",
  '1_a.down.sql': 'drop table a;',
  '2_b.sql': 'create table b(x int);',
  '3_c.up.sql': '-- kind: contract\nalter table a drop column y;',
  '3_c.down.sql': "alter table a add column y varchar(9) default ',';",
};

describe.each(KINDS)('$dialect', (kind) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    if (kind.missing === undefined) databases = await kind.start();
  });
  afterAll(async () => databases?.end());
  const real = kind.missing === undefined ? test : test.skip;

  real('what gives the same schema again is told, and the database itself is not touched', async () => {
    const driver = databases.create();
    const migrator = migratorOf(driver, GOOD);
    await migrate(migrator, 'up', { to: '1_a' });
    const { isSame, place, migrations } = await migrator.verify();
    expect(migrations).toEqual([
      { id: '1_a', outcome: 'same', differences: [] },
      { id: '2_b', outcome: 'irreversible', differences: [] },
      { id: '3_c', outcome: 'same', differences: [] },
    ]);
    expect(isSame).toBe(true);
    expect(place).not.toBe(driver.place);
    expect(await migrator.applied()).toEqual([{ id: '1_a', kind: 'expand' }]);
  });

  real('what reaches beyond its database is not tried', async () => {
    const driver = databases.create();
    for (const sql of BEYOND[kind.dialect](driver.place.split('/').at(-1) ?? '')) {
      await expect(migratorOf(driver, { '1_a.sql': sql }).verify()).rejects.toMatchObject({
        code: 'SCRATCH_REFUSED',
        message: expect.stringMatching(/^Expected migrations that stay in their database, got .* in 1_a:1$/) as string,
      });
    }
    const within = migratorOf(driver, { '1_a.sql': 'create table a(x int); insert into a select a.x from a;' });
    expect(await within.verify()).toMatchObject({ isSame: true });
  });

  real('a way back that leaves something is told with what differs', async () => {
    const migrator = migratorOf(databases.create(), {
      '1_a.up.sql': 'create table a(x int);',
      '1_a.down.sql': 'drop table a;',
      '2_b.up.sql': 'create table if not exists b(x int); alter table b add column y int;',
      '2_b.down.sql': 'alter table b drop column y; alter table b add column z int;',
    });
    const { isSame, migrations } = await migrator.verify();
    expect(isSame).toBe(false);
    expect(migrations[1]).toMatchObject({ id: '2_b', outcome: 'different' });
    expect(migrations[1]?.differences.join('\n')).toMatch(/^\+ .*\bz\b/m);
  });
});

/** Of each kind, statements that would change more than their database. */
const BEYOND: Readonly<Record<Dialect, (own: string) => readonly string[]>> = {
  sqlite: () => ["attach 'other.db' as other;", "vacuum into 'copy.db';"],
  postgres: () => [
    'create role ann;',
    'grant admin to ann;',
    'grant connect on database shop to ann;',
    'do $$ begin create role ann; end $$;',
  ],
  mysql: (own) => [
    'use mysql;',
    `insert into ${own}.a values (1);`,
    `insert into \`${own}\` . a values (1);`,
    'create user ann;',
  ],
};

test('a way back that leaves what the way up makes again is a leftover', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, {
    '1_a.up.sql': 'create table if not exists a(x);',
    '1_a.down.sql': 'select 1;',
  });
  expect(await migrator.verify()).toMatchObject({
    isSame: true,
    migrations: [{ outcome: 'leftover', differences: ['+ table a: x'] }],
  });
});
