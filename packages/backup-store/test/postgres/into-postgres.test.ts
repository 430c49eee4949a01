import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository, SafeRestoreStep } from '../../src/index.ts';
import {
  intoPostgres,
  type IntoPostgresOptions,
  intoPostgresTables,
  postgresPlace,
  postgresSource,
} from '../../src/postgres/index.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';

const SHOP = String.raw`
CREATE SCHEMA sales; CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN code AS text CHECK (value ~ '^\w+$');
CREATE TABLE rooms (id int PRIMARY KEY, name text NOT NULL, mood mood, code code);
CREATE TABLE bookings (id serial PRIMARY KEY, room int NOT NULL REFERENCES rooms, note text);
CREATE TABLE sales."Odd ""na\me" (id int GENERATED ALWAYS AS IDENTITY, note text);
CREATE TABLE sales.log (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE sales.log_2026 PARTITION OF sales.log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE FUNCTION load() RETURNS void LANGUAGE plpgsql AS $$BEGIN
COPY rooms (id) FROM stdin;
END$$;
CREATE VIEW busy AS SELECT room, count(*) FROM bookings GROUP BY room;
INSERT INTO rooms VALUES (1, 'one', 'good', 'a'), (2, E'two\n\\.\n', 'bad', 'b');
INSERT INTO bookings (room, note) SELECT 1 + n % 2, E'x\ny' FROM generate_series(1, 100) n;
INSERT INTO sales."Odd ""na\me" (note) VALUES ('o'); INSERT INTO sales.log VALUES ('2026-05-01', 'x');`;

/** What is different before the restore: other rows, tables, columns, keys, functions; some are gone. */
const CHANGED = `
DROP VIEW busy; DELETE FROM bookings; INSERT INTO bookings (room) VALUES (2); DROP TABLE sales.log;
CREATE TABLE mine (id int PRIMARY KEY, booking int); INSERT INTO mine VALUES (7, 101);
CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER TABLE rooms ADD COLUMN size int DEFAULT 5;`;

/** All that is there, in few words. */
const STATE = `SELECT string_agg(x, ' ') FROM (
  SELECT n.nspname || '.' || relname || relkind::text || (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS x
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE n.nspname IN ('public', 'sales', 'new')
  UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT conname FROM pg_constraint c WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT typname || typtype::text FROM pg_type WHERE typnamespace = 'public'::regnamespace
  UNION ALL SELECT nspname FROM pg_namespace ORDER BY 1) s`;

const no = (): never => {
  throw new Error('the shop does not work');
};

describe.skipIf(NO_POSTGRES !== undefined)(`a guarded restore into PostgreSQL (${NO_POSTGRES ?? 'of its own'})`, () => {
  let server: TestServer;
  let repository: Repository;
  beforeAll(async () => {
    server = await startPostgres(tempFolder(afterAll));
    server.sql('postgres', 'CREATE DATABASE shop');
    server.sql('shop', SHOP);
    repository = await createAt(newPlace(afterAll));
    const source = (name: string, format: 'plain' | 'custom'): ReturnType<typeof postgresSource> =>
      postgresSource({ ...server.connection, database: 'postgres', name, databases: ['shop'], format });
    await repository.backup({ sources: [source('plain', 'plain'), source('custom', 'custom')], name: 'good' });
  });
  afterAll(() => server?.end());

  const changed = (): string => {
    const name = `c_${randomBytes(4).toString('hex')}`;
    server.sql('postgres', `CREATE DATABASE ${name} TEMPLATE shop;\n\\connect ${name}\n${CHANGED}`);
    return name;
  };
  const stateOf = (database: string): string =>
    server.sql(database, `${STATE}; SELECT count(*), max(id) FROM bookings`);
  const into = (
    database: string,
    more: Partial<IntoPostgresOptions> = {},
  ): { snapshot: string } & ReturnType<typeof intoPostgres> => ({
    snapshot: 'good',
    ...intoPostgres({ ...server.connection, path: 'plain/shop.sql', database, clean: true, ...more }),
  });

  it.each(['plain/shop.sql', 'custom/shop.dump'])(
    'of %s saves, restores, and counts the rows of each table',
    async (path) => {
      const database = changed();
      const steps: SafeRestoreStep['step'][] = [];
      const { validation, safetySnapshot } = await repository.restoreInto({
        ...into(database, { path }),
        onStep: ({ step }) => steps.push(step),
      });
      expect(validation).toEqual({ status: 'passed', checked: 4, problems: [] });
      expect(steps).toEqual(['safety-backup', 'restore', 'validate']);
      expect(await repository.snapshot(safetySnapshot ?? '')).toMatchObject({
        kind: 'safety',
        sources: [{ kind: 'postgres' }],
      });
      expect(server.sql(database, 'SELECT count(*) FROM bookings')).toBe('100');
      expect(await repository.unfinishedRestores()).toEqual([]);
    },
  );

  it('makes everything what it was when the validation fails: rows, columns, keys, and nothing that is new', async () => {
    const database = changed();
    const before = stateOf(database);
    const validate = (): never => {
      // What is made meanwhile must not be in the way.
      server.sql(
        database,
        'ALTER TABLE mine ADD FOREIGN KEY (booking) REFERENCES bookings NOT VALID; CREATE SCHEMA new',
      );
      return no();
    };
    const failure = await failureOf(repository.restoreInto({ ...into(database), validate }));
    expect(failure).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      message: expect.stringContaining('the shop does not work') as string,
      hint: expect.stringMatching(/safety snapshot [0-9a-f]{32}/) as string,
    });
    expect(stateOf(database)).toBe(before);
    expect(server.sql(database, 'SELECT booking FROM mine')).toBe('101');
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('finds by itself that rows are gone, and goes back', async () => {
    const database = changed();
    const before = stateOf(database);
    const onStep = ({ step }: SafeRestoreStep): void => {
      if (step === 'validate') server.sql(database, 'DELETE FROM bookings WHERE id = 5; DROP TABLE sales.log');
    };
    expect(await failureOf(repository.restoreInto({ ...into(database), onStep }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      details: ['Expected 100 rows in public.bookings, got 99', 'Expected 1 rows in sales.log_2026, got no such table'],
    });
    expect(stateOf(database)).toBe(before);
    const kept = await repository.restoreInto({ ...into(database), onStep, validate: false });
    expect(kept.validation.status).toBe('skipped');
    expect(server.sql(database, 'SELECT count(*) FROM bookings')).toBe('99');
  });

  it('drops what it has made where nothing was before, and needs no safety snapshot for it', async () => {
    const empty = `e_${randomBytes(4).toString('hex')}`;
    server.sql('postgres', `CREATE DATABASE ${empty}`);
    const before = server.sql(empty, STATE);
    const call = { ...into(empty, { clean: false }), validate: no };
    expect(await failureOf(repository.restoreInto(call))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      hint: undefined,
    });
    expect(server.sql(empty, STATE)).toBe(before);
    const made = `m_${randomBytes(4).toString('hex')}`;
    await failureOf(repository.restoreInto({ ...into(made, { create: true, clean: false }), validate: no }));
    expect(server.sql('postgres', `SELECT count(*) FROM pg_database WHERE datname = '${made}'`)).toBe('0');
  });

  it('that changes nothing by itself says why, and rolls nothing back', async () => {
    const database = changed();
    const before = stateOf(database);
    const steps: string[] = [];
    const call = {
      ...into(database, { path: 'plain/none.sql' }),
      onStep: ({ step }: SafeRestoreStep) => steps.push(step),
    };
    expect(await failureOf(repository.restoreInto(call))).toMatchObject({ code: 'PATH_NOT_FOUND' });
    expect([stateOf(database), steps.at(-1)]).toEqual([before, 'restore']);
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('without a safety snapshot can not go back, and says so', async () => {
    const database = changed();
    const call = { ...into(database), safetyBackup: false, validate: no };
    expect(await failureOf(repository.restoreInto(call))).toMatchObject({
      code: 'RESTORE_INVALID',
      hint: expect.stringContaining('no safety snapshot') as string,
    });
    expect(server.sql(database, 'SELECT count(*) FROM bookings')).toBe('100');
  });

  it('that can not go back says how to do it by hand, is told of, and can be gone back behind later, in its own place', async () => {
    const database = changed();
    const before = stateOf(database);
    const validate = (): never => {
      server.sql('postgres', `ALTER DATABASE ${database} RENAME TO ${database}_away`);
      return no();
    };
    const failure = await failureOf(repository.restoreInto({ ...into(database, { address: 'the shop' }), validate }));
    expect(failure).toMatchObject({
      code: 'ROLLBACK_FAILED',
      hint: expect.stringMatching(/restore the safety snapshot [0-9a-f]{32} into it yourself/) as string,
    });
    server.sql('postgres', `ALTER DATABASE ${database}_away RENAME TO ${database}`);
    const [unfinished] = await repository.unfinishedRestores();
    expect(unfinished).toMatchObject({ step: 'roll-back', roots: [], into: { address: 'the shop' } });
    const id = unfinished?.id ?? '';
    const other = postgresPlace({ ...server.connection, database: 'shop' });
    for (const place of [undefined, other])
      expect(await failureOf(repository.rollBack(id, { place }))).toMatchObject({ code: 'INVALID_OPTION' });
    const place = postgresPlace({ ...server.connection, database });
    expect(await repository.rollBack(id, { place })).toMatchObject({ status: 'ok' });
    expect(stateOf(database)).toBe(before);
  });

  describe('of single tables', () => {
    const tables = (
      database: string,
      names: readonly string[],
      more: object = {},
    ): { snapshot: string } & ReturnType<typeof intoPostgresTables> => ({
      snapshot: 'good',
      ...intoPostgresTables({
        ...server.connection,
        path: 'custom/shop.dump',
        database,
        tables: names,
        clean: true,
        ...more,
      }),
    });

    it('goes back with these alone, and leaves what others wrote meanwhile', async () => {
      const database = changed();
      server.sql(database, 'DROP TABLE mine');
      const before = stateOf(database);
      const validate = (): never => {
        server.sql(database, "UPDATE rooms SET name = 'meanwhile' WHERE id = 1");
        return no();
      };
      const call = { ...tables(database, ['bookings', 'sales.log*']), validate };
      expect(await failureOf(repository.restoreInto(call))).toMatchObject({ code: 'RESTORE_ROLLED_BACK' });
      expect(stateOf(database)).toBe(before);
      expect(server.sql(database, 'SELECT name FROM rooms WHERE id = 1')).toBe('meanwhile');
    });

    it('drops what it has made by name, keeps what others made under such names, and refuses to drop what they need', async () => {
      const database = changed();
      const before = stateOf(database);
      const validate = (): never => {
        server.sql(
          database,
          'CREATE TABLE bookings_of_others (id int); CREATE VIEW told AS SELECT * FROM sales.log_2026; CREATE TABLE mine_too (room int)',
        );
        return no();
      };
      const call = { ...tables(database, ['book*', 'sales.log*']), validate };
      expect(await failureOf(repository.restoreInto(call))).toMatchObject({
        code: 'ROLLBACK_FAILED',
        details: expect.arrayContaining(['public.told']) as string[],
      });
      server.sql(database, 'DROP VIEW told');
      const [unfinished] = await repository.unfinishedRestores();
      const place = postgresPlace({ ...server.connection, database });
      await repository.rollBack(unfinished?.id ?? '', { place });
      server.sql(database, 'DROP TABLE bookings_of_others, mine_too');
      expect(stateOf(database)).toBe(before);
    });

    it('is taken back by the server itself when a row is lost on the way', async () => {
      const database = changed();
      const before = stateOf(database);
      const binDirectory = tempFolder();
      for (const name of ['psql', 'pg_restore'])
        writeFileSync(join(binDirectory, name), `#!/bin/sh\nexec ${name} "$@"\n`);
      const lossy =
        '#!/bin/sh\ncase "$*" in *--table=*) pg_dump "$@" | sed "/^50\\t/d";; *) exec pg_dump "$@";; esac\n';
      writeFileSync(join(binDirectory, 'pg_dump'), lossy);
      for (const name of ['psql', 'pg_restore', 'pg_dump']) chmodSync(join(binDirectory, name), 0o755);
      const call = tables(database, ['bookings'], { binDirectory });
      expect(await failureOf(repository.restoreInto(call))).toMatchObject({
        message: expect.stringContaining('of 100 rows of "public"."bookings", 99 have come') as string,
      });
      expect(stateOf(database)).toBe(before);
    });
  });
});
