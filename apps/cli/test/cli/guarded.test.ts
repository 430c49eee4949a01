import { mkdtempSync, rmSync } from 'node:fs';
import { glob, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  MARIADB_PASSWORD,
  NO_MARIADB,
  startMariadb,
  type TestMariadb,
} from '../../../../tooling/test-servers/mariadb.ts';
import { NO_POSTGRES } from '../../../../tooling/test-servers/postgres.ts';
import { NO_REDIS, REDIS_PASSWORD, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';
import { type Machine, newMachine, parseShape } from '../support/cli.ts';
import { ownPostgres } from '../support/own-postgres.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await newMachine();
  await machine.json('Created', ['init']);
});

/** What is restored, and how one sees what is there. */
interface Case {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly state: () => string | Promise<string>;
}

const HOOKS = ['--stop-command', 'echo stop >> services', '--start-command', 'echo start >> services'];
/** What was done to the service that works with it, since it was last asked. */
async function service(): Promise<string> {
  const log = join(machine.cwd, 'services');
  const done = await readFile(log, 'utf8');
  await writeFile(log, '');
  return done.trim().split('\n').join(' ');
}

const KILL = ['--validate-command', 'kill -9 $PPID; sleep 1'];

/** A command that fails leads back; a kill is told of, and leads back by hand; without either it is done. The service always goes on. */
async function guards({ args, env, state }: Case): Promise<void> {
  const call = ['backup', 'restore', 'latest', ...args, '--yes', ...HOOKS];
  const before = await state();
  const failed = await machine.run([...call, '--validate-command', 'test -z "$HOLDFAST_SNAPSHOT"', '--json'], { env });
  expect([failed.code, parseShape('Failed', failed.stdout).error]).toEqual([
    1,
    expect.objectContaining({
      code: 'RESTORE_ROLLED_BACK',
      hint: expect.stringMatching(/safety snapshot [0-9a-f]{32}/) as string,
    }),
  ]);
  expect([await state(), await service()]).toEqual([before, 'stop start']);
  expect((await machine.run([...call, ...KILL], { env })).signal).toBe('SIGKILL');
  expect(await state()).not.toBe(before);
  const { stderr } = await machine.run(['status']);
  // Not with what is half done.
  expect(await service()).toBe('stop');
  const [, id = ''] = /holdfast backup rollback ([0-9a-f]{16})/.exec(stderr) ?? [];
  const elsewhere = join(machine.root, 'elsewhere');
  await mkdir(elsewhere);
  const back = await machine.json('RollbackRun', ['backup', 'rollback', id], { env, cwd: elsewhere });
  expect(back).toMatchObject({ unfinished: [], rollback: { status: 'ok', into: expect.any(String) as string } });
  expect([await state(), await service()]).toEqual([before, 'stop start']);
  const done = await machine.json('RestoreRun', call, { env });
  expect(done).toMatchObject({ status: 'ok', validation: { status: 'passed', problems: [] } });
  expect(done.validation?.checked).toBeGreaterThan(0);
  expect(done.safetySnapshot).toMatch(/^[0-9a-f]{32}$/);
  expect(await state()).not.toBe(before);
  expect(await service()).toBe('stop start');
}

describe('a guarded restore', () => {
  const open = (): DatabaseSync => new DatabaseSync(join(machine.cwd, 'app.db'));
  const sqlite = {
    write: (sql: string): void => {
      const database = open();
      database.exec(sql);
      database.close();
    },
    state: (): string => {
      const database = open();
      const rows = [database.prepare('SELECT * FROM orders').all(), database.prepare('SELECT * FROM users').all()];
      database.close();
      return JSON.stringify(rows);
    },
  };

  it('of single tables of SQLite', async () => {
    sqlite.write("CREATE TABLE orders (note); INSERT INTO orders VALUES ('one'); CREATE TABLE users (name)");
    await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:app.db']);
    sqlite.write("DELETE FROM orders; INSERT INTO users VALUES ('bob')");
    await guards({
      args: ['--into', 'sqlite:app.db', '--table', 'orders', '--overwrite', 'always'],
      state: sqlite.state,
    });
  });

  it('of records into SQLite', async () => {
    sqlite.write(
      "CREATE TABLE orders (id text PRIMARY KEY, n); INSERT INTO orders VALUES ('a', 1); CREATE TABLE users (name)",
    );
    await machine.json('BackupRun', ['backup', 'create', '--source', 'records+sqlite:app.db?table=orders']);
    sqlite.write("UPDATE orders SET n = 2; INSERT INTO orders VALUES ('b', 3)");
    await guards({ args: ['--into', 'sqlite:app.db', '--mode', 'full'], state: sqlite.state });
  });

  it('of records into JSON documents', async () => {
    const path = join(machine.cwd, 'stays.json');
    await writeFile(path, '[{"id":"a","room":1}]');
    await machine.json('BackupRun', ['backup', 'create', '--source', 'records+file:stays.json?id=id']);
    await writeFile(path, '[ {"id":"a","room":2},\n{"id":"b","room":3} ]');
    await guards({
      args: ['--into', 'file:stays.json?id=id', '--mode', 'full'],
      state: async () => await readFile(path, 'utf8'),
    });
  });

  /** The first note of such a name on this machine. */
  async function noteOf(ending: string): Promise<string> {
    for await (const path of glob(`${machine.root}/cache/**/*.${ending}`)) return path;
    throw new Error('none');
  }

  it('that was killed while its service could not start with it is rolled back by the next restore or rollback, and later by hand', async () => {
    const path = join(machine.cwd, 'stays.json');
    await writeFile(path, '[{"id":"a","room":1}]');
    await machine.json('BackupRun', ['backup', 'create', '--source', 'records+file:stays.json?id=id']);
    const now = '[{"id":"a","room":2}]';
    await writeFile(path, now);
    const start = "grep -q '2' stays.json && exit 0; test -e killed && exit 1; touch killed; kill -9 $PPID; sleep 1";
    const call = ['backup', 'restore', 'latest', '--into', 'file:stays.json?id=id', '--mode', 'full', '--yes'];
    // As most do that find nothing to stop.
    const stop = 'test ! -e killed';
    const killed = await machine.run([...call, '--stop-command', stop, '--start-command', start]);
    expect(killed.signal).toBe('SIGKILL');
    const restored = await readFile(path, 'utf8');
    const told = /does not start by[\s\S]*`holdfast backup rollback [0-9a-f]{16}` goes back behind it/;
    expect((await machine.run(['status'])).stderr).toMatch(told);
    const note = await noteOf('service');
    const seen = (await stat(note)).mtimeMs / 1000;
    await utimes(note, seen, seen - 20 * 60);
    expect((await machine.run(['backup', 'rollback'])).stderr).toMatch(told);
    expect([restored === now, await readFile(path, 'utf8')]).toEqual([false, restored]);
    await utimes(note, seen, seen);
    const { stderr } = await machine.run(['backup', 'rollback']);
    expect(stderr).toMatch(/does not start by[\s\S]*did not stop[\s\S]*was rolled back: ok[\s\S]*started again by/);
    expect(await readFile(path, 'utf8')).toBe(now);
    expect((await machine.json('RollbackRun', ['backup', 'rollback'])).unfinished).toEqual([]);
  });

  it('that was killed while its service started is rolled back on demand, and not finished before', async () => {
    const path = join(machine.cwd, 'stays.json');
    await writeFile(path, '[{"id":"a","room":1}]');
    await machine.json('BackupRun', ['backup', 'create', '--source', 'records+file:stays.json?id=id']);
    const now = '[{"id":"a","room":2}]';
    await writeFile(path, now);
    const start = 'echo start >> services; test -e killed && exit 0; touch killed; kill -9 $PPID; sleep 1';
    const call = ['backup', 'restore', 'latest', '--into', 'file:stays.json?id=id', '--mode', 'full', '--yes'];
    const killed = await machine.run([...call, '--stop-command', 'echo stop >> services', '--start-command', start]);
    expect(killed.signal).toBe('SIGKILL');
    const id = basename(await noteOf('restore'), '.restore');
    const back = await machine.json('RollbackRun', ['backup', 'rollback', id]);
    expect(back).toMatchObject({ unfinished: [], rollback: { status: 'ok' } });
    expect([await readFile(path, 'utf8'), await service()]).toEqual([now, 'stop start stop start']);
  });

  it('without a safety snapshot says so before, and after a failure that nothing was rolled back', async () => {
    const path = join(machine.cwd, 'stays.json');
    await writeFile(path, '[{"id":"a","room":1}]');
    await machine.json('BackupRun', ['backup', 'create', '--source', 'records+file:stays.json?id=id']);
    await writeFile(path, '[]');
    const call = ['backup', 'restore', 'latest', '--into', 'file:stays.json?id=id', '--mode', 'full', '--yes'];
    const { code, stderr } = await machine.run([...call, '--no-safety-backup', '--validate-command', 'false']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/No safety snapshot is made[\s\S]*Nothing was rolled back, as there is no safety snapshot/),
    ]);
    expect(await readFile(path, 'utf8')).toContain('"room": 1');
    const skipped = await machine.json('RestoreRun', [...call, '--no-validate', '--validate-command', 'false']);
    expect(skipped.validation).toMatchObject({ status: 'skipped' });
  });

  it('of a whole database of SQLite puts the old one back when the command fails', async () => {
    sqlite.write("CREATE TABLE orders (note); INSERT INTO orders VALUES ('one'); CREATE TABLE users (name)");
    await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:app.db']);
    sqlite.write('DELETE FROM orders');
    const before = sqlite.state();
    const call = ['backup', 'restore', 'latest', '--into', 'sqlite:app.db', '--yes', '--validate-command'];
    expect(await machine.run([...call, 'false'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the old one is back') as string,
    });
    expect(sqlite.state()).toBe(before);
    expect((await machine.run([...call, 'true'])).code).toBe(0);
    expect(sqlite.state()).not.toBe(before);
  });
});

describe.skipIf(NO_POSTGRES !== undefined)(`a guarded restore into PostgreSQL (${NO_POSTGRES ?? 'of its own'})`, () => {
  const server = ownPostgres();
  beforeAll(() => server.sql('postgres', 'CREATE DATABASE shop'));
  beforeEach(() => {
    server.sql(
      'shop',
      "DROP TABLE IF EXISTS orders, users; CREATE TABLE orders (id text PRIMARY KEY, n int); INSERT INTO orders VALUES ('a', 1); CREATE TABLE users (name text)",
    );
  });
  const state = (): string =>
    server.sql('shop', "SELECT (SELECT string_agg(id || n, ' ') FROM orders), count(*) FROM users");

  it.each([
    ['of a dump', [], ''],
    ['of single tables', ['--table', 'orders'], ''],
    ['of records', ['--mode', 'full'], 'records+'],
  ])('%s', async (_what, how, prefix) => {
    const [env, url] = [server.env(), server.url('shop')];
    const source = prefix === '' ? url : `${prefix}${url}?table=orders`;
    await machine.json('BackupRun', ['backup', 'create', '--source', source], { env });
    server.sql('shop', "UPDATE orders SET n = 2; INSERT INTO orders VALUES ('b', 3); INSERT INTO users VALUES ('bob')");
    const overwrite = prefix === '' ? ['--overwrite', 'always'] : [];
    await guards({ args: ['--into', url, ...how, ...overwrite], env, state });
  });
});

const NO_SERVERS = NO_MARIADB ?? NO_REDIS;

describe.skipIf(NO_SERVERS !== undefined)(
  `a guarded restore into other servers (${NO_SERVERS ?? 'of their own'})`,
  () => {
    let cache: TestRedis;
    let db: TestMariadb;
    const folders = ['cache', 'db'].map((name) => mkdtempSync(join(tmpdir(), `holdfast-${name}-`)));
    beforeAll(async () => {
      [cache, db] = await Promise.all([startRedis(folders[0] ?? ''), startMariadb(folders[1] ?? '')]);
    });
    afterAll(async () => {
      await Promise.all([cache.stop(), db.stop()]);
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });
    const env = { MYSQL_PWD: MARIADB_PASSWORD, CACHE_PASSWORD: REDIS_PASSWORD };
    const always = ['--overwrite', 'always'];

    it.each([
      ['of a dump into MariaDB', []],
      ['of single tables into MariaDB', ['--table', 'orders']],
    ])('%s', async (_what, how) => {
      db.sql(
        'mysql',
        'CREATE OR REPLACE DATABASE shop; CREATE TABLE shop.orders (id int); INSERT INTO shop.orders VALUES (1), (2)',
      );
      const url = `mariadb://admin@127.0.0.1:${db.connection.port}/shop`;
      await machine.json('BackupRun', ['backup', 'create', '--source', url], { env });
      db.sql('shop', 'DELETE FROM orders WHERE id = 1; CREATE TABLE mine (id int)');
      const state = (): string => db.sql('shop', 'SELECT GROUP_CONCAT(id) FROM orders; SHOW TABLES');
      await guards({ args: ['--into', url, ...how, ...always], env, state });
    });

    it('of a file into Redis', async () => {
      cache.send('FLUSHALL');
      cache.send('SET a 1');
      const url = `redis://127.0.0.1:${cache.connection.port}?password-env=CACHE_PASSWORD`;
      await machine.json('BackupRun', ['backup', 'create', '--source', `cache.rdb=${url}`], { env });
      cache.send('SET a 2');
      await guards({ args: ['--into', url, ...always], env, state: () => cache.send('GET a') });
    });
  },
);
