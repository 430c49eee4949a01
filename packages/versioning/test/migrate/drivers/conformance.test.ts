import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type DatabaseConnection,
  type MigrationDriver,
  mysqlDriver,
  postgresDriver,
} from '../../../src/migrate/index.ts';
import { KINDS, type TestDatabases } from '../servers.ts';
import { failureOf, migrate, migratorOf, statesOf } from '../shop.ts';

/** What every driver has to be able to do; ours of all three databases are. */
describe.each(KINDS)('$dialect', ({ dialect, missing, start }) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    if (missing === undefined) databases = await start();
  });
  afterAll(async () => databases?.end());
  const real = missing === undefined ? test : test.skip;
  const placeholder = dialect === 'postgres' ? '$1' : '?';

  async function using<T>(driver: MigrationDriver, work: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    const connection = await driver.connect('work');
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  real('values are put into their places, and rows have the names of columns', async () => {
    await using(databases.create(), async (connection) => {
      const rows = await connection.query(`select upper(${placeholder}) as name`, ["o'neill?"]);
      expect(rows.map((row) => ({ ...row }))).toEqual([{ name: "O'NEILL?" }]);
    });
  });

  real('a table of migrations that an older version has made gets the column for ways back', async () => {
    const driver = databases.create();
    const files = { '1_a.up.sql': 'create table a(x int);', '1_a.down.sql': 'drop table a;' };
    await migrate(migratorOf(driver, files), 'up');
    await using(driver, (connection) => connection.query('alter table holdfast_migrations drop column back_checksum'));
    // Nothing is known of the way back of 1_a, so nothing is held against it.
    const edited = migratorOf(driver, { ...files, '1_a.down.sql': 'drop table if exists a;' });
    expect(await statesOf(edited)).toEqual({ '1_a': 'applied' });
    const next = { ...files, '2_b.up.sql': 'create table b(x int);', '2_b.down.sql': 'drop table b;' };
    expect(await migrate(migratorOf(driver, next), 'up')).toEqual(['2_b']);
    const both = migratorOf(driver, {
      ...next,
      '1_a.down.sql': 'drop table if exists a;',
      '2_b.down.sql': 'select 1;',
    });
    expect(await statesOf(both)).toEqual({ '1_a': 'applied', '2_b': 'edited' });
    expect(await migrate(migratorOf(driver, next), 'down', { to: '' })).toEqual(['2_b', '1_a']);
  });

  real('one statement at a time: what was not split is not run', async () => {
    const driver = databases.create();
    await using(driver, async (connection) => {
      await connection.query('create table a(x int)');
      await expect(connection.query('insert into a values (1); insert into a values (2)')).rejects.toThrow();
      expect(await connection.query('select * from a')).toEqual([]);
    });
  });

  real('what is held is held by one, and ends with its connection', async () => {
    const driver = databases.create();
    await using(driver, async (first) => {
      expect(await first.tryHold('run')).toBe(true);
      await using(driver, async (second) => {
        expect(await second.tryHold('run')).toBe(false);
        expect(await second.tryHold('work')).toBe(true);
      });
    });
    await using(driver, async (third) => expect(await third.tryHold('run')).toBe(true));
  });

  real('a transaction is all or nothing', async () => {
    const driver = databases.create();
    await using(driver, async (connection) => {
      await connection.query('create table a(x int)');
      await connection.begin();
      await connection.query('insert into a values (1)');
      await connection.rollback();
      await connection.begin();
      await connection.query('insert into a values (2)');
      await connection.commit();
    });
    await using(driver, async (connection) => expect(await connection.query('select x from a')).toEqual([{ x: 2 }]));
  });

  real('what is set on a connection is gone with it', async () => {
    const driver = databases.create();
    const name = dialect === 'sqlite' ? 'create temp table here(x int)' : 'create temporary table here(x int)';
    await using(driver, (connection) => connection.query(name));
    await using(driver, async (connection) => {
      await expect(connection.query('select * from here')).rejects.toThrow(/here/);
    });
  });

  real('a scratch database is empty, elsewhere, and gone after it', async () => {
    const driver = databases.create();
    await using(driver, (connection) => connection.query('create table a(x int)'));
    const made = await driver.scratch();
    const scratch = made.driver;
    expect(scratch.place).not.toBe(driver.place);
    const before = await using(scratch, (connection) => scratch.describe(connection));
    await using(scratch, (connection) => connection.query('create table b(x int)'));
    const after = await using(scratch, (connection) => scratch.describe(connection));
    expect(before.join('\n')).not.toMatch(/ a\b/);
    expect(after.filter((line) => !before.includes(line)).join('\n')).toMatch(/\bb\b/);
    await made.drop();
  });

  real('a migrator goes up and down, and its own tables are no part of the schema', async () => {
    const driver = databases.create();
    const migrator = migratorOf(driver, {
      '1_a.up.sql': 'create table a(x int);\nalter table a add column y int;',
      '1_a.down.sql': 'drop table a;',
      '2_rows.up.sql':
        '-- kind: data\n-- validate: select count(*) = 2 from a\ninsert into a values (1, 2); insert into a values (3, 4);',
      '2_rows.down.sql': 'delete from a;',
    });
    const empty = await using(driver, (connection) => driver.describe(connection));
    expect(await migrate(migrator, 'up')).toEqual(['1_a', '2_rows']);
    expect(await statesOf(migrator)).toEqual({ '1_a': 'applied', '2_rows': 'applied' });
    expect(await migrate(migrator, 'down', { to: '' })).toEqual(['2_rows', '1_a']);
    expect(await using(driver, (connection) => driver.describe(connection))).toEqual(empty);
    expect(await migrator.applied()).toEqual([]);
  });

  real('somebody else is not let in, and no password is shown', async () => {
    if (dialect === 'sqlite') return;
    const { driver, address } = databases.createWithAddress();
    expect(driver.place).not.toContain('swordfish');
    const open = dialect === 'mysql' ? mysqlDriver : postgresDriver;
    for (const password of ['perch', '']) {
      const { code, shown } = await failureOf(open(address, { password }));
      expect(code).toBe('DATABASE_REFUSED');
      expect(shown).not.toMatch(/perch|swordfish/);
    }
    expect((await failureOf(open(address.replace(/\w+$/, 'nowhere')))).code).toBe('DATABASE_REFUSED');
  });

  real('who may not have tables is told so', async () => {
    const driver = databases.create();
    await using(driver, async (connection) => {
      // What is in the way here is a view of that name.
      await connection.query('create view holdfast_migrations as select 1 as x');
    });
    await expect(migrate(migratorOf(driver, { '1_a.sql': 'select 1;' }), 'up')).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
    });
  });
});
