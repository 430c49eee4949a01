import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  MARIADB_PASSWORD,
  NO_MARIADB,
  startMariadb,
  type TestMariadb,
} from '../../../../tooling/test-servers/mariadb.ts';
import { NO_POSTGRES } from '../../../../tooling/test-servers/postgres.ts';
import { NO_REDIS, REDIS_PASSWORD, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';
import type { ShapeOf } from '../../src/output/shapes.ts';
import { type CallOptions, type Machine, newMachine, parseLines } from '../support/cli.ts';
import { ownPostgres } from '../support/own-postgres.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await newMachine();
  await machine.json('Created', ['init']);
});

const differences = async (
  args: readonly string[],
  options?: CallOptions,
): Promise<readonly ShapeOf<'DataDifference'>[]> =>
  parseLines('DataDifference', (await machine.run([...args, '--json'], options)).stdout);

const ROOMS =
  "CREATE TABLE rooms (id int PRIMARY KEY, name varchar(20)); INSERT INTO rooms VALUES (1, 'one'), (2, 'two'), (3, 'three');";
const CHANGES =
  "UPDATE rooms SET name = 'uno' WHERE id = 1; DELETE FROM rooms WHERE id = 2; INSERT INTO rooms VALUES (4, 'four')";
const FOUND = {
  change: 'changed',
  added: { count: 1, ids: ['4'] },
  changed: { count: 1, ids: ['1'] },
  removed: { count: 1, ids: ['2'] },
};

test('a database of SQLite and its records are compared with the live ones, as lines and as JSON', async () => {
  const open = new DatabaseSync(join(machine.cwd, 'hotel.db'));
  open.exec(ROOMS);
  const records = 'records+sqlite:hotel.db?table=rooms';
  await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:hotel.db', '--source', `rows=${records}`]);
  const compare = ['backup', 'compare', 'latest:hotel.db', 'sqlite:hotel.db'];
  const before = await machine.run(compare);
  expect(before).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('1 the same') as string });
  open.exec(`${CHANGES}; ALTER TABLE rooms ADD COLUMN stars integer`);
  expect(await differences(compare)).toMatchObject([{ path: 'hotel.db', name: 'rooms', ...FOUND }]);
  const { stdout } = await machine.run(compare);
  expect(stdout).toContain('M rooms  (rows: 3 -> 3)\n');
  expect(stdout).toContain('    column stars: nothing -> INTEGER\n');
  expect(stdout).toContain('    1 added: 4\n    1 changed: 1\n    1 removed: 2');
  const rows = await differences(['backup', 'compare', 'latest:rows', records]);
  expect(rows).toMatchObject([{ path: 'rows', name: 'rooms', ...FOUND }]);
  open.close();

  const trial = ['backup', 'validate', 'latest', '--live', 'sqlite:hotel.db', '--live', records];
  const { code, stdout: report } = await machine.run(trial);
  expect(code).toBe(6);
  expect(report).toMatch(/passed {3}data {7}hotel\.db: .*\n.*failed {3}live {7}hotel\.db: /);
  expect(report).toContain('rooms: column stars is nothing in the backup, and INTEGER live [SCHEMA_CHANGED]');
  expect(report).toMatch(/failed {3}live {7}rows: /);
});

test('what says nothing together is refused before anything is done', async () => {
  for (const [call, said] of [
    [['compare', 'latest', 'redis://cache'], 'Keys of Redis have no schema'],
    [['compare', 'latest', 'postgres://a:secret-word@db/x'], 'PGPASSWORD'],
    [['compare', 'latest', 'sqlite:x.db', '--ids', 'many'], 'number of ids'],
    [['validate', 'latest', '--scratch', 'redis://cache'], 'no schema'],
    [['validate', 'latest', '--scratch', 'sqlite:x.db'], 'leave it out'],
    [['validate', 'latest', '--live', 'sqlite:x.db', '--live', 'sqlite:y.db'], 'one --live of kind sqlite'],
  ] as const) {
    const { code, stderr } = await machine.run(['backup', ...call]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(stderr).not.toContain('secret-word');
  }
});

const NO_SERVERS = NO_MARIADB ?? NO_REDIS ?? NO_POSTGRES;

describe.skipIf(NO_SERVERS !== undefined)(`servers (${NO_SERVERS ?? 'of their own'})`, () => {
  const postgres = ownPostgres();
  let mariadb: TestMariadb;
  let redis: TestRedis;
  const folders = ['db', 'cache'].map((name) => mkdtempSync(join(tmpdir(), `holdfast-${name}-`)));
  beforeAll(async () => {
    [mariadb, redis] = await Promise.all([startMariadb(folders[0] ?? ''), startRedis(folders[1] ?? '')]);
  });
  afterAll(async () => {
    await Promise.all([mariadb.stop(), redis.stop()]);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  test('dumps are compared with live databases and tried on a server, and nothing is left there', async () => {
    const options = { env: { ...postgres.env(), MYSQL_PWD: MARIADB_PASSWORD, CACHE_PASSWORD: REDIS_PASSWORD } };
    const urls = {
      postgres: postgres.url('hotel'),
      mysql: `mariadb://admin@127.0.0.1:${mariadb.connection.port}/hotel`,
      redis: `redis://127.0.0.1:${redis.connection.port}?password-env=CACHE_PASSWORD`,
    };
    postgres.sql('postgres', 'CREATE DATABASE hotel');
    mariadb.sql('mysql', 'CREATE DATABASE hotel');
    for (const server of [postgres, mariadb]) server.sql('hotel', ROOMS);
    redis.send('SET a 1');
    await machine.json(
      'BackupRun',
      ['backup', 'create', ...Object.values(urls).flatMap((url) => ['--source', url])],
      options,
    );
    for (const server of [postgres, mariadb]) server.sql('hotel', CHANGES);
    for (const [kind, name] of [
      ['postgres', 'public.rooms'],
      ['mysql', 'rooms'],
    ] as const) {
      const call = ['backup', 'compare', 'latest', urls[kind], '--scratch', urls[kind], '--table', 'rooms'];
      expect(await differences(call, options)).toMatchObject([{ path: `${kind}/hotel.sql`, name, ...FOUND }]);
    }
    const places = ['postgres', 'mysql'].flatMap((kind) => {
      const url = urls[kind as 'mysql'];
      return ['--scratch', url, '--live', url];
    });
    const { checks } = await machine.json('RestoreValidation', ['backup', 'validate', 'latest', ...places], options);
    const told = checks
      .filter(({ source }) => source !== undefined)
      .map(({ name, source, status }) => `${source} ${name} ${status}`);
    expect(told.toSorted()).toEqual([
      ...['mysql', 'postgres'].flatMap((kind) => ['data', 'live', 'schema'].map((name) => `${kind} ${name} passed`)),
      'redis.rdb data passed',
      'redis.rdb live skipped',
      'redis.rdb schema passed',
    ]);
    expect(postgres.sql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'holdfast%'")).toBe('0');
    expect(mariadb.sql('mysql', "SHOW DATABASES LIKE 'holdfast%'")).toBe('');
  });
});
