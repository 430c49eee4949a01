import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { mysqlSource, scratchMysql } from '../../src/mysql/index.ts';
import { MysqlScratch } from '../../src/mysql/scratch-databases.ts';
import type { RestoreValidation, ValidateRestoreOptions } from '../../src/validate/contract.ts';
import { validateRestore } from '../../src/validate/validate-restore.ts';
import { NO_MARIADB, startMariadb, type TestMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { holdScratch } from '../fixtures/held-scratch.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { ORDERS, SHOP } from './shop.ts';

const HOTEL = `CREATE TABLE rooms (id int PRIMARY KEY, photo varchar(40));
INSERT INTO rooms VALUES (1, 'a.png'), (2, 'b.png'), (3, NULL);
CREATE TABLE stays (id int PRIMARY KEY, room int, FOREIGN KEY (room) REFERENCES rooms (id)); INSERT INTO stays VALUES (1, 1), (2, NULL);`;
const WAITING = { timeout: 30_000 };
const DUMP = 'CREATE TABLE t (a int);\n-- Dump completed\n';

describe.skipIf(NO_MARIADB !== undefined)(`a trial restore to MariaDB (${NO_MARIADB ?? 'of its own'})`, () => {
  let server: TestMariadb;
  const serverFolder = tempFolder(afterAll);
  const place = newPlace(afterAll);
  afterAll(() => server?.stop());
  let repository: Repository;
  beforeAll(async () => {
    server = await startMariadb(serverFolder);
    server.sql('mysql', 'CREATE DATABASE hotel; CREATE DATABASE shop');
    server.sql('hotel', HOTEL);
    server.sql('shop', SHOP);
    repository = await createAt(place);
    for (const [tenant, databases] of [
      ['north', ['hotel']],
      ['both', ['hotel', 'shop']],
    ] as const) {
      const source = mysqlSource({ ...server.connection, name: 'db', databases });
      await repository.backup({ tenant, sources: [source] });
    }
  });
  beforeEach(() => {
    server.sql('mysql', 'DROP DATABASE hotel; CREATE DATABASE hotel');
    server.sql('hotel', HOTEL);
  });

  const leftOver = (): string => server.sql('mysql', "SHOW DATABASES LIKE 'holdfast%'");
  const validate = async (options: Partial<ValidateRestoreOptions> = {}): Promise<RestoreValidation> => {
    const mysql = scratchMysql(server.connection, { live: server.connection });
    const what = {
      snapshot: 'latest',
      tenant: 'north',
      sandbox: join(place.folder, 'sandbox'),
      restoreInto: { mysql },
    };
    return await validateRestore(repository, { ...what, ...options });
  };
  const checkOf = ({ checks }: RestoreValidation, wanted: string): unknown =>
    checks.find(({ name }) => name === wanted);

  it('takes dumps, holds references against rows, compares with what is live, and leaves no database', async () => {
    let seen = '';
    const result = await validate({
      tenant: 'both',
      assets: async ({ copies }) => (await copies[0]?.values?.('rooms.photo')) ?? [],
      validator: ({ copies }) => {
        const [location = ''] = copies.flatMap(({ locations }) => locations);
        expect(location).not.toContain(server.connection.password);
        const database = new URL(location).pathname.slice(1);
        seen = server.sql(database, 'SELECT COUNT(*) FROM stays');
        // Nothing happens in it by itself.
        expect(server.sql(database.replace(/1$/, '2'), 'SHOW EVENTS; SELECT COUNT(*) FROM orders')).toBe(
          String(ORDERS),
        );
      },
    });
    expect(checkOf(result, 'schema')).toMatchObject({
      source: 'db',
      status: 'passed',
      detail: expect.stringMatching(/^db\/hotel\.sql: 2 tables on .*MariaDB.*, db\/shop\.sql: 5 tables/),
    });
    expect(checkOf(result, 'data')).toMatchObject({ status: 'passed', checked: 2 });
    expect(checkOf(result, 'live')).toMatchObject({ status: 'passed', checked: 8 });
    expect(checkOf(result, 'assets')).toMatchObject({ checked: 2, problems: [{ path: 'a.png' }, { path: 'b.png' }] });
    expect(seen).toBe('2');
    expect(checkOf(result, 'validator')).toMatchObject({ status: 'passed' });
    expect(leftOver()).toBe('');
  });

  it('names each part that is made in another way live, and is skipped when nothing live is named', async () => {
    server.sql('hotel', 'ALTER TABLE rooms ADD COLUMN stars int; DROP TABLE stays');
    expect(checkOf(await validate(), 'live')).toMatchObject({
      status: 'failed',
      problems: [
        {
          path: 'db/hotel.sql',
          code: 'SCHEMA_CHANGED',
          message: 'rooms: column stars is nothing in the backup, and int(11) default NULL live',
        },
        { path: 'db/hotel.sql', code: 'SCHEMA_CHANGED', message: 'stays: it is in the backup, and not live' },
      ],
    });
    const skipped = await validate({ restoreInto: { mysql: scratchMysql(server.connection) } });
    expect(checkOf(skipped, 'live')).toMatchObject({ status: 'skipped', checked: 0 });
    expect(checkOf(await validate({ restoreInto: {} }), 'schema')).toMatchObject({
      status: 'skipped',
      detail: 'no place was named that sources of kind mysql are restored to',
    });
  });

  it('finds rows that refer to nothing, and dumps that are cut, and leaves no database', async () => {
    const orphan = `SET foreign_key_checks = 0;\n${HOTEL}\nINSERT INTO stays VALUES (3, 9);\n-- Dump completed\n`;
    const made = sourceOf('db', { 'hotel.sql': orphan }, { kind: 'mysql' });
    await repository.backup({ tenant: 'orphans', sources: [made] });
    expect(checkOf(await validate({ tenant: 'orphans' }), 'data')).toMatchObject({
      status: 'failed',
      problems: [{ path: 'db/hotel.sql', message: 'rows of stays refer to rows that rooms does not have' }],
    });
    const cut = sourceOf('db', { 'a.sql': DUMP, 'b.sql': DUMP.slice(0, -10) }, { kind: 'mysql' });
    await repository.backup({ tenant: 'cut', sources: [cut] });
    const result = await validate({ tenant: 'cut' });
    expect(checkOf(result, 'schema')).toMatchObject({ status: 'failed', problems: [{ code: 'DUMP_INCOMPLETE' }] });
    expect(checkOf(result, 'data')).toMatchObject({ status: 'skipped', detail: 'it could not be restored' });
    expect(leftOver()).toBe('');
  });

  it("another tenant's snapshot is refused", async () => {
    const { id } = await repository.snapshot('latest', { tenant: 'north' });
    const found = await failureOf(validate({ tenant: 'south', snapshot: id }));
    expect(found).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
  });

  it('what a killed trial has left goes with the next one, and what one at work has stays', async () => {
    const job = { kind: 'mysql', connection: server.connection, dump: DUMP } as const;
    const [killed, alive] = [await holdScratch(job), await holdScratch(job)];
    await killed.kill();
    expect(leftOver().split('\n')).toEqual([alive.database, killed.database].toSorted());
    server.sql('mysql', 'CREATE DATABASE holdfast_check_mine');
    // The server takes a moment to see that somebody is gone.
    const leftByNext = async (): Promise<string> => {
      await using scratch = await MysqlScratch.open(server.connection);
      expect(scratch).toBeDefined();
      return leftOver();
    };
    await expect.poll(leftByNext, WAITING).toBe([alive.database, 'holdfast_check_mine'].toSorted().join('\n'));
    server.sql('mysql', 'DROP DATABASE holdfast_check_mine');
    await alive.kill();
    await expect.poll(leftByNext, WAITING).toBe('');
  });
});
