import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NO_MARIADB, startMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { NO_POSTGRES, startPostgres } from '../../../../tooling/test-servers/postgres.ts';
import { type MigrationDriver, mysqlDriver, postgresDriver, sqliteDriver } from '../../src/migrate/index.ts';

/** A database of a kind for each test. */
export interface TestDatabases {
  /** Makes an empty one. */
  readonly create: () => MigrationDriver;
  /** The same, with what somebody else needs to open it: a path, or a URL with a password. */
  readonly createWithAddress: () => { readonly driver: MigrationDriver; readonly address: string };
  /** Gives a whole script to the client that comes with the database. */
  readonly giveToClient: (address: string, script: string) => void;
  readonly end: () => Promise<void>;
}

/** A kind of database, and why it is not here. */
export interface TestKind {
  readonly dialect: 'sqlite' | 'postgres' | 'mysql';
  readonly missing: string | undefined;
  readonly start: () => Promise<TestDatabases>;
}

/** How databases of a server are made, and how it ends. */
interface Server {
  /** Makes an empty database and returns its address. */
  readonly make: () => string;
  readonly giveToClient: TestDatabases['giveToClient'];
  readonly end: () => Promise<void> | void;
}

async function started(
  open: (address: string) => MigrationDriver,
  start: (folder: string) => Promise<Server>,
): Promise<TestDatabases> {
  const folder = await mkdtemp(join(tmpdir(), 'migrate-'));
  await chmod(folder, 0o755);
  const server = await start(folder);
  const createWithAddress: TestDatabases['createWithAddress'] = () => {
    const address = server.make();
    return { driver: open(address), address };
  };
  return {
    createWithAddress,
    giveToClient: server.giveToClient,
    create: () => createWithAddress().driver,
    end: async () => {
      await server.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

let count = 0;
const next = (): string => `shop${++count}`;

const sqlite: TestKind = {
  dialect: 'sqlite',
  missing: undefined,
  start: () =>
    started(sqliteDriver, async (folder) => ({
      make: () => join(folder, `${next()}.db`),
      giveToClient: (file, script) => {
        const database = new DatabaseSync(file);
        database.exec(script);
        database.close();
      },
      end: () => undefined,
    })),
};

const postgres: TestKind = {
  dialect: 'postgres',
  missing: NO_POSTGRES,
  start: () =>
    started(postgresDriver, async (folder) => {
      const server = await startPostgres(folder);
      const make = (): string => {
        const name = next();
        server.sql('postgres', `create database ${name}`);
        return server.url.replace(/postgres$/, name);
      };
      return { make, giveToClient: (url, script) => void server.sql(databaseOf(url), script), end: () => server.end() };
    }),
};

const mysql: TestKind = {
  dialect: 'mysql',
  missing: NO_MARIADB,
  start: () =>
    started(mysqlDriver, async (folder) => {
      const server = await startMariadb(folder);
      const { host, port, user, password } = server.connection;
      const make = (): string => {
        const name = next();
        server.sql('mysql', `create database ${name}`);
        return `mysql://${user}:${password}@${host}:${port}/${name}`;
      };
      return {
        make,
        giveToClient: (url, script) => void server.sql(databaseOf(url), script),
        end: () => server.stop(),
      };
    }),
};

export { postgres };

/** All three. */
export const KINDS: readonly TestKind[] = [sqlite, postgres, mysql];
