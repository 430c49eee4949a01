import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { PASSWORD, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';

/** A PostgreSQL server that the tests of a `describe` have for themselves. */
export interface OwnPostgres {
  sql(database: string, text: string): string;
  /** Of its user `admin`, without the password. */
  url(database: string): string;
  /** Environment with the password, and the programs of the server wherever they are. */
  env(): { readonly PGPASSWORD: string; readonly PATH: string };
}

/** Starts it before these tests and ends it behind them. */
export function ownPostgres(): OwnPostgres {
  let server: TestServer;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
  beforeAll(async () => {
    server = await startPostgres(folder);
  });
  afterAll(() => {
    server.end();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    sql: (database, text) => server.sql(database, text),
    url: (database) => `postgres://admin@127.0.0.1:${server.connection.port}/${database}`,
    env: () => ({ PGPASSWORD: PASSWORD, PATH: `${server.connection.binDirectory}:${process.env['PATH'] ?? ''}` }),
  };
}
