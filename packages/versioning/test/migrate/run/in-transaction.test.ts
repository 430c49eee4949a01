import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMigrator } from '../../../src/migrate/index.ts';
import { ask, folderWith, migrate, migratorOf, sqliteShop, statesOf } from '../shop.ts';

test('what is not true afterwards takes all of it back', async () => {
  const { driver, file } = await sqliteShop();
  const script = (query: string): Record<string, string> => ({
    '1_a.sql': `-- validate: select 1\n-- validate: ${query};\ncreate table a(x); insert into a values (null);`,
  });
  for (const query of ['select count(*) = 0 from a', 'select x from a', 'select 1 from a where x = 1', 'select']) {
    await expect(migrate(migratorOf(driver, script(query)), 'up')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining(query) as string,
    });
    expect(ask(file, "select * from sqlite_schema where name = 'a'")).toEqual([]);
  }
  expect(await migrate(migratorOf(driver, script('select count(*) from a')), 'up')).toEqual(['1_a']);
});

const TABLES = {
  '1_a.sql': `create table rooms(id integer primary key, old text);
create table slots(room references rooms(id) on delete cascade);
insert into rooms values (1, 'a'); insert into slots values (1);`,
};

test('SQLite makes a table anew without losing what refers to it', async () => {
  const { driver, file } = await sqliteShop();
  const anew = `create table new(id integer primary key); insert into new select id from rooms;
drop table rooms; alter table new rename to rooms;`;
  await migrate(migratorOf(driver, { ...TABLES, '2_anew.sql': anew }), 'up');
  expect(ask(file, 'select * from slots')).toEqual([{ room: 1 }]);
});

test('SQLite looks at all references in the end', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, { ...TABLES, '2_lost.sql': 'delete from rooms;' });
  await expect(migrate(migrator, 'up')).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining('a row of slots would refer to what is not in rooms') as string,
  });
  expect(await statesOf(migrator)).toEqual({ '1_a': 'applied', '2_lost': 'pending' });
});

test('SQLite: what was wrong with references before is not held against a migration', async () => {
  const { driver } = await sqliteShop();
  const wrong = 'create table a(x); create table b(a references a(x)); insert into b values (1);';
  await migrate(migratorOf(driver, { '1_a.sql': 'create table c(x);' }), 'up');
  const connection = await driver.connect('work');
  for (const sql of wrong.split('; ')) await connection.query(sql);
  await connection.close();
  expect(
    await migrate(migratorOf(driver, { '1_a.sql': 'create table c(x);', '2_b.sql': 'drop table c;' }), 'up'),
  ).toEqual(['2_b']);
});

test.each(['begin;', 'select 1; commit;', 'start transaction;', 'savepoint a;'])(
  '%s is for the migrator',
  async (sql) => {
    const { driver } = await sqliteShop();
    await expect(migratorOf(driver, { '1_a.sql': sql }).plan('up')).rejects.toMatchObject({
      code: 'INVALID_SQL',
      place: { file: '1_a', line: 1 },
    });
  },
);

test('a header that says something else is refused', async () => {
  const { driver } = await sqliteShop();
  for (const header of ['-- transaction: off', '-- validate:']) {
    const migrator = migratorOf(driver, { '1_a.sql': `${header}\nselect 1;` });
    await expect(migrator.plan('up')).rejects.toMatchObject({ code: 'INVALID_MIGRATION', place: { line: 1 } });
  }
});

test('a signal stops between two statements, and all of it is taken back', async () => {
  const { driver } = await sqliteShop();
  const controller = new AbortController();
  const onEvent = (): void => controller.abort();
  const migrator = migratorOf(driver, { '1_a.sql': 'create table a(x); create table b(x);' }, { onEvent });
  const plan = await migrator.plan('up');
  await expect(migrator.apply(plan, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(await statesOf(migrator)).toEqual({ '1_a': 'pending' });
});

const PRICES = `
export const kind: string = 'data';
export const validate = 'select count(*) = 1 from rooms where cents = 1050';
export async function up(database) {
  for (const { id, price } of await database.query('select id, price from rooms'))
    await database.query('update rooms set cents = ? where id = ?', [Math.round(price * 100), id]);
}
export async function down(database) {
  await database.query('update rooms set cents = null');
}
`;

test('a module is a migration, with its file as what is compared', async () => {
  const { driver, file } = await sqliteShop();
  const folder = await folderWith({
    '1_rooms.sql':
      'create table rooms(id integer primary key, price real, cents int); insert into rooms values (1, 10.5, null);',
    '2_prices.ts': PRICES,
    '3_lost.mjs':
      "export async function up(database) { await database.query('delete from rooms'); throw new Error('no more'); }",
  });
  const migrator = createMigrator({ driver, migrations: folder });
  const plan = await migrator.plan('up', { to: '2_prices' });
  expect(plan.steps[1]).toMatchObject({
    id: '2_prices',
    kind: 'data',
    description: 'prices',
    statements: [],
    isTransactional: true,
  });
  await migrator.apply(plan);
  expect(ask(file, 'select cents from rooms')).toEqual([{ cents: 1050 }]);
  await expect(migrate(migrator, 'up')).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: 'Expected 3_lost to be run up, got no more',
  });
  expect(ask(file, 'select count(*) as n from rooms')).toEqual([{ n: 1 }]);
  expect(await migrate(migrator, 'down')).toEqual(['2_prices']);
});

test.each([
  ['throws', "throw new Error('a room has no price')", 'got a room has no price of: validate()'],
  ['gives nothing', "await database.query('select 1')", 'got something else of: validate()'],
])('what a module asks with a function that %s is not true, and all is taken back', async (_, body, message) => {
  const { driver, file } = await sqliteShop();
  const module = (asks: string): string =>
    `export const up = (database) => database.query('create table a(x)');
    export async function validate(database) { ${asks}; }`;
  const folder = await folderWith({ '1_a.mjs': module(body) });
  const migrator = createMigrator({ driver, migrations: folder });
  await expect(migrate(migrator, 'up')).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining(message) as string,
    hint: expect.stringContaining('All of it was taken back.') as string,
  });
  expect(ask(file, "select name from sqlite_schema where name = 'a'")).toEqual([]);
  await writeFile(
    join(folder, '1_a.mjs'),
    module("return (await database.query('select count(*) as n from a'))[0].n === 0"),
  );
  expect(await migrate(migrator, 'up')).toEqual(['1_a']);
});

test('what was corrected in a folder is read again', async () => {
  const { driver } = await sqliteShop();
  const module = (sql: string): string => `export async function up(database) { await database.query('${sql}'); }`;
  const folder = await folderWith({ '1_a.mjs': module('create nothing') });
  const migrator = createMigrator({ driver, migrations: folder });
  await expect(migrate(migrator, 'up')).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  await writeFile(join(folder, '1_a.mjs'), module('create table a(x)'));
  expect(await migrate(migrator, 'up')).toEqual(['1_a']);
});

test.each([
  ['1_a.mjs', 'export const down = 1;', 'a function up'],
  ['1_b.mjs', 'export function up() {} export const down = 1;', 'down: a function'],
  ['1_c.mjs', "export function up() {} export const kind = 'other';", 'kind: expand, data or contract'],
  ['1_d.mjs', 'export function up() {} export const transaction = true;', "transaction: 'none'"],
  ['1_e.mjs', 'export function up() {} export const validate = 1;', 'validate: a query, a function'],
  ['1_f.mjs', 'this is no module', 'a module that can be loaded'],
])('%s: a module without %j is refused', async (name, text, expected) => {
  const { driver } = await sqliteShop();
  const migrator = createMigrator({ driver, migrations: await folderWith({ [name]: text }) });
  await expect(migrator.status()).rejects.toMatchObject({
    code: 'INVALID_MIGRATION',
    message: expect.stringContaining(expected) as string,
  });
});

test('a module and a script may not have the same number', async () => {
  const { driver } = await sqliteShop();
  const folder = await folderWith({ '1_a.sql': 'select 1;', '01_b.mjs': 'export function up() {}' });
  await expect(createMigrator({ driver, migrations: folder }).status()).rejects.toMatchObject({
    code: 'INVALID_MIGRATION',
  });
});
