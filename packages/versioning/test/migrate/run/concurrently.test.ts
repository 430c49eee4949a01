import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMigrator } from '../../../src/migrate/index.ts';
import { startChild } from '../child.ts';
import { postgres, type TestDatabases } from '../servers.ts';
import { folderWith, migrate, migratorOf, statesOf } from '../shop.ts';

/** Waits until something is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(20);
}

describe.skipIf(postgres.missing !== undefined)('CREATE INDEX CONCURRENTLY', () => {
  let databases: TestDatabases;
  beforeAll(async () => void (databases = await postgres.start()));
  afterAll(async () => databases?.end());

  const ROOMS = {
    '1_rooms.up.sql': 'create table rooms(id int, name text); insert into rooms values (1, null), (1, null);',
  };
  const IS_WAITING =
    "select 1 from pg_stat_activity where query like 'create index concurrently%' and wait_event_type = 'Lock'";
  const INDEX = { '2_index.sql': 'create index concurrently rooms_name on rooms (name);\nselect 1;' };

  test('is finished while somebody else waits for the lock: there is no deadlock', async () => {
    const driver = databases.create();
    await migrate(migratorOf(driver, ROOMS), 'up');
    const first = migratorOf(driver, { ...ROOMS, ...INDEX });
    const second = migratorOf(driver, { ...ROOMS, ...INDEX }, { lockTimeoutMs: 60_000 });
    const plan = await first.plan('up');
    expect(plan.steps).toMatchObject([{ id: '2_index', isTransactional: false }]);
    // Somebody reads the table, so that the index has to wait.
    const reader = await driver.connect('work');
    await reader.begin();
    await reader.query('select * from rooms');
    const applied = first.apply(plan);
    const watcher = await driver.connect('read');
    await until(async () => (await watcher.query(IS_WAITING)).length > 0);
    const other = second.apply(plan);
    await until(() => second.events.some(({ type }) => type === 'waiting'));
    await reader.commit();
    expect(await applied).toMatchObject([{ id: '2_index', statements: 2 }]);
    expect(await other).toEqual([]);
    for (const connection of [reader, watcher]) await connection.close();
  });

  test('the lock is waited for only so long', async () => {
    const driver = databases.create();
    const holder = await driver.connect('work');
    expect(await holder.tryHold('run')).toBe(true);
    const migrator = migratorOf(driver, ROOMS);
    await expect(migrate(migrator, 'up')).rejects.toMatchObject({ code: 'MIGRATION_LOCKED' });
    await holder.close();
    const worker = await driver.connect('work');
    await worker.tryHold('work');
    await expect(migrate(migrator, 'up')).rejects.toMatchObject({
      code: 'MIGRATION_LOCKED',
      message: expect.stringContaining('a server that still works') as string,
    });
    await worker.close();
  });

  test('an index that failed half-way is dropped and made again', async () => {
    const driver = databases.create();
    const unique = { '2_index.sql': 'create unique index concurrently "rooms id" on public.rooms (id);' };
    const migrator = migratorOf(driver, { ...ROOMS, ...unique });
    await expect(migrate(migrator, 'up')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('could not create unique index') as string,
    });
    const connection = await driver.connect('work');
    await connection.query('delete from rooms where ctid in (select ctid from rooms limit 1)');
    expect(await migrate(migrator, 'up')).toEqual(['2_index']);
    expect(
      await connection.query('select indisvalid from pg_index where indisunique and indrelid = $1::regclass', [
        'rooms',
      ]),
    ).toEqual([{ indisvalid: true }]);
    await connection.close();
    expect(await statesOf(migrator)).toEqual({ '1_rooms': 'applied', '2_index': 'applied' });
  });

  test('an index that failed half-way does not count as there, either', async () => {
    const driver = databases.create();
    const index = { '2_index.sql': 'create unique index concurrently if not exists rooms_id on rooms (id);' };
    const migrator = migratorOf(driver, { ...ROOMS, ...index });
    await expect(migrate(migrator, 'up')).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    await expect(migrate(migrator, 'up')).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(await statesOf(migrator)).toMatchObject({ '2_index': 'interrupted' });
  });

  test('an index of the name that was there before is no success', async () => {
    const driver = databases.create();
    const twice = {
      '2_index.sql': 'create index concurrently a on rooms (id);',
      '3_again.sql': 'create index concurrently a on rooms (name);',
    };
    const migrator = migratorOf(driver, { ...ROOMS, ...twice });
    for (const _ of [1, 2]) await expect(migrate(migrator, 'up')).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(await statesOf(migrator)).toMatchObject({ '2_index': 'applied', '3_again': 'interrupted' });
  });

  test('goes on at the server when its client is killed, and up waits for that and finds it finished or makes it anew', async () => {
    const { driver, address } = databases.createWithAddress();
    const folder = await folderWith({ ...ROOMS, ...INDEX });
    await migrate(createMigrator({ driver, migrations: folder }), 'up', { to: '1_rooms' });
    const reader = await driver.connect('work');
    await reader.begin();
    await reader.query('select * from rooms');
    const child = await startChild({ dialect: 'postgres', address, folder, direction: 'up' });
    const watcher = await driver.connect('read');
    await until(async () => (await watcher.query(IS_WAITING)).length > 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const migrator = createMigrator({ driver, migrations: folder });
    expect(await statesOf(migrator)).toMatchObject({ '2_index': 'interrupted' });
    const applied = migrate(migrator, 'up');
    await reader.commit();
    expect(await applied).toEqual(['2_index']);
    const valid = await watcher.query("select indisvalid from pg_index where indexrelid = 'rooms_name'::regclass");
    expect(valid).toEqual([{ indisvalid: true }]);
    for (const connection of [reader, watcher]) await connection.close();
  });
});
