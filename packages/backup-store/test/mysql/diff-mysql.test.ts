import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { type DataDifference, diffMysql, type DiffMysqlOptions, mysqlSource } from '../../src/mysql/index.ts';
import { NO_MARIADB, startMariadb, type TestMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';

const HOTEL = `CREATE TABLE rooms (id int PRIMARY KEY, name varchar(40) NOT NULL, photo blob, price float, free bit(3));
INSERT INTO rooms VALUES (1, 'one', x'00ff0a', 3.14159274, b'101'), (2, 'NULL', NULL, NULL, NULL), (10, 'tab\\tand\\nline \\\\', '', -1e20, b'0'),
  (3, 'Zürich 🏨', 'text', 0, b'1');
CREATE TABLE stays (room int, guest varchar(20) CHARACTER SET latin1, PRIMARY KEY (guest, room), FOREIGN KEY (room) REFERENCES rooms (id));
INSERT INTO stays VALUES (1, 'Bärbel'), (1, 'anna'), (2, 'Zoe'), (2, 'anna');
CREATE TABLE log (what varchar(20)); INSERT INTO log VALUES ('a'), ('a'), ('b'), (NULL);
CREATE VIEW free_rooms AS SELECT id, name FROM rooms WHERE free > 0;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM log;`;

describe.skipIf(NO_MARIADB !== undefined)(
  `a dump of MariaDB and the live database (${NO_MARIADB ?? 'of its own'})`,
  () => {
    let server: TestMariadb;
    const serverFolder = tempFolder(afterAll);
    afterAll(() => server?.stop());
    let repository: Repository;
    beforeAll(async () => {
      server = await startMariadb(serverFolder);
      server.sql('mysql', 'CREATE DATABASE hotel');
      server.sql('hotel', HOTEL);
      repository = await createAt(newPlace(afterAll));
      await repository.backup({ tenant: 'north', sources: [mysqlSource({ ...server.connection, database: 'hotel' })] });
    });
    beforeEach(() => {
      server.sql('mysql', 'DROP DATABASE hotel; CREATE DATABASE hotel');
      server.sql('hotel', HOTEL);
    });

    const diff = async (options: Partial<DiffMysqlOptions> = {}): Promise<DataDifference[]> => {
      const what = {
        repository,
        snapshot: 'latest',
        tenant: 'north',
        path: 'mysql/hotel.sql',
        live: server.connection,
      };
      return await listOf(diffMysql({ ...what, ...options }));
    };
    const differing = async (options?: Partial<DiffMysqlOptions>): Promise<DataDifference[]> =>
      (await diff(options)).filter(({ change }) => change !== 'same');
    const leftOver = (): string => server.sql('mysql', "SHOW DATABASES LIKE 'holdfast%'");

    it('is the same right after, table by table, whatever the values are', async () => {
      expect(await diff()).toMatchObject([
        { name: 'free_rooms', change: 'same', compared: 'none', schema: [] },
        { name: 'log', change: 'same', compared: 'digest', before: 4, after: 4 },
        { name: 'rooms', change: 'same', compared: 'key', before: 4, after: 4, changed: { count: 0, ids: [] } },
        { name: 'stays', change: 'same', compared: 'key', before: 4, after: 4 },
      ]);
      expect(leftOver()).toBe('');
    });

    it('rows are told by their keys: added, changed and removed', async () => {
      server.sql(
        'hotel',
        `INSERT INTO rooms VALUES (4, 'four', NULL, NULL, NULL), (5, 'five', NULL, NULL, NULL);
      UPDATE rooms SET photo = x'00ff0b' WHERE id = 1; UPDATE rooms SET name = 'null' WHERE id = 2; UPDATE rooms SET price = NULL WHERE id = 3;
      DELETE FROM stays WHERE guest = 'Zoe'; UPDATE stays SET guest = 'Anna' WHERE guest = 'anna' AND room = 1;
      UPDATE log SET what = 'b' WHERE what = 'a' LIMIT 1`,
      );
      expect(await differing({ maxIds: 2 })).toMatchObject([
        { name: 'log', change: 'changed', compared: 'digest', before: 4, after: 4 },
        {
          name: 'rooms',
          before: 4,
          after: 6,
          added: { count: 2, ids: ['4', '5'] },
          changed: { count: 3, ids: ['1', '2'] },
          removed: { count: 0, ids: [] },
        },
        {
          name: 'stays',
          added: { count: 1, ids: ['["Anna","1"]'] },
          removed: { count: 2, ids: ['["Zoe","2"]', '["anna","1"]'] },
        },
      ]);
    });

    it('how tables are made is told part by part, and columns of one side are no difference of rows', async () => {
      server.sql(
        'hotel',
        `ALTER TABLE rooms ADD COLUMN stars int NOT NULL DEFAULT 3 AFTER id, MODIFY name varchar(80) NOT NULL, ADD INDEX by_name (name);
      DROP TABLE log; DROP VIEW free_rooms; CREATE VIEW free_rooms AS SELECT id FROM rooms; CREATE TABLE extras (a int); INSERT INTO extras VALUES (1)`,
      );
      const found = await differing();
      expect(found).toMatchObject([
        { name: 'extras', change: 'added', compared: 'none', after: 1 },
        { name: 'free_rooms', change: 'changed', schema: [{ part: 'column name' }, { part: 'definition' }] },
        { name: 'log', change: 'removed', compared: 'none', before: 4 },
        { name: 'rooms', change: 'changed', compared: 'key', changed: { count: 0 } },
      ]);
      expect(found[3]?.schema).toEqual([
        {
          part: 'column name',
          before: 'varchar(40) utf8mb4_general_ci not null',
          after: 'varchar(80) utf8mb4_general_ci not null',
        },
        { part: 'column stars', before: undefined, after: 'int(11) not null default 3' },
        { part: 'index by_name', before: undefined, after: 'BTREE (name)' },
      ]);
      expect(await diff({ tables: ['st*'] })).toMatchObject([{ name: 'stays', change: 'same' }]);
      expect(await failureOf(diff({ tables: ['nothing'] }))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
      expect(leftOver()).toBe('');
    });

    it("what can't be compared leaves no database: another tenant's snapshot, no live database, a run that is ended", async () => {
      expect(await failureOf(diff({ tenant: 'south' }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
      const { id } = await repository.snapshot('latest', { tenant: 'north' });
      expect(await failureOf(diff({ tenant: 'south', snapshot: id }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
      const live = { ...server.connection, database: 'motel' };
      expect(await failureOf(diff({ live }))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
      const stop = new AbortController();
      const differences = diffMysql({
        repository,
        snapshot: id,
        path: 'mysql/hotel.sql',
        live: server.connection,
        signal: stop.signal,
      });
      expect((await differences.next()).value).toMatchObject({ name: 'free_rooms' });
      expect(leftOver()).toMatch(/^holdfast_check_[0-9a-f]{12}_1$/);
      stop.abort();
      expect(await failureOf(differences.next())).toMatchObject({ code: 'ABORTED' });
      expect(leftOver()).toBe('');
    });
  },
);
