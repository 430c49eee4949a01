import { spawn } from 'node:child_process';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Executor, local } from '../../src/command/index.ts';
import type { Repository } from '../../src/index.ts';
import { postgresSource, type PostgresSourceOptions, restorePostgres } from '../../src/postgres/index.ts';
import { IS_ROOT } from '../fixtures/child.ts';
import { createAt, failureOf, listOf, newPlace, readObjects, tempFolder } from '../fixtures/place.ts';
import { NO_POSTGRES, PASSWORD, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';
import { heldDump, type HeldDump } from '../fixtures/held-dump.ts';
import { contentOf, script } from '../fixtures/processes.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { mountSmallDisk } from '../fixtures/tmpfs.ts';

const MiB = 1024 * 1024;

const SCHEMA = `
CREATE EXTENSION pgcrypto;
CREATE TABLE ml_models (id int PRIMARY KEY, name text NOT NULL, weights bytea);
CREATE TABLE ml_runs (id serial PRIMARY KEY, model int REFERENCES ml_models DEFERRABLE INITIALLY DEFERRED, at timestamptz);
CREATE TABLE orders (id int PRIMARY KEY, note text);
INSERT INTO ml_models SELECT i, 'model ' || i || E' \\t \\\\ ☃', digest(i::text, 'sha512') FROM generate_series(1, 2000) i;
INSERT INTO ml_runs (model, at) SELECT 1 + i % 2000, now() FROM generate_series(1, 5000) i;
INSERT INTO orders SELECT i, repeat(encode(digest(i::text, 'sha512'), 'hex'), 2) FROM generate_series(1, 50000) i;
`;

/** What tables hold, in few words. */
const STATE = `SELECT string_agg(x, ' ') FROM (
  SELECT 'models ' || count(*) || ' ' || md5(string_agg(t::text, '|' ORDER BY id)) x FROM ml_models t UNION ALL
  SELECT 'runs ' || count(*) || ' ' || md5(string_agg(t::text, '|' ORDER BY id)) FROM ml_runs t) all_of_it`;

describe.skipIf(NO_POSTGRES !== undefined)(`a PostgreSQL server (${NO_POSTGRES ?? 'of its own'})`, () => {
  let server: TestServer;
  const serverFolder = tempFolder(afterAll);
  // Not in a hook, where it would not be heard; and before its folder goes.
  afterAll(() => server.end());
  let repository: Repository;
  const place = newPlace(afterAll);
  const source = (more: Partial<PostgresSourceOptions> = {}): ReturnType<typeof postgresSource> =>
    postgresSource({ ...server.connection, database: 'shop', ...more });
  const other = sourceOf('other', { '': 'kept' });
  beforeAll(async () => {
    server = await startPostgres(serverFolder);
    server.sql(
      'postgres',
      'CREATE DATABASE shop; CREATE DATABASE "Odd/name=x"; CREATE ROLE app LOGIN PASSWORD \'app-password\';',
    );
    server.sql('shop', SCHEMA);
    repository = await createAt(place);
  });

  const read = async (path: string): Promise<string> =>
    Buffer.concat(await listOf(repository.read('latest', { path }))).toString();

  /** Restores to a new database and compares it with the one that was dumped. */
  async function expectRestores(path: string, database: string, more: object = {}): Promise<void> {
    const target = { ...server.connection, repository, snapshot: 'latest', path, database };
    await restorePostgres({ ...target, create: true, ...more });
    expect(server.sql(database, STATE)).toBe(server.sql('shop', STATE));
  }

  it('is dumped database by database, with versions and extensions, and comes back the same', async () => {
    const databases = ['shop', 'Odd*'];
    const result = await repository.backup({ sources: [source({ databases, globals: true }), other] });
    expect(result).toMatchObject({ status: 'ok', problems: [] });
    const [{ details, files } = { details: undefined, files: 0 }] = result.sources;
    const version = server.sql('postgres', 'SHOW server_version');
    expect(files).toBe(3);
    const facts = {
      server: version,
      format: 'plain',
      executor: 'local',
      pgDump: expect.stringMatching(/^\d/) as string,
    };
    const shop = { encoding: 'UTF8', collation: 'C', extensions: { pgcrypto: expect.any(String) as string } };
    expect(details).toMatchObject({ ...facts, databases: { shop, 'Odd/name=x': { encoding: 'UTF8' } } });
    const paths = (await listOf(repository.entries('latest', { path: 'postgres' }))).map(({ path }) => path);
    expect(paths).toEqual(['postgres', 'postgres/Odd%2Fname=x.sql', 'postgres/globals.sql', 'postgres/shop.sql']);
    expect(await read('postgres/globals.sql')).toContain('CREATE ROLE app;');
    await expectRestores('postgres/shop.sql', 'restored one');
  });

  it('stores of a dump after a small change only what is near it', async () => {
    await repository.backup({ sources: [source({ name: 'again' })] });
    server.sql('shop', "INSERT INTO orders VALUES (100001, 'one more')");
    const { counts } = await repository.backup({ sources: [source({ name: 'again' })] });
    expect(counts.bytesTotal).toBeGreaterThan(12 * MiB);
    // The first chunk has a key that each dump draws anew, and the change is in the last. Each may have 4 MiB, though hardly ever both.
    expect(counts.bytesNew).toBeLessThan(counts.bytesTotal / 2);
  });

  it('is dumped in the custom format too, and restored over what is there', async () => {
    await repository.backup({ sources: [source({ format: 'custom', tables: ['ml_*'], excludeTables: ['orders'] })] });
    expect((await read('postgres/shop.dump')).startsWith('PGDMP')).toBe(true);
    await expectRestores('postgres/shop.dump', 'restored_two');
    server.sql('restored_two', 'DELETE FROM ml_runs; CREATE TABLE stays (id int)');
    await expectRestores('postgres/shop.dump', 'restored_two', { create: false, clean: true });
    expect(server.sql('restored_two', 'SELECT count(*) FROM stays')).toBe('0');
  });

  it('takes patterns of tables and options of pg_dump', async () => {
    const options = ['--clean', '--if-exists', '--no-privileges'];
    const { sources } = await repository.backup({ sources: [source({ tables: ['ml_*'], options })] });
    expect(sources[0]).toMatchObject({ status: 'ok' });
    const dump = await read('postgres/shop.sql');
    expect(dump).toContain('DROP TABLE IF EXISTS public.ml_runs;');
    expect(dump).not.toContain('orders');
    server.sql('postgres', 'CREATE DATABASE patterns');
    server.sql('patterns', 'CREATE TABLE ml_runs (id int, other text); INSERT INTO ml_runs VALUES (1)');
    await expectRestores('postgres/shop.sql', 'patterns', { create: false });
  });

  it('is replaced by a plain dump that drops nothing by itself: in one transaction, or not at all', async () => {
    await repository.backup({ sources: [source()] });
    server.sql('postgres', 'CREATE DATABASE replaced; CREATE ROLE poor LOGIN PASSWORD $$poor-password$$');
    const target = { ...server.connection, repository, snapshot: 'latest', path: 'postgres/shop.sql' };
    const replace = { ...target, database: 'replaced', clean: true };
    server.sql('replaced', 'CREATE TABLE stays (id int); CREATE TABLE orders (id int); INSERT INTO orders VALUES (7)');
    server.sql('postgres', 'ALTER DATABASE replaced SET statement_timeout = 600000');
    const old = (): string => server.sql('replaced', 'SELECT count(*) FROM orders');
    const refused = restorePostgres({ ...replace, clean: false });
    expect(await failureOf(refused)).toMatchObject({ code: 'ALREADY_EXISTS' });
    const poor = restorePostgres({ ...replace, user: 'poor', password: 'poor-password' });
    expect(await failureOf(poor)).toMatchObject({ code: 'DATABASE_REFUSED' });
    server.sql('replaced', 'CREATE VIEW seen AS SELECT id FROM orders');
    expect(await failureOf(restorePostgres(replace))).toMatchObject({
      message: expect.stringContaining('other objects depend on it') as string,
    });
    expect(old()).toBe('1');
    server.sql('replaced', 'DROP VIEW seen');
    await expectRestores('postgres/shop.sql', 'replaced', { create: false, clean: true });
    expect([old(), server.sql('replaced', 'SELECT count(*) FROM stays')]).toEqual(['50001', '0']);
    expect(server.sql('replaced', 'SHOW statement_timeout')).toBe('10min');
    expect(server.sql('postgres', "SELECT count(*) FROM pg_database WHERE datname LIKE 'holdfast%'")).toBe('0');
    const roles = sourceOf('roles.sql', { '': '--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE x;\n' });
    await repository.backup({ sources: [roles] });
    expect(await failureOf(restorePostgres({ ...replace, path: 'roles.sql' }))).toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it.skipIf(!IS_ROOT)('that has no room for a restore is told, and the database is as it was', async () => {
    const disk = join(tempFolder(), 'disk');
    mountSmallDisk(disk, `size=20m,mode=700,uid=${statSync(join(serverFolder, 'data')).uid}`);
    chmodSync(dirname(disk), 0o755);
    server.sql('postgres', `CREATE TABLESPACE small LOCATION '${disk}'`);
    server.sql('postgres', 'CREATE DATABASE full_disk TABLESPACE small');
    server.sql('full_disk', 'CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)');
    await repository.backup({ sources: [source()] });
    const target = { ...server.connection, repository, snapshot: 'latest', path: 'postgres/shop.sql' };
    const restore = restorePostgres({ ...target, database: 'full_disk' });
    expect(await failureOf(restore)).toMatchObject({ code: 'DATABASE_FULL' });
    expect(
      server.sql('full_disk', 'SELECT id FROM mine; SELECT count(*) FROM pg_tables WHERE schemaname = $$public$$'),
    ).toBe('1\n1');
    server.sql('postgres', 'DROP DATABASE full_disk');
    server.sql('postgres', 'DROP TABLESPACE small');
  });

  it('goes back to what it was when a restore fails on the way or in the database', async () => {
    await repository.backup({ sources: [source({ tables: ['ml_*'] })] });
    server.sql('postgres', 'CREATE DATABASE victim');
    server.sql('victim', 'CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)');
    const target = { ...server.connection, snapshot: 'latest', path: 'postgres/shop.sql', database: 'victim' };
    const dies: Pick<Repository, 'read'> = {
      async *read(...args) {
        const all = Buffer.concat(await listOf(repository.read(...args)));
        yield all.subarray(0, all.length / 2);
        throw Object.assign(new Error('damaged'), { code: 'OBJECT_DAMAGED' });
      },
    };
    expect(await failureOf(restorePostgres({ ...target, repository: dies }))).toMatchObject({ code: 'OBJECT_DAMAGED' });
    const bad = sourceOf('bad.sql', { '': 'CREATE TABLE theirs (id int);\nSELECT no_such_column;\n' });
    await repository.backup({ sources: [bad] });
    const fails = restorePostgres({ ...target, repository, path: 'bad.sql' });
    expect(await failureOf(fails)).toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining('no_such_column') as string,
    });
    expect(server.sql('victim', '\\dt')).toMatch(/^public\|mine\|table\|admin$/);
    const absent = restorePostgres({ ...target, repository, path: 'none.sql' });
    expect(await failureOf(absent)).toMatchObject({ code: 'PATH_NOT_FOUND' });
  });

  it.each([
    ['a wrong password', { password: 'wrong-password' }, 'DATABASE_REFUSED'],
    ['a role that may not read', { user: 'app', password: 'app-password' }, 'DATABASE_REFUSED'],
    ['a port where nobody listens', { port: 1 }, 'DATABASE_UNREACHABLE'],
    ['a database that is not there', { databases: ['gone'] }, 'DATABASE_NOT_FOUND'],
    ['a table that is not there', { tables: ['gone_*'] }, 'DATABASE_NOT_FOUND'],
    ['programs that are not there', { binDirectory: '/nowhere' }, 'COMMAND_NOT_FOUND'],
  ])('with %s, the source fails with a code of its own, and the others are kept', async (_what, more, code) => {
    const { status, sources } = await repository.backup({ sources: [source({ ...more }), other] });
    expect(status).toBe('partial');
    expect(sources).toMatchObject([{ status: 'failed', entries: 0, error: { code } }, { status: 'ok' }]);
    expect(JSON.stringify(sources)).not.toMatch(/wrong-password|app-password|swordfish/);
  });

  it('that is newer than pg_dump is told before anything is dumped', async () => {
    const folder = tempFolder();
    script(join(folder, 'pg_dump'), 'test "$1" = --version || exit 9; echo "pg_dump (PostgreSQL) 9.6.24"');
    script(join(folder, 'psql'), `exec '${server.connection.binDirectory}/psql' "$@"`);
    const { sources } = await repository.backup({ sources: [source({ binDirectory: folder }), other] });
    expect(sources[0]?.error).toMatchObject({
      code: 'VERSION_MISMATCH',
      message: expect.stringContaining('9.6.24') as string,
    });
    const dry = await repository.backup({
      sources: [source({ binDirectory: folder }), source({ name: 'fine' })],
      dryRun: true,
    });
    expect(dry.sources).toMatchObject([
      { error: { code: 'VERSION_MISMATCH' } },
      { status: 'ok', details: { format: 'plain' } },
    ]);
  });

  it.each(['plain', 'custom'] as const)(
    'whose %s dump was cut on the way, with exit code 0, is not kept',
    async (format) => {
      const cuts: Executor = {
        name: 'cuts',
        wrap(line) {
          const { command, args, ...rest } = local().wrap(line);
          if (!command.endsWith('pg_dump') || args.includes('--version')) return { command, args, ...rest };
          return { ...rest, command: 'sh', args: ['-c', '"$@" | head -c 500000', 'sh', command, ...args] };
        },
      };
      const { sources } = await repository.backup({ sources: [source({ executor: cuts, format }), other] });
      expect(sources[0]).toMatchObject({ status: 'failed', error: { code: 'DUMP_INCOMPLETE' } });
    },
  );

  it('shows its password nowhere: not in arguments, errors, results or what is stored', async () => {
    const folder = tempFolder();
    const log = join(folder, 'arguments');
    for (const name of ['pg_dump', 'psql'])
      script(
        join(folder, name),
        `printf '%s\\n' "$@" >> '${log}'; exec '${server.connection.binDirectory}/${name}' "$@"`,
      );
    const plain = await createAt(newPlace(), { encrypted: false });
    const url = `postgres://admin:${PASSWORD}@127.0.0.1:${server.connection.port}/shop`;
    const made = postgresSource({ url, binDirectory: folder, tables: ['ml_runs'] });
    const result = await plain.backup({ sources: [made], compression: 'none' });
    expect(result.status).toBe('ok');
    const shown = [await contentOf(log), JSON.stringify(result), JSON.stringify(made)];
    expect(shown.join()).not.toContain(PASSWORD);
  });

  describe('that goes in the middle of a dump', () => {
    const slowDump = (): HeldDump => heldDump('pg_dump', 'psql', server.connection.binDirectory);

    it('loses nothing: what was read is left out, what was there before is as it was, and the next run heals', async () => {
      await repository.backup({ sources: [source(), other], name: 'before' });
      const { folder, begun, goOn } = slowDump();
      const work = repository.backup({ sources: [source({ binDirectory: folder }), other] });
      await begun;
      server.stop();
      goOn();
      const { status, sources } = await work;
      expect(status).toBe('partial');
      expect(sources).toMatchObject([
        { status: 'failed', entries: 0, error: { code: 'DATABASE_UNREACHABLE' } },
        { status: 'ok' },
      ]);
      server.start();
      const healed = await repository.backup({ sources: [source(), other] });
      expect(healed).toMatchObject({ status: 'ok' });
      await expectRestores('postgres/shop.sql', `healed ${Date.now()}`);
      expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
    });

    it('is told when it is the rights of its user; the run after they were granted again heals', async () => {
      server.sql(
        'shop',
        `CREATE ROLE reader LOGIN PASSWORD 'reader-password'; GRANT pg_read_all_data TO reader; CREATE TABLE zz_last AS SELECT 1 AS a`,
      );
      const asReader = (more = {}): ReturnType<typeof source> =>
        source({ user: 'reader', password: 'reader-password', name: 'read.by/reader', ...more });
      expect(await repository.backup({ sources: [asReader()], name: 'granted' })).toMatchObject({ status: 'ok' });
      const { folder, begun, goOn } = slowDump();
      const work = repository.backup({ sources: [asReader({ binDirectory: folder }), other] });
      await begun;
      server.sql('shop', 'REVOKE pg_read_all_data FROM reader');
      goOn();
      const refused = [{ status: 'failed', entries: 0, error: { code: 'DATABASE_REFUSED' } }, { status: 'ok' }];
      expect((await work).sources).toMatchObject(refused);
      server.sql('shop', 'ALTER ROLE reader NOLOGIN');
      expect((await repository.backup({ sources: [asReader(), other] })).sources).toMatchObject(refused);
      server.sql('shop', 'ALTER ROLE reader LOGIN; GRANT pg_read_all_data TO reader');
      expect(await repository.backup({ sources: [asReader(), other] })).toMatchObject({ status: 'ok', problems: [] });
      await expectRestores('read.by/reader/shop.sql', `granted again ${Date.now()}`);
      expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok' });
      server.sql('shop', 'DROP TABLE zz_last');
    });

    it('is told when it is pg_dump that was killed', async () => {
      const { folder, begun, goOn } = slowDump();
      const work = repository.backup({ sources: [source({ binDirectory: folder }), other] });
      process.kill(Number(await begun), 'SIGKILL');
      goOn();
      const { sources } = await work;
      expect(sources[0]).toMatchObject({ status: 'failed', entries: 0, error: { code: 'COMMAND_FAILED' } });
    });

    it('is told when it is a table that was dropped before it could be locked', async () => {
      server.sql('shop', 'CREATE TABLE short_lived (id int)');
      const held = spawn(
        join(server.connection.binDirectory, 'psql'),
        ['-XAtq', '-h', '127.0.0.1', '-p', String(server.connection.port), '-U', 'admin', 'shop'],
        { env: { ...process.env, PGPASSWORD: PASSWORD }, stdio: ['pipe', 'pipe', 'ignore'] },
      );
      held.stdin.write("BEGIN; DROP TABLE short_lived; SELECT 'dropped';\n");
      await new Promise((resolve) => held.stdout.once('data', resolve));
      const work = repository.backup({ sources: [source(), other] });
      const waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'";
      for (let tries = 0; tries < 200 && server.sql('postgres', waits) !== '1'; tries++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      held.stdin.end('COMMIT;\n');
      const { sources } = await work;
      expect(sources).toMatchObject([{ status: 'failed', error: { code: 'DATABASE_NOT_FOUND' } }, { status: 'ok' }]);
      expect(await repository.backup({ sources: [source(), other] })).toMatchObject({ status: 'ok' });
    });
  });

  it('is left alone by a dry run', async () => {
    const before = readObjects(place.store).size;
    const result = await repository.backup({ sources: [source({ databases: 'all' })], dryRun: true });
    expect(result).toMatchObject({ status: 'ok', sources: [{ status: 'ok', files: 0 }] });
    expect([readObjects(place.store).size, existsSync(place.out)]).toEqual([before, false]);
  });
});
