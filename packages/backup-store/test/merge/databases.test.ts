import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { prepareRecordRestore, type SnapshotRestoreOptions } from '../../src/merge/prepare-restore.ts';
import { postgresRecords, type RecordAdapter, recordsSource, sqliteRecords } from '../../src/records/index.ts';
import type { Repository } from '../../src/repository/contract.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';

const TENANT = '宿屋一号 بيت';
const SCHEMA = `
  CREATE TABLE guests (id text PRIMARY KEY, name text NOT NULL, changed bigint NOT NULL);
  CREATE TABLE stays (id integer PRIMARY KEY, guest text NOT NULL REFERENCES guests(id), room integer, changed bigint NOT NULL);
  INSERT INTO guests VALUES ('ann', 'Ann', 1000), ('ben', 'Ben', 1000), ('こはる', 'Кохару', 1000);
  INSERT INTO stays VALUES (1, 'ann', 11, 1000), (2, 'ben', 12, 1000), (3, 'こはる', 13, 1000), (10, 'ann', 14, 1000);`;

/** Rows deleted, overwritten without a new time, overwritten with one; a newer row, and newer work. */
const HARM = `
  DELETE FROM stays WHERE guest = 'こはる'; DELETE FROM guests WHERE id = 'こはる';
  UPDATE stays SET room = 99 WHERE id = 1;
  UPDATE stays SET room = 98, changed = 5000 WHERE id = 2;
  INSERT INTO guests VALUES ('dora', 'Dora', 4000); INSERT INTO stays VALUES (11, 'dora', 15, 6000);
  UPDATE stays SET room = 21, changed = 6000 WHERE id = 10;`;

const MERGED = [
  { id: 1, guest: 'ann', room: 11, changed: 1000 },
  { id: 2, guest: 'ben', room: 12, changed: 1000 },
  { id: 3, guest: 'こはる', room: 13, changed: 1000 },
  { id: 10, guest: 'ann', room: 21, changed: 6000 },
  { id: 11, guest: 'dora', room: 15, changed: 6000 },
];
const DAMAGED = { damaged: { since: 5000, until: 5001 } };

/** A database of a hotel, and what reads and writes it. */
interface Database {
  readonly adapter: RecordAdapter;
  run(sql: string): void;
  stays(): Record<string, unknown>[];
  /** Lets go of it. */
  end(): Promise<void>;
}

const TABLES = [
  // The one that refers to the other comes first: the target puts them in order.
  { table: 'stays', updatedAt: 'changed', timeUnit: 'ms' },
  { table: 'guests', updatedAt: 'changed', timeUnit: 'ms' },
] as const;

async function sqlite(): Promise<Database> {
  const path = join(tempFolder(), 'hotel.db');
  const database = new DatabaseSync(path);
  database.exec(SCHEMA);
  await Promise.resolve();
  return {
    adapter: sqliteRecords({ database: path, tables: TABLES }),
    run: (sql) => database.exec(sql),
    stays: () =>
      database
        .prepare('SELECT * FROM stays ORDER BY id')
        .all()
        .map((row) => ({ ...row })),
    end: async () => await Promise.resolve(database.close()),
  };
}

let server: TestServer;
let count = 0;

async function postgres(): Promise<Database> {
  const name = `hotel_${count++}`;
  server.sql('postgres', `CREATE DATABASE ${name}`);
  server.sql(name, SCHEMA);
  const { host, port, user, password } = server.connection;
  const client = new Client({ host, port, user, password, database: name });
  await client.connect();
  return {
    adapter: postgresRecords({ client, tables: TABLES }),
    run: (sql) => void server.sql(name, sql),
    stays: () =>
      JSON.parse(server.sql(name, `SELECT coalesce(json_agg(s ORDER BY id), '[]') FROM stays s`)) as Record<
        string,
        unknown
      >[],
    end: async () => await client.end(),
  };
}

describe.each([
  ['SQLite', sqlite, undefined],
  ['PostgreSQL', postgres, NO_POSTGRES],
] as const)('records of %s', (kind, make, missing) => {
  describe.skipIf(missing !== undefined)(missing ?? 'of its own', () => {
    const folder = tempFolder(afterAll);
    beforeAll(async () => {
      if (kind === 'PostgreSQL') server = await startPostgres(folder);
      return () => {
        if (kind === 'PostgreSQL') server.end();
      };
    });

    /** A hotel whose data was backed up and harmed. */
    async function harmed(work: (database: Database, repository: Repository) => Promise<void>): Promise<void> {
      const database = await make();
      try {
        await using repository = await createAt(newPlace());
        await repository.tenants.add(TENANT);
        const source = recordsSource({ name: 'отель', ...database.adapter.source });
        await repository.backup({ sources: [source], name: 'night', tenant: TENANT });
        database.run(HARM);
        await work(database, repository);
      } finally {
        await database.end();
      }
    }
    const options = (database: Database, more: Partial<SnapshotRestoreOptions> = {}): SnapshotRestoreOptions => ({
      snapshot: 'night',
      filter: { tenant: TENANT },
      mode: 'merge',
      target: database.adapter.target,
      rules: DAMAGED,
      ...more,
    });

    it('are merged back after harm, and newer ones stay', async () => {
      await harmed(async (database, repository) => {
        const restore = await prepareRecordRestore(repository, options(database));
        const plan = await restore.plan();
        expect(plan).toMatchObject({ added: 2, replaced: 2, deleted: 0, conflicts: 2 });
        expect(plan.modules.map(({ module }) => module)).toEqual(['guests', 'stays']);
        expect((await restore.apply(plan)).changes).toBe(4);
        expect(database.stays()).toEqual(MERGED);
        expect((await restore.apply()).changes).toBe(0);
      });
    });

    it('are not changed when they are not as they were when it was planned', async () => {
      await harmed(async (database, repository) => {
        const restore = await prepareRecordRestore(repository, options(database));
        const plan = await restore.plan();
        database.run('UPDATE stays SET room = 97 WHERE id = 1');
        const before = database.stays();
        expect(await failureOf(restore.apply(plan))).toMatchObject({ code: 'TARGET_CHANGED' });
        expect(database.stays()).toEqual(before);
      });
    });

    it('are as in the backup after a full restore', async () => {
      await harmed(async (database, repository) => {
        const full = options(database, { mode: 'full', rules: undefined });
        const { deleted } = await (await prepareRecordRestore(repository, full)).apply();
        expect(deleted).toBe(2);
        expect(database.stays().map(({ id, room }) => [id, room])).toEqual([
          [1, 11],
          [2, 12],
          [3, 13],
          [10, 14],
        ]);
      });
    });

    it('keep columns that were added since, and are refused where one is gone', async () => {
      await harmed(async (database, repository) => {
        database.run(`ALTER TABLE stays ADD COLUMN note text; UPDATE stays SET note = 'late' WHERE id IN (1, 10);`);
        const restore = await prepareRecordRestore(repository, options(database));
        expect(await restore.apply()).toMatchObject({ added: 2, replaced: 2 });
        expect(database.stays().map(({ note }) => note)).toEqual(['late', null, null, 'late', null]);
        database.run('ALTER TABLE stays DROP COLUMN room');
        expect(await failureOf(restore.plan())).toMatchObject({ code: 'SCHEMA_CHANGED' });
        const skipping = options(database, { skipColumns: { stays: ['room'] } });
        expect((await (await prepareRecordRestore(repository, skipping)).apply()).changes).toBe(0);
      });
    });

    it('stay as they are when the database refuses one of them', async () => {
      await harmed(async (database, repository) => {
        const before = database.stays();
        // Without the guest that it is of.
        const restore = await prepareRecordRestore(repository, options(database, { modules: ['stays'] }));
        await expect(restore.apply()).rejects.toThrow(/foreign key/i);
        expect(database.stays()).toEqual(before);
      });
    });

    it.runIf(kind === 'PostgreSQL')('are not put over what others write meanwhile', async () => {
      await harmed(async (database, repository) => {
        let isReady = false;
        const map: SnapshotRestoreOptions['map'] = (record, module) => {
          if (isReady && module === 'stays' && record.id === '1')
            database.run('UPDATE stays SET room = 96 WHERE id = 1');
          return record;
        };
        const restore = await prepareRecordRestore(repository, options(database, { map }));
        const plan = await restore.plan();
        isReady = true;
        expect(await failureOf(restore.apply(plan))).toMatchObject({ code: 'TARGET_CHANGED' });
        expect(database.stays().map(({ id, room }) => [id, room])).toEqual([
          [1, 96],
          [2, 98],
          [10, 21],
          [11, 15],
        ]);
      });
    });
  });
});
