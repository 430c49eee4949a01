import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_MARIADB, startMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { NO_POSTGRES, startPostgres } from '../../../../tooling/test-servers/postgres.ts';
import { type MigrationDriver, mysqlDriver, postgresDriver, sqliteDriver } from '../../src/migrate/index.ts';

/** A database of a kind for each test. */
export interface TestDatabases {
  /** Makes an empty one. */
  create(): MigrationDriver;
  /** `scheme://user:password@host/` of the server, for `create` of somebody else. */
  readonly url: string;
  end(): Promise<void>;
}

/** A kind of database, and why it is not here. */
export interface TestKind {
  readonly dialect: 'sqlite' | 'postgres' | 'mysql';
  readonly missing: string | undefined;
  start(): Promise<TestDatabases>;
}

const inFolder = async (start: (folder: string) => Promise<TestDatabases>): Promise<TestDatabases> => {
  const folder = await mkdtemp(join(tmpdir(), 'migrate-'));
  await chmod(folder, 0o755);
  const databases = await start(folder);
  return {
    ...databases,
    end: async () => {
      await databases.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

let count = 0;
const next = (): string => `shop${++count}`;

export const KINDS: readonly TestKind[] = [
  {
    dialect: 'sqlite',
    missing: undefined,
    start: () =>
      inFolder(async (folder) => ({
        url: '',
        create: () => sqliteDriver(join(folder, `${next()}.db`)),
        end: async () => undefined,
      })),
  },
  {
    dialect: 'postgres',
    missing: NO_POSTGRES,
    start: () =>
      inFolder(async (folder) => {
        const server = await startPostgres(folder);
        return {
          url: server.url,
          create: () => {
            const name = next();
            server.sql('postgres', `create database ${name}`);
            return postgresDriver(server.url.replace(/postgres$/, name));
          },
          end: async () => server.end(),
        };
      }),
  },
  {
    dialect: 'mysql',
    missing: NO_MARIADB,
    start: () =>
      inFolder(async (folder) => {
        const server = await startMariadb(folder);
        const { host, port, user, password } = server.connection;
        const url = `mysql://${user}:${password}@${host}:${port}/`;
        return {
          url,
          create: () => {
            const name = next();
            server.sql('mysql', `create database ${name}`);
            return mysqlDriver(url + name);
          },
          end: async () => server.stop(),
        };
      }),
  },
];
