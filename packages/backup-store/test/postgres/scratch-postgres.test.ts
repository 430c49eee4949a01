import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { postgresSource, scratchPostgres } from '../../src/postgres/index.ts';
import { validateRestore } from '../../src/validate/validate-restore.ts';
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
  },
);
