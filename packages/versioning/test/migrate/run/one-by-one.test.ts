import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMigrator, type MigrationDriver } from '../../../src/migrate/index.ts';
import { runChild, startChild } from '../child.ts';
import { KINDS, type TestDatabases } from '../servers.ts';
import { folderWith, migrate, migratorOf, statesOf } from '../shop.ts';

const FILES = {
  '1_a.up.sql':
    '-- transaction: none\ncreate table a(x int);\ninsert into a values (1);\ncreate table b(x int);\ninsert into a values (2);',
  '1_a.down.sql': '-- transaction: none\ndelete from a;\ndrop table b;\ndrop table a;',
};

describe.each(KINDS)('$dialect, without a transaction', (kind) => {
  let databases: TestDatabases;
  beforeAll(async () => {
    if (kind.missing === undefined) databases = await kind.start();
  });
  afterAll(async () => databases?.end());
  const real = kind.missing === undefined ? test : test.skip;

  async function rowsOf(driver: MigrationDriver, sql: string): Promise<unknown[]> {
    const connection = await driver.connect('read');
    try {
      return (await connection.query(sql)).map((row) => ({ ...row }));
    } finally {
      await connection.close();
    }
  }

  real('up goes on after the statement that a kill came behind, and so does down', async () => {
    const { driver, address } = databases.createWithAddress();
    const folder = await folderWith(FILES);
    const call = { dialect: kind.dialect, address, folder };
    const events: string[] = [];
    const migrator = createMigrator({
      driver,
      migrations: folder,
      onEvent: (event) => events.push(event.type === 'begun' ? `begun after ${event.done}` : event.type),
    });
    expect(await runChild({ ...call, direction: 'up', killAfter: 2 })).toBe('SIGKILL');
    expect(await statesOf(migrator)).toEqual({ '1_a': 'interrupted' });
    await expect(migrator.plan('down')).rejects.toMatchObject({ code: 'MIGRATION_INTERRUPTED' });
    await expect(migrator.plan('up', { phases: ['data'] })).rejects.toMatchObject({ code: 'MIGRATION_INTERRUPTED' });
    expect(await migrator.apply(await migrator.plan('up'))).toMatchObject([{ id: '1_a', statements: 2 }]);
    expect(events).toEqual(['begun after 2', 'statement', 'statement', 'ended']);
    expect(await rowsOf(driver, 'select x from a order by x')).toEqual([{ x: 1 }, { x: 2 }]);
    expect(await runChild({ ...call, direction: 'down', killAfter: 1 })).toBe('SIGKILL');
    await expect(migrator.plan('up')).rejects.toMatchObject({ code: 'MIGRATION_INTERRUPTED' });
    expect(await migrator.apply(await migrator.plan('down'))).toMatchObject([{ id: '1_a', statements: 2 }]);
    expect(await statesOf(migrator)).toEqual({ '1_a': 'pending' });
  });

  test.skipIf(kind.missing !== undefined || process.env['HOLDFAST_THOROUGH'] === undefined)(
    'a kill behind any statement is made up for',
    async () => {
      for (const killAfter of [1, 2, 3, 4]) {
        const { driver, address } = databases.createWithAddress();
        const folder = await folderWith(FILES);
        const call = { dialect: kind.dialect, address, folder };
        const migrator = createMigrator({ driver, migrations: folder });
        expect(await runChild({ ...call, direction: 'up', killAfter })).toBe('SIGKILL');
        await migrate(migrator, 'up');
        expect(await rowsOf(driver, 'select x from a order by x')).toEqual([{ x: 1 }, { x: 2 }]);
        if (killAfter > 3) continue;
        expect(await runChild({ ...call, direction: 'down', killAfter })).toBe('SIGKILL');
        await migrate(migrator, 'down');
        expect(await statesOf(migrator)).toEqual({ '1_a': 'pending' });
      }
    },
  );

  real('what failed is corrected, and what was finished may not be edited', async () => {
    const driver = databases.create();
    const script = (second: string, first = 'create table a(x int);'): Record<string, string> => ({
      '1_a.sql': `-- transaction: none\n${first}\n${second}`,
    });
    await expect(migrate(migratorOf(driver, script('insert into nowhere values (1);')), 'up')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('at statement 2 of 2 (line 3)') as string,
      hint: expect.stringContaining('goes on with the statement that failed') as string,
    });
    const edited = migratorOf(driver, script('insert into a values (1);', 'create table a(x bigint);'));
    await expect(edited.plan('up')).rejects.toMatchObject({ code: 'MIGRATION_EDITED' });
    await expect(edited.repair('1_a')).rejects.toMatchObject({ code: 'MIGRATION_INTERRUPTED' });
    const corrected = migratorOf(driver, script('insert into a values (1);'));
    expect(await migrate(corrected, 'up')).toEqual(['1_a']);
    expect(await statesOf(corrected)).toEqual({ '1_a': 'applied' });
  });

  test.skipIf(kind.missing !== undefined || kind.dialect === 'sqlite')(
    'what is set for a connection is set again by the next one',
    async () => {
      const { driver, address } = databases.createWithAddress();
      const isPostgres = kind.dialect === 'postgres';
      const sql = `-- transaction: none
create schema other;
${isPostgres ? 'set search_path to other' : 'use other'};
create table a(x int);
create table b(x int);`;
      const folder = await folderWith({ '1_a.sql': sql });
      const call = { dialect: kind.dialect, address, folder, direction: 'up', killAfter: 3 };
      expect(await runChild(call)).toBe('SIGKILL');
      expect(await migrate(createMigrator({ driver, migrations: folder }), 'up')).toEqual(['1_a']);
      const there = "select table_name as name from information_schema.tables where table_schema = 'other' order by 1";
      expect(await rowsOf(driver, there)).toEqual([{ name: 'a' }, { name: 'b' }]);
    },
  );

  real('what is not true afterwards is told, and asked again', async () => {
    const driver = databases.create();
    const migrator = migratorOf(driver, {
      '1_a.sql': '-- transaction: none\n-- validate: select count(*) from a\ncreate table a(x int);',
    });
    await expect(migrate(migrator, 'up')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('select count(*) from a') as string,
    });
    expect(await statesOf(migrator)).toEqual({ '1_a': 'interrupted' });
    const connection = await driver.connect('work');
    await connection.query('insert into a values (1)');
    await connection.close();
    expect(await migrator.apply(await migrator.plan('up'))).toMatchObject([{ statements: 0 }]);
  });

  test.skipIf(kind.missing !== undefined || kind.dialect !== 'mysql')(
    'a statement whose client is killed is finished once',
    async () => {
      const { driver, address } = databases.createWithAddress();
      const folder = await folderWith({
        '1_a.sql':
          'create table a(x int);\ncreate table b as select sleep(3) as x, 1 as y;\nalter table b add column z int;',
      });
      const child = await startChild({ dialect: 'mysql', address, folder, direction: 'up' });
      const watcher = await driver.connect('read');
      const isAtWork = "select 1 from information_schema.processlist where info like 'create table b%'";
      while ((await watcher.query(isAtWork)).length === 0) await setTimeout(20);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const migrator = createMigrator({ driver, migrations: folder });
      expect(await statesOf(migrator)).toEqual({ '1_a': 'interrupted' });
      expect(await migrate(migrator, 'up')).toEqual(['1_a']);
      expect(await watcher.query('select y, z from b')).toEqual([{ y: 1, z: null }]);
      await watcher.close();
    },
  );
});
