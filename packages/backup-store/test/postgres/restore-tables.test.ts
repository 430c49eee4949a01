import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import {
  postgresSource,
  restorePostgresTables,
  type RestorePostgresTablesOptions,
  type RestorePostgresTablesResult,
} from '../../src/postgres/index.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';

const SHOP = String.raw`
CREATE SCHEMA sales; CREATE ROLE reader;
CREATE TABLE rooms (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE bookings (id serial PRIMARY KEY, room int NOT NULL REFERENCES rooms, note text DEFAULT 'a;b');
CREATE INDEX bookings_of_room ON bookings (room);
GRANT SELECT ON bookings TO reader;
CREATE TABLE sales."Odd ""na\me" (id int PRIMARY KEY, paid numeric);
CREATE TABLE sales.log (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE sales.log_2026 PARTITION OF sales.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE ml_runs (id int); CREATE TABLE ml_models (id int);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.note := coalesce(NEW.note, 'none'); RETURN NEW; END$$;
CREATE TRIGGER stamped BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION stamp();
INSERT INTO rooms VALUES (1, 'one'), (2, 'two');
INSERT INTO bookings (room) SELECT 1 + n % 2 FROM generate_series(1, 100) n;
INSERT INTO sales."Odd ""na\me" VALUES (1, 1.50);
INSERT INTO sales.log SELECT '2026-01-01'::date + n, 'x' FROM generate_series(0, 9) n;
INSERT INTO ml_runs VALUES (1);`;

describe.skipIf(NO_POSTGRES !== undefined)(
  `single tables into PostgreSQL${NO_POSTGRES ? ` (${NO_POSTGRES})` : ''}`,
  () => {
    let server: TestServer;
    let repository: Repository;
    beforeAll(async () => {
      server = await startPostgres(tempFolder(afterAll));
      server.sql('postgres', 'CREATE DATABASE shop');
      server.sql('shop', SHOP);
      repository = await createAt(newPlace(afterAll));
      const source = (name: string, format: 'plain' | 'custom'): ReturnType<typeof postgresSource> =>
        postgresSource({ ...server.connection, database: 'postgres', name, databases: ['shop'], format });
      await repository.backup({ sources: [source('plain', 'plain'), source('custom', 'custom')] });
    });
    afterAll(() => server?.end());

    /** A database as the shop was. */
    const copy = (): string => {
      const name = `c_${randomBytes(4).toString('hex')}`;
      server.sql('postgres', `CREATE DATABASE ${name} TEMPLATE shop`);
      return name;
    };
    const restore = (
      database: string,
      tables: readonly string[],
      more: Partial<RestorePostgresTablesOptions> = {},
    ): Promise<RestorePostgresTablesResult> => {
      const dump = { repository, snapshot: 'latest', path: 'custom/shop.dump', database, tables };
      return restorePostgresTables({ ...server.connection, ...dump, ...more });
    };
    const scratch = (): string =>
      server.sql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'holdfast_restore_%'");

    it.each([
      ['plain', 'plain/shop.sql'],
      ['custom', 'custom/shop.dump'],
    ])(
      'of a %s dump come back with rows, keys, triggers and rights, and no other table changes',
      async (_format, path) => {
        const name = copy();
        server.sql(name, "DELETE FROM bookings; DROP INDEX bookings_of_room; UPDATE rooms SET name = 'new'");
        const result = await restore(name, ['bookings'], { path, clean: true });
        expect(result).toMatchObject({ database: name, tables: ['public.bookings'], replaced: ['public.bookings'] });
        expect(server.sql(name, 'SELECT count(*), min(note) FROM bookings')).toBe('100|a;b');
        expect(server.sql(name, 'SELECT DISTINCT name FROM rooms')).toBe('new');
        expect(server.sql(name, "SELECT to_regclass('bookings_of_room') IS NOT NULL")).toBe('t');
        expect(server.sql(name, "SELECT has_table_privilege('reader', 'bookings', 'SELECT')")).toBe('t');
        expect(server.sql(name, 'INSERT INTO bookings (room, note) VALUES (1, NULL) RETURNING id, note')).toContain(
          '101|none',
        );
        expect(() => server.sql(name, 'INSERT INTO bookings (room) VALUES (9)')).toThrow(/foreign key/);
        expect(scratch()).toBe('0');
      },
    );

    it('that others refer to are replaced, and the foreign keys are there afterwards', async () => {
      const name = copy();
      server.sql(name, "UPDATE rooms SET name = 'damaged'");
      // As a killed restore leaves it.
      server.sql('postgres', 'CREATE DATABASE holdfast_restore_0123456789ab_1');
      await restore(name, ['rooms'], { clean: true });
      expect(scratch()).toBe('0');
      expect(server.sql(name, 'SELECT string_agg(name, $$,$$ ORDER BY id) FROM rooms')).toBe('one,two');
      expect(() => server.sql(name, 'DELETE FROM rooms')).toThrow(/foreign key/);
    });

    it('are refused as a whole when rows of others would refer to nothing', async () => {
      const name = copy();
      server.sql(name, "INSERT INTO rooms VALUES (3, 'three'); INSERT INTO bookings (room) VALUES (3)");
      expect(await failureOf(restore(name, ['rooms'], { clean: true }))).toMatchObject({ code: 'TABLE_IN_USE' });
      expect(server.sql(name, 'SELECT count(*) FROM rooms')).toBe('3');
      expect(() => server.sql(name, 'DELETE FROM rooms')).toThrow(/foreign key/);
      server.sql(name, 'CREATE VIEW best AS SELECT * FROM ml_runs');
      const seen = restore(name, ['ml_*'], { clean: true });
      expect(await failureOf(seen)).toMatchObject({ code: 'TABLE_IN_USE', details: ['public.best'] });
      expect(scratch()).toBe('0');
    });

    it('are named by patterns, with their schemas, in any script; partitions come with their table', async () => {
      const name = copy();
      server.sql(name, 'DROP SCHEMA sales CASCADE; DROP TABLE ml_runs');
      const result = await restore(name, ['sales.*', 'ml_runs']);
      expect(result.tables).toEqual(['public.ml_runs', String.raw`sales.Odd "na\me`, 'sales.log', 'sales.log_2026']);
      expect(result.replaced).toEqual([]);
      expect(server.sql(name, 'SELECT count(*) FROM sales.log_2026')).toBe('10');
      server.sql(name, 'DELETE FROM sales.log');
      await restore(name, ['log'], { clean: true });
      expect(server.sql(name, 'SELECT count(*) FROM sales.log')).toBe('10');
    });

    it('that are there, or are not in the dump, or have no database to go to, change nothing', async () => {
      const name = copy();
      server.sql(name, 'DELETE FROM bookings');
      const there = { code: 'ALREADY_EXISTS', details: ['public.bookings'] };
      expect(await failureOf(restore(name, ['bookings']))).toMatchObject(there);
      expect(server.sql(name, 'SELECT count(*) FROM bookings')).toBe('0');
      expect(await failureOf(restore(name, ['bokings'], { clean: true }))).toMatchObject({
        code: 'DATABASE_NOT_FOUND',
      });
      expect(await failureOf(restore('absent', ['bookings']))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
      expect(await failureOf(restore(name, []))).toMatchObject({ code: 'INVALID_OPTION' });
      expect(scratch()).toBe('0');
    });
  },
);
