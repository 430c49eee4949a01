import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createMigrator, type MigrationDriver } from '../../../src/migrate/index.ts';
import { ask, folderWith, migrate, migratorOf, sqliteShop, statesOf } from '../shop.ts';

test('a module that a kill has cut short is not done because its first part is there already', async () => {
  const { driver, file } = await sqliteShop();
  const folder = await folderWith({
    '1_a.mjs': `export const transaction = 'none';
export async function up(database) {
  await database.query('create table a(x int)');
  await database.query('insert into b values (1)');
}`,
  });
  // As the drivers of servers say it of a statement that nobody saw end.
  const migrator = createMigrator({ driver: { ...driver, settle: async () => 'done' }, migrations: folder });
  await expect(migrate(migrator, 'up')).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  const database = new DatabaseSync(file);
  database.exec("update holdfast_migration_journal set state = 'begun'");
  database.close();
  await expect(migrate(migrator, 'up')).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining('table a already exists') as string,
  });
  expect(await statesOf(migrator)).toEqual({ '1_a': 'interrupted' });
});

test('a way back that is half gone passes over no statement that was put before the others', async () => {
  const { driver } = await sqliteShop();
  const files = (down: string): Record<string, string> => ({
    '1_a.up.sql': 'create table a(x int); create table b(x int);',
    '1_a.down.sql': `-- transaction: none\n${down}`,
  });
  const first = migratorOf(driver, files('drop table a; drop table missing;'));
  await migrate(first, 'up');
  await expect(migrate(first, 'down')).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  const shifted = migratorOf(driver, files('drop table b; drop table if exists a;'));
  await expect(migrate(shifted, 'down')).rejects.toMatchObject({ code: 'MIGRATION_EDITED' });
  expect(await migrate(migratorOf(driver, files('drop table a; drop table b;')), 'down')).toEqual(['1_a']);
});

test('what another run has finished while this one waited for its work is not done twice', async () => {
  const { driver, file } = await sqliteShop();
  const files = { '1_a.sql': '-- transaction: none\ncreate table if not exists a(x int);\ninsert into a values (1);' };
  let isFirst = true;
  const late: MigrationDriver = {
    ...driver,
    connect: async (use) => {
      const connection = await driver.connect(use);
      const tryHold = async (what: string): Promise<boolean> => {
        if (what === 'work' && isFirst) {
          isFirst = false;
          await migrate(migratorOf(late, files), 'up');
        }
        return true;
      };
      return { ...connection, tryHold };
    },
  };
  expect(await migrate(migratorOf(late, files), 'up')).toEqual([]);
  expect(ask(file, 'select x from a')).toEqual([{ x: 1 }]);
});
