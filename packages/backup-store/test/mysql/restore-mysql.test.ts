import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/index.ts';
import { mysqlSource, restoreMysql, type RestoreMysqlOptions, type RestoreMysqlResult } from '../../src/mysql/index.ts';
import { NO_MARIADB, startMariadb, type TestMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { coded, sourceOf, streamOf } from '../fixtures/stream-source.ts';
import { ORDERS, SHOP, STATE } from './shop.ts';

/** More than a table in memory may have. */
const FULL = `SET SESSION max_heap_table_size = 16384;
CREATE TABLE t (a char(255), b char(255)) ENGINE=MEMORY;
INSERT INTO t SELECT REPEAT('x', 250), 'y' FROM seq_1_to_5000;
`;

describe.skipIf(NO_MARIADB !== undefined)(`a restore into MariaDB (${NO_MARIADB ?? 'of its own'})`, () => {
  let server: TestMariadb;
  const serverFolder = tempFolder(afterAll);
  afterAll(() => server.stop());
  let repository: Repository;
  let snapshot: string;
  let dump: Buffer;
  beforeAll(async () => {
    server = await startMariadb(serverFolder);
    server.sql('mysql', 'CREATE DATABASE shop');
    server.sql('shop', SHOP);
    repository = await createAt(newPlace(afterAll));
    const partial = mysqlSource({ ...server.connection, name: 'part', database: 'shop', tables: ['ml_*'] });
    const sources = [mysqlSource({ ...server.connection, database: 'shop' }), partial];
    snapshot = (await repository.backup({ sources })).snapshot?.id ?? '';
    dump = Buffer.concat(await listOf(repository.read('latest', { path: 'mysql/shop.sql' })));
  });

  const restore = (database: string, more: Partial<RestoreMysqlOptions> = {}): Promise<RestoreMysqlResult> => {
    const what = { repository, snapshot, path: 'mysql/shop.sql', database };
    return restoreMysql({ ...server.connection, ...what, ...more });
  };
  /** What a database has, and nothing that a restore has left beside it. */
  const stateOf = (database: string): string => {
    expect(server.sql('mysql', "SHOW DATABASES LIKE 'holdfast%'")).toBe('');
    return server.sql(database, STATE);
  };
  const newName = (): string => `r_${randomBytes(4).toString('hex')}`;
  /** A database that has all of it. */
  const newShop = (): string => {
    const name = newName();
    server.sql('mysql', `CREATE DATABASE ${name}; USE ${name};${SHOP}`);
    return name;
  };
  /** A repository whose only file is this text, and then perhaps a failure. */
  const having = (text: Buffer | string, failure?: Error): Pick<Repository, 'read'> => ({
    read: () => streamOf(Buffer.from(text as string), failure === undefined ? {} : { failure }),
  });

  it('makes a database with tables, keys, views, triggers, routines and events as they were', async () => {
    const name = newName();
    const result = await restore(name, { create: true });
    expect(result).toEqual({ database: name, bytes: dump.length, tables: 5, replaced: 0 });
    expect(stateOf(name)).toBe(stateOf('shop'));
    expect(server.sql(name, 'SHOW CREATE PROCEDURE tidy')).toContain(
      "'one');\\nINSERT INTO `audit` VALUES (NULL, LAST",
    );
    server.sql(name, "INSERT INTO orders VALUES (0, 'x'); CALL tidy()");
    expect(server.sql(name, 'SELECT what FROM audit')).toMatch(/^order 0\none\n\d+$/);
    expect(server.sql(name, 'SHOW EVENTS')).toContain('nightly');
    expect(() => server.sql(name, 'INSERT INTO ml_runs (model) VALUES (9999)')).toThrow(/foreign key/);
    expect(server.sql(name, 'SHOW CREATE TABLE ml_runs')).not.toContain('holdfast_restore');
  });

  it('over a database replaces with clean what the dump has, and leaves the rest; without it, nothing', async () => {
    const name = newShop();
    server.sql(
      name,
      'DELETE FROM orders; DROP VIEW big_models; CREATE TABLE mine (id int, model int, FOREIGN KEY (model) REFERENCES ml_models (id)); INSERT INTO mine VALUES (1, 1)',
    );
    const before = server.sql(name, 'SELECT COUNT(*) FROM orders');
    expect(await failureOf(restore(name))).toMatchObject({
      code: 'ALREADY_EXISTS',
      details: expect.arrayContaining(['table orders', 'procedure tidy']) as unknown,
    });
    expect(server.sql(name, 'SELECT COUNT(*) FROM orders')).toBe(before);
    expect(await failureOf(restore(name, { create: true }))).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await restore(name, { clean: true })).toMatchObject({ tables: 5, replaced: 8 });
    expect(stateOf(name)).toBe(stateOf('shop'));
    expect(server.sql(name, 'SELECT * FROM mine')).toBe('1\t1');
    expect(() => server.sql(name, 'INSERT INTO mine VALUES (2, 9999)')).toThrow(/foreign key/);
  });

  it('brings chosen tables into a database that has others', async () => {
    const name = newName();
    server.sql(
      'mysql',
      `CREATE DATABASE ${name}; CREATE TABLE ${name}.orders (id int); INSERT INTO ${name}.orders VALUES (7)`,
    );
    expect(await restore(name, { path: 'part/shop.sql' })).toMatchObject({ tables: 2, replaced: 0 });
    expect(server.sql(name, 'SELECT COUNT(*) FROM ml_runs; SELECT id FROM orders')).toBe('1000\n7');
  });

  it('of single tables replaces those, with keys and triggers, and refuses what would leave rows without their parents', async () => {
    const name = newShop();
    server.sql(
      name,
      "DELETE FROM ml_runs; DELETE FROM orders; UPDATE ml_models SET name = 'new'; DELETE FROM sessions",
    );
    const only = (tables: readonly string[]): Promise<RestoreMysqlResult> => restore(name, { tables, clean: true });
    expect(await only(['ml_runs', 'ord*'])).toMatchObject({ tables: 2, replaced: 2 });
    const counts =
      'SELECT (SELECT COUNT(*) FROM ml_runs), (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM sessions)';
    expect(server.sql(name, counts)).toBe(`1000\t${ORDERS}\t0`);
    expect(server.sql(name, 'SELECT DISTINCT name FROM ml_models')).toBe('new');
    expect(() => server.sql(name, 'INSERT INTO ml_runs (model) VALUES (9999)')).toThrow(/foreign key/);
    expect(server.sql(name, 'SHOW CREATE TABLE ml_runs')).not.toContain('holdfast_restore');
    server.sql(name, "INSERT INTO orders VALUES (0, 'x')");
    expect(server.sql(name, 'SELECT what FROM audit')).toBe('order 0');
    await only(['ml_models']);
    expect(() => server.sql(name, 'DELETE FROM ml_models')).toThrow(/foreign key/);
    server.sql(name, "INSERT INTO ml_models VALUES (501, 'mine', NULL); INSERT INTO ml_runs (model) VALUES (501)");
    expect(await failureOf(only(['ml_models']))).toMatchObject({ code: 'TABLE_IN_USE' });
    server.sql(name, 'SET foreign_key_checks = 0; DELETE FROM ml_models WHERE id = 1');
    expect(await failureOf(only(['ml_runs']))).toMatchObject({ code: 'TABLE_IN_USE' });
    server.sql(name, 'SET foreign_key_checks = 0; DROP TABLE ml_models');
    expect(await failureOf(only(['ml_runs']))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    expect(await failureOf(only(['ml_run']))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    expect(await failureOf(restore(name, { tables: ['orders'] }))).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(server.sql('mysql', "SHOW DATABASES LIKE 'holdfast%'")).toBe('');
  });

  it('leaves a database as it was when the stream breaks, is cut, goes elsewhere, or the server refuses it', async () => {
    const name = newShop();
    const cut = dump.subarray(0, dump.length / 2);
    const flaws: readonly (readonly [string, Pick<Repository, 'read'>])[] = [
      ['OBJECT_DAMAGED', having(cut, coded('OBJECT_DAMAGED', 'damaged'))],
      ['DUMP_INCOMPLETE', having(cut)],
      ['DUMP_INCOMPLETE', having('')],
      ['INVALID_OPTION', having(`USE \`${name}\`;\nDROP TABLE orders;\n-- Dump completed\n`)],
      ['COMMAND_FAILED', having('CREATE TABLE t (id int);\nNONSENSE;\n-- Dump completed\n')],
      // What a server says whose disk is full, too.
      ['DATABASE_FULL', having(`${FULL}-- Dump completed\n`)],
    ];
    for (const [code, from] of flaws)
      expect(await failureOf(restore(name, { repository: from, clean: true }))).toMatchObject({ code });
    expect(await failureOf(restore(name, { path: 'mysql/none.sql' }))).toMatchObject({ code: 'PATH_NOT_FOUND' });
    expect(stateOf(name)).toBe(stateOf('shop'));
    const absent = newName();
    expect(await failureOf(restore(absent))).toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    expect(await failureOf(restore(absent, { create: true, repository: having(cut) }))).toMatchObject({
      code: 'DUMP_INCOMPLETE',
    });
    expect(server.sql('mysql', `SHOW DATABASES LIKE '${absent}'`)).toBe('');
  });

  it('ends when it is told to, and leaves the database as it was', async () => {
    const name = newShop();
    const ends = new AbortController();
    const endless: Pick<Repository, 'read'> = {
      async *read() {
        yield dump.subarray(0, 100_000);
        ends.abort();
        yield dump.subarray(100_000);
      },
    };
    const ended = restore(name, { repository: endless, clean: true, signal: ends.signal });
    expect(await failureOf(ended)).toMatchObject({ name: 'AbortError' });
    expect(stateOf(name)).toBe(stateOf('shop'));
  });

  it('takes a dump that the program made its own way, as a file', async () => {
    const name = newName();
    const text = dump.toString().replaceAll(/\);\nINSERT INTO `orders` VALUES /g, '),');
    await repository.backup({ sources: [sourceOf('other.sql', { '': text })], name: 'file' });
    await restore(name, { create: true, snapshot: 'file', path: 'other.sql', collation: 'utf8mb4_bin' });
    expect(stateOf(name)).toBe(stateOf('shop'));
  });

  it('a user with too few rights is told which are needed', async () => {
    server.sql('mysql', "GRANT ALL ON shop.* TO few@'%' IDENTIFIED BY 'few-password'");
    const few = { user: 'few', password: 'few-password', clean: true };
    expect(await failureOf(restore('shop', few))).toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringContaining('holdfast_restore_') as string,
    });
  });
});
