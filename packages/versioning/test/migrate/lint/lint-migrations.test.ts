import { expect, test } from 'vitest';
import { type Dialect, lintMigrations } from '../../../src/migrate/index.ts';
import { planned } from '../../migrations/scripts.ts';
import { migrate, migratorOf, sqliteShop } from '../shop.ts';

async function rulesOf(dialect: Dialect, sql: string, kind = 'contract'): Promise<string[]> {
  const migrations = planned({ '1_a.up.sql': `-- kind: ${kind}\n${sql}`, '1_a.down.sql': 'select 1;' });
  return (await lintMigrations(migrations, { dialect })).map(({ line, rule }) => `${line - 1} ${rule}`);
}

const ALL = ['sqlite', 'postgres', 'mysql'] as const;

test.each<[readonly Dialect[], string, readonly string[]]>([
  [ALL, 'drop table if exists shop.rooms;', ['1 drops-table']],
  [ALL, 'drop index rooms_name;', []],
  [ALL, 'alter table rooms drop column "name";', ['1 drops-column']],
  [ALL, 'alter table rooms drop name;', ['1 drops-column']],
  [['postgres', 'mysql'], 'alter table rooms add column a int, drop column b;', ['1 drops-column']],
  [['postgres', 'mysql'], 'alter table rooms drop constraint a;', []],
  [['postgres', 'mysql'], 'select 1;\ntruncate table rooms;', ['2 truncates']],
  [ALL, 'delete from rooms;', ['1 deletes-all']],
  [ALL, "delete from rooms where name = ' where ';", []],
  [ALL, "update rooms set name = ' where ';", ['1 updates-all']],
  [ALL, 'update rooms set name = 1 where id = 2;', []],
  [ALL, 'alter table rooms add column a int not null;', ['1 adds-not-null']],
  [ALL, 'alter table rooms add column a int not null default 0;', []],
  [['postgres'], 'alter table rooms alter column a set not null;', ['1 sets-not-null']],
  [['postgres'], 'alter table rooms alter a type bigint using a::bigint;', ['1 changes-type']],
  [['mysql'], 'alter table rooms modify a bigint;', ['1 changes-type']],
  [['mysql'], 'alter table rooms change a b bigint;', ['1 changes-type', '1 renames']],
  [['mysql'], 'rename table rooms to chambers;', ['1 renames']],
  [ALL, 'alter table rooms rename to chambers;', ['1 renames']],
  [ALL, 'alter table rooms rename column a to b;', ['1 renames']],
  [['postgres'], 'create unique index a on only shop.rooms (name);', ['1 locks-writes']],
  [['postgres'], 'create index concurrently a on rooms (name);', []],
  [['sqlite', 'mysql'], 'create index a on rooms (name);', []],
  [['postgres'], 'create table rooms(name text);\ncreate index a on rooms (name);', []],
  [['postgres'], 'alter table rooms add constraint a foreign key (b) references c;', ['1 checks-all-rows']],
  [['postgres'], 'alter table rooms add constraint a check (b > 1) not valid;', []],
  [['postgres'], 'alter table rooms add unique (a);', ['1 checks-all-rows']],
  [
    ['sqlite'],
    'create table new(a);\ninsert into new select a from rooms;\ndrop table rooms;\nalter table new rename to rooms;',
    [],
  ],
  [ALL, '-- lint: allow drops-table, renames\ndrop table rooms;\ndrop table slots;', ['3 drops-table']],
])('%j: %j has %j', async (dialects, sql, rules) => {
  for (const dialect of dialects) expect(await rulesOf(dialect, sql)).toEqual(rules);
});

test('what takes away belongs in a contract', async () => {
  expect(await rulesOf('sqlite', 'drop table rooms;', 'expand')).toEqual(['1 drops-table', '1 contracts-in-expand']);
  expect(await rulesOf('sqlite', 'update rooms set a = 1;', 'expand')).toEqual(['1 updates-all']);
});

test.each<[string, readonly string[], true | undefined]>([
  ['drop table rooms;', ['drops-table'], true],
  ['alter table rooms drop column b;', ['drops-column'], true],
  ['delete from rooms;', ['deletes-all'], true],
  ['-- lint: allow drops-table\ndrop table rooms;', [], undefined],
  ['update rooms set b = null;', ['updates-all'], undefined],
])('a way back with %j is told as %j; that it drops data: %s', async (down, rules, losesData) => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, { '1_a.up.sql': 'create table rooms(a, b);', '1_a.down.sql': down });
  await migrate(migrator, 'up');
  const { warnings } = await migrator.plan('down');
  expect(warnings.map(({ direction, rule }) => [direction, rule])).toEqual(rules.map((rule) => ['down', rule]));
  expect((await migrator.status())[0]?.losesData).toBe(losesData);
});

test('a missing way back is told, unless it is meant', async () => {
  const migrations = planned({ '1_a.sql': 'select 1;', '2_b.sql': '-- lint: allow no-way-back\nselect 1;' });
  expect(await lintMigrations(migrations, { dialect: 'sqlite' })).toMatchObject([
    { id: '1_a', line: 1, rule: 'no-way-back', message: expect.stringContaining('1_a.down.sql') as string },
  ]);
});
