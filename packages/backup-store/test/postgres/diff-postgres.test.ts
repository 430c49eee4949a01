import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import {
  type DataDifference,
  diffPostgres,
  type DiffPostgresOptions,
  postgresSource,
} from '../../src/postgres/index.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';

const HOTEL = `CREATE SCHEMA "front desk";
CREATE TABLE rooms (id int PRIMARY KEY, name text NOT NULL, photo bytea, price float8, since timestamptz, tags text[]);
INSERT INTO rooms VALUES (1, 'one', '\\x00ff0a', 0.1, '2026-01-02 03:04:05.678+02', '{a,b}'), (2, '\\N', NULL, NULL, NULL, NULL),
  (10, E'tab\\tand\\nline \\\\', '', 'NaN', 'infinity', '{}'), (3, 'Zürich 🏨', '\\x74', '-0', NULL, NULL);
CREATE TABLE "front desk".stays (room int REFERENCES rooms, guest varchar(20), PRIMARY KEY (guest, room));
INSERT INTO "front desk".stays VALUES (1, 'Bärbel'), (1, 'anna'), (2, 'Zoe'), (2, 'anna'), (1, E'a\\tb');
CREATE TABLE log (what text); INSERT INTO log VALUES ('a'), ('a'), ('b'), (NULL);
CREATE TABLE readings (day date NOT NULL, value int) PARTITION BY RANGE (day);
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO readings VALUES ('2026-03-01', 7);
CREATE VIEW free_rooms AS SELECT id, name FROM rooms WHERE price IS NULL;`;

describe.skipIf(NO_POSTGRES !== undefined)(
  `a dump of PostgreSQL and the live database (${NO_POSTGRES ?? 'of its own'})`,
  () => {
    let server: TestServer;
    let repository: Repository;
    const recreate = (): void => {
      server.sql('postgres', 'DROP DATABASE IF EXISTS hotel');
      server.sql('postgres', 'CREATE DATABASE hotel');
      server.sql('hotel', HOTEL);
    };
    beforeAll(async () => {
      server = await startPostgres(tempFolder(afterAll));
      recreate();
      repository = await createAt(newPlace(afterAll));
      const common = { ...server.connection, database: 'postgres', databases: ['hotel'] };
      const sources = [postgresSource(common), postgresSource({ ...common, name: 'custom', format: 'custom' })];
      await repository.backup({ tenant: 'north', sources });
    });
    afterAll(() => server?.end());
    beforeEach(recreate);

    const diff = async (options: Partial<DiffPostgresOptions> = {}): Promise<DataDifference[]> => {
      const what = {
        repository,
        snapshot: 'latest',
        tenant: 'north',
        path: 'postgres/hotel.sql',
        live: server.connection,
      };
      return await listOf(diffPostgres({ ...what, ...options }));
    };
    const differing = async (options?: Partial<DiffPostgresOptions>): Promise<DataDifference[]> =>
      (await diff(options)).filter(({ change }) => change !== 'same');
    const leftOver = (): string =>
      server.sql('postgres', "SELECT datname FROM pg_database WHERE datname LIKE 'holdfast%'");

    it.each(['postgres/hotel.sql', 'custom/hotel.dump'])('%s is the same right after, table by table', async (path) => {
      expect(await diff({ path })).toMatchObject([
        { path, name: 'front desk.stays', change: 'same', compared: 'key', before: 5, after: 5 },
        { name: 'public.free_rooms', change: 'same', compared: 'none' },
        { name: 'public.log', change: 'same', compared: 'digest', before: 4, after: 4 },
        { name: 'public.readings', change: 'same', compared: 'none' },
        { name: 'public.readings_2026', change: 'same', compared: 'digest', before: 1 },
        { name: 'public.rooms', change: 'same', compared: 'key', before: 4, after: 4 },
      ]);
      expect(leftOver()).toBe('');
    });

    it('rows are told by their keys: added, changed and removed', async () => {
      server.sql(
        'hotel',
        `INSERT INTO rooms VALUES (4, 'four'), (5, 'five'); UPDATE rooms SET price = 0.0 WHERE id = 3;
      UPDATE rooms SET name = NULLIF(name, '') || ' ' WHERE id = 2; UPDATE rooms SET since = since + interval '1 microsecond' WHERE id = 1;
      DELETE FROM "front desk".stays WHERE guest = 'Zoe'; UPDATE "front desk".stays SET guest = 'Anna' WHERE guest = 'anna' AND room = 1;
      UPDATE log SET what = 'b' WHERE ctid = (SELECT min(ctid) FROM log)`,
      );
      expect(await differing({ maxIds: 2 })).toMatchObject([
        {
          name: 'front desk.stays',
          added: { count: 1, ids: ['["Anna","1"]'] },
          changed: { count: 0, ids: [] },
          removed: { count: 2, ids: ['["Zoe","2"]', '["anna","1"]'] },
        },
        { name: 'public.log', change: 'changed', compared: 'digest', before: 4, after: 4 },
        {
          name: 'public.rooms',
          before: 4,
          after: 6,
          added: { count: 2, ids: ['4', '5'] },
          changed: { count: 3, ids: ['1', '2'] },
          removed: { count: 0, ids: [] },
        },
      ]);
    });

    it('how tables are made is told part by part, and columns of one side are no difference of rows', async () => {
      server.sql(
        'hotel',
        `ALTER TABLE rooms ADD COLUMN stars int NOT NULL DEFAULT 3; ALTER TABLE rooms ALTER tags TYPE varchar[]; CREATE INDEX by_name ON rooms (name);
      DROP TABLE log; CREATE TABLE extras (a int); INSERT INTO extras VALUES (1);
      ALTER TABLE rooms ADD CONSTRAINT named CHECK (name <> '')`,
      );
      expect(await differing({ tables: ['rooms', 'log', 'public.ext*'] })).toMatchObject([
        { name: 'public.extras', change: 'added', compared: 'none', after: 1 },
        { name: 'public.log', change: 'removed', compared: 'none', before: 4 },
        {
          name: 'public.rooms',
          change: 'changed',
          changed: { count: 0 },
          schema: [
            { part: 'column stars', after: 'integer not null default 3' },
            { part: 'column tags', before: 'text[]', after: 'character varying[]' },
            { part: 'constraint named', after: "CHECK ((name <> ''::text))" },
            { part: 'index by_name', after: 'CREATE INDEX by_name ON public.rooms USING btree (name)' },
          ],
        },
      ]);
      expect(leftOver()).toBe('');
    });

    it("what can't be compared leaves no database: another tenant's snapshot, no live database, a run that is ended", async () => {
      const { id } = await repository.snapshot('latest', { tenant: 'north' });
      expect(await failureOf(diff({ tenant: 'south', snapshot: id }))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
      expect(await failureOf(diff({ path: 'postgres/motel.sql' }))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
      const live = { ...server.connection, database: 'hotel' };
      expect(await failureOf(diff({ path: 'postgres/motel.sql', live }))).toMatchObject({ code: 'PATH_NOT_FOUND' });
      const stop = new AbortController();
      const differences = diffPostgres({
        repository,
        snapshot: id,
        path: 'postgres/hotel.sql',
        live,
        signal: stop.signal,
      });
      await differences.next();
      expect(leftOver()).toMatch(/^holdfast_check_[0-9a-f]{12}_1$/);
      stop.abort();
      expect(await failureOf(differences.next())).toMatchObject({ code: 'ABORTED' });
      expect(leftOver()).toBe('');
    });
  },
);
