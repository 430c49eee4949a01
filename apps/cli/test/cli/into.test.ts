import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  MARIADB_PASSWORD,
  NO_MARIADB,
  startMariadb,
  type TestMariadb,
} from '../../../../tooling/test-servers/mariadb.ts';
import { NO_REDIS, REDIS_PASSWORD, startRedis, type TestRedis } from '../../../../tooling/test-servers/redis.ts';
import { type Machine, newMachine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

let machine: Machine;

beforeEach(async () => {
  machine = await newMachine();
});

const NO_SERVERS = NO_MARIADB ?? NO_REDIS;

describe.skipIf(NO_SERVERS !== undefined)(`servers (${NO_SERVERS ?? 'of their own'})`, () => {
  let cache: TestRedis;
  let db: TestMariadb;
  const folders = ['cache', 'db'].map((name) => mkdtempSync(join(tmpdir(), `holdfast-${name}-`)));
  beforeEach(() => machine.json('Created', ['init']));
  beforeAll(async () => {
    [cache, db] = await Promise.all([startRedis(folders[0] ?? ''), startMariadb(folders[1] ?? '')]);
  });
  afterAll(async () => {
    await Promise.all([cache.stop(), db.stop()]);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  const env = { MYSQL_PWD: MARIADB_PASSWORD, CACHE_PASSWORD: REDIS_PASSWORD };
  const mysql = (database: string): string => `mariadb://admin@127.0.0.1:${db.connection.port}/${database}`;
  const redisUrl = (): string => `redis://127.0.0.1:${cache.connection.port}?password-env=CACHE_PASSWORD`;
  const into = (url: string, ...more: readonly string[]): readonly string[] => [
    'backup',
    'restore',
    'latest',
    '--into',
    url,
    ...more,
  ];

  test('are backed up and come back, with passwords from the environment', async () => {
    db.sql(
      'mysql',
      'CREATE OR REPLACE DATABASE shop; CREATE TABLE shop.orders (id int); INSERT INTO shop.orders VALUES (1), (2)',
    );
    cache.send('FLUSHALL');
    cache.send('SET a 1');
    const create = ['backup', 'create', '--source', mysql('shop'), '--source', `cache.rdb=${redisUrl()}`];
    const run = await machine.json('BackupRun', create, { env });
    expect(run.sources.map(({ kind, path, status }) => [kind, path, status])).toEqual([
      ['mysql', 'mysql', 'ok'],
      ['redis', 'cache.rdb', 'ok'],
    ]);

    const dry = await machine.json('RestoreRun', into(mysql('shop_new'), '--dry-run'), { env });
    expect(dry.into).toMatchObject({
      plan: { path: 'mysql/shop.sql', kind: 'mysql', database: 'shop_new', action: 'create', items: 0 },
    });
    expect(db.sql('mysql', "SHOW DATABASES LIKE 'shop_new'")).toBe('');
    await machine.json('RestoreRun', into(mysql('shop_new')), { env });
    expect(db.sql('mysql', 'SELECT COUNT(*) FROM shop_new.orders')).toBe('2');

    db.sql('mysql', 'DELETE FROM shop.orders');
    expect(await machine.run(into(mysql('shop')), { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--overwrite always') as string,
    });
    const always = ['--overwrite', 'always'];
    expect(await machine.run(into(mysql('shop'), ...always), { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('what is there is replaced (1 tables or keys now)') as string,
    });
    expect(db.sql('mysql', 'SELECT COUNT(*) FROM shop.orders')).toBe('0');
    const done = await machine.run(into(mysql('shop'), ...always, '--yes'), { env });
    expect([done.code, done.stdout]).toEqual([
      0,
      expect.stringMatching(/^restore into mariadb:.*: ok; .* of mysql\/shop\.sql\n$/),
    ]);
    expect(db.sql('mysql', 'SELECT COUNT(*) FROM shop.orders')).toBe('2');
    const undo = async (stderr: string): Promise<string | undefined> => {
      const [, id = '', url = ''] = /restore ([0-9a-f]{8}) --into '?([^' ]+)'? --overwrite always$/m.exec(stderr) ?? [];
      const args = ['backup', 'restore', id, '--into', url, ...always, '--yes', '--no-safety-backup'];
      return (await machine.json('RestoreRun', args, { env })).safetySnapshot;
    };
    expect(await undo(done.stderr)).toBeUndefined();
    expect(db.sql('mysql', 'SELECT COUNT(*) FROM shop.orders')).toBe('0');

    cache.send('SET a 2');
    expect((await machine.run(into(redisUrl()), { env })).code).toBe(1);
    const back = await machine.json('RestoreRun', into(redisUrl(), ...always, '--yes'), { env });
    expect(back.into).toMatchObject({ plan: { path: 'cache.rdb', kind: 'redis', action: 'replace', items: 1 } });
    expect(cache.send('GET a')).toBe('1');
    cache.send('SET a 3');
    await undo((await machine.run(into(redisUrl(), ...always, '--yes'), { env })).stderr);
    expect(cache.send('GET a')).toBe('3');
  });

  test('take a file that was backed up as one, by its path', async () => {
    await writeTree(machine.cwd, { 'made.sql': 'CREATE TABLE t (id int);\n-- Dump completed\n' });
    await machine.json('BackupRun', ['backup', 'create', 'made.sql']);
    db.sql('mysql', 'CREATE OR REPLACE DATABASE empty_one');
    expect((await machine.run(into(mysql('empty_one')), { env })).code).toBe(2);
    const args = ['backup', 'restore', 'latest:made.sql', '--into', mysql('empty_one')];
    expect((await machine.json('RestoreRun', args, { env })).into?.plan).toMatchObject({ action: 'fill' });
    expect(db.sql('mysql', 'SHOW TABLES FROM empty_one')).toBe('t');
  });

  test('that refuse the password say so, and show none', async () => {
    const create = ['backup', 'create', '--source', mysql('shop')];
    const { code, stdout, stderr } = await machine.run([...create, '--json'], { env: { MYSQL_PWD: 'wrong-password' } });
    expect([code, `${stdout}${stderr}`.includes('wrong-password')]).toEqual([1, false]);
    expect(`${stdout}${stderr}`).toContain('SOURCE_FAILED');
  });
});

test.each([
  ['a folder and a database', ['--to', 'x', '--into', 'mysql://h/d']],
  ['a password in the URL', ['--into', 'redis://:swordfish@h']],
  ['no database', ['--into', 'mysql://h']],
  ['a database of no kind', ['--into', 'mongodb://h/d']],
  ['a filter', ['--into', 'mysql://h/d', '--include', 'x']],
  ['a way of overwriting that compares times', ['--into', 'mysql://h/d', '--overwrite', 'if-newer']],
  ['a % that stands for nothing', ['--into', 'mysql://admin:swordfish@h/d%zz']],
  ['a parameter that the programs do not know', ['--into', 'postgres://h/d?nonsense=swordfish']],
  ['a database of SQLite on another machine', ['--into', 'sqlite://h/d.db']],
  ['documents as a whole', ['--into', 'file:stays.json']],
  ['records for nothing', ['--mode', 'merge', '--into', 'mongodb://swordfish@h/d']],
  ['records into several schemas', ['--mode', 'merge', '--into', 'postgres://h/d?schema=a&schema=b']],
  ['a record without a module', ['--mode', 'merge', '--into', 'postgres://h/d', '--record', 'x']],
  ['a variable that is not there', ['--into', 'redis://h?password-env=NO_SUCH_VARIABLE']],
])('%s is a usage error that shows no secret', async (_what, args) => {
  const { code, stdout, stderr } = await machine.run(['backup', 'restore', 'latest', ...args]);
  expect([code, stdout, stderr.includes('swordfish')]).toEqual([2, '', false]);
});
