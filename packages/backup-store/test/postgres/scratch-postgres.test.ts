import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { postgresSource, scratchPostgres } from '../../src/postgres/index.ts';
import { PostgresScratch } from '../../src/postgres/scratch-databases.ts';
import { validateRestore } from '../../src/validate/validate-restore.ts';
import { holdScratch } from '../fixtures/held-scratch.ts';
import { createAt, newPlace, tempFolder } from '../fixtures/place.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';
import { buildTree } from '../fixtures/tree.ts';

const SHOP = `CREATE TABLE rooms (id int PRIMARY KEY, photo text);
INSERT INTO rooms VALUES (1, 'a.png'), (2, 'b.png'), (3, NULL);`;

describe.skipIf(NO_POSTGRES !== undefined)(
  `a trial restore on a server${NO_POSTGRES ? ` (${NO_POSTGRES})` : ''}`,
  () => {
    const place = newPlace(afterAll);
    let server: TestServer;
    let repository: Repository;
    const databases = (): string =>
      server.sql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'holdfast_check_%'");

    beforeAll(async () => {
      server = await startPostgres(tempFolder(afterAll));
      server.sql('postgres', 'CREATE DATABASE shop');
      server.sql('shop', SHOP);
      buildTree(place.source, { 'a.png': 'a' });
      repository = await createAt(place);
    });
    afterAll(() => server?.end());

    it.each(['plain', 'custom'] as const)(
      'takes dumps in the %s format, and finds files that rows name and are gone',
      async (format) => {
        const source = postgresSource({
          ...server.connection,
          database: 'postgres',
          name: 'db',
          databases: ['shop'],
          format,
        });
        const { snapshot } = await repository.backup({ paths: [place.source], sources: [source] });
        let counted = '';
        const result = await validateRestore(repository, {
          snapshot: snapshot?.id ?? '',
          sandbox: join(place.folder, 'sandbox'),
          restoreInto: { postgres: scratchPostgres(server.connection) },
          assets: async ({ copies }) =>
            ((await copies[0]?.values?.('rooms.photo')) ?? []).map((photo) => join(place.source, photo)),
          validator: ({ copies }) => {
            const [location = ''] = copies.flatMap(({ locations }) => locations);
            expect(location).not.toContain(server.connection.password);
            counted = server.sql(new URL(location).pathname.slice(1), 'SELECT count(*) FROM rooms');
          },
        });
        const checks = Object.fromEntries(result.checks.map((check) => [check.name, check]));
        expect(checks['schema']).toMatchObject({
          status: 'passed',
          checked: 1,
          detail: expect.stringContaining('1 tables on PostgreSQL'),
        });
        expect(checks['assets']).toMatchObject({
          status: 'failed',
          checked: 2,
          problems: [{ path: join(place.source, 'b.png') }],
        });
        expect(counted).toBe('3');
        expect(databases()).toBe('0');
      },
    );

    it('says what a dump lacks there, and leaves no database', async () => {
      server.sql('postgres', 'CREATE ROLE app');
      server.sql('shop', 'ALTER TABLE rooms OWNER TO app');
      const source = postgresSource({ ...server.connection, database: 'postgres', name: 'db', databases: ['shop'] });
      const { snapshot } = await repository.backup({ sources: [source] });
      server.sql('shop', 'ALTER TABLE rooms OWNER TO admin');
      server.sql('postgres', 'DROP ROLE app');
      const result = await validateRestore(repository, {
        snapshot: snapshot?.id ?? '',
        sandbox: join(place.folder, 'sandbox'),
        restoreInto: { postgres: scratchPostgres(server.connection) },
      });
      expect(result.checks.find(({ name }) => name === 'schema')).toMatchObject({
        status: 'failed',
        problems: [{ message: expect.stringContaining('app') }],
      });
      expect(databases()).toBe('0');
    });

    it('compares what was restored with what is live: tables, and the parts of each', async () => {
      const source = postgresSource({ ...server.connection, database: 'postgres', name: 'db', databases: ['shop'] });
      const { snapshot } = await repository.backup({ sources: [source] });
      const live = async (): Promise<unknown> => {
        const result = await validateRestore(repository, {
          snapshot: snapshot?.id ?? '',
          sandbox: join(place.folder, 'sandbox'),
          restoreInto: { postgres: scratchPostgres(server.connection, { live: server.connection }) },
        });
        expect(result.checks.find(({ name }) => name === 'data')).toMatchObject({ status: 'passed', source: 'db' });
        return result.checks.find(({ name }) => name === 'live');
      };
      expect(await live()).toMatchObject({ status: 'passed', checked: 1 });
      server.sql('shop', 'ALTER TABLE rooms ADD COLUMN stars int; CREATE TABLE guests (id int)');
      expect(await live()).toMatchObject({
        status: 'failed',
        problems: [
          { path: 'db/shop.sql', message: 'public.guests: it is live, and not in the backup' },
          { code: 'SCHEMA_CHANGED', message: 'public.rooms: column stars is nothing in the backup, and integer live' },
        ],
      });
      expect(databases()).toBe('0');
    });

    it('drops what a killed trial has left, and leaves what one at work has', async () => {
      const dump = 'CREATE TABLE t (a int);\n';
      const job = { kind: 'postgres', connection: server.connection, dump } as const;
      const [killed, alive] = [await holdScratch(job), await holdScratch(job)];
      await killed.kill();
      expect(databases()).toBe('2');
      // The server takes a moment to see that somebody is gone.
      const leftByNext = async (): Promise<string> => {
        await using scratch = await PostgresScratch.open(server.connection);
        expect(scratch).toBeDefined();
        return server.sql('postgres', "SELECT datname FROM pg_database WHERE datname LIKE 'holdfast_check_%'");
      };
      await expect.poll(leftByNext, { timeout: 30_000 }).toBe(alive.database);
      await alive.kill();
      await expect.poll(leftByNext, { timeout: 30_000 }).toBe('');
    });
  },
);
