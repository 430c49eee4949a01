import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository, SafeRestoreStep } from '../../src/index.ts';
import { intoMysql, type IntoMysqlOptions, mysqlPlace, mysqlSource } from '../../src/mysql/index.ts';
import { NO_MARIADB, startMariadb, type TestMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { ORDERS, SHOP } from './shop.ts';

const CHANGED = `
DELETE FROM orders WHERE id > 10; DROP VIEW big_models; DROP TABLE sessions; CREATE TABLE mine (id int); INSERT INTO mine VALUES (7);
CREATE VIEW own AS SELECT id FROM mine; CREATE PROCEDURE clear() DELETE FROM mine; DROP PROCEDURE tidy; ALTER TABLE audit ADD COLUMN size int;`;

const no = (): never => {
  throw new Error('the shop does not work');
};

describe.skipIf(NO_MARIADB !== undefined)(`a guarded restore into MariaDB (${NO_MARIADB ?? 'of its own'})`, () => {
  let server: TestMariadb;
  let repository: Repository;
  const serverFolder = tempFolder(afterAll);
  afterAll(() => server.stop());
  beforeAll(async () => {
    server = await startMariadb(serverFolder);
    server.sql('mysql', 'CREATE DATABASE shop');
    server.sql('shop', SHOP);
    repository = await createAt(newPlace(afterAll));
    await repository.backup({ sources: [mysqlSource({ ...server.connection, database: 'shop' })], name: 'good' });
  });

  const into = (
    database: string,
    more: Partial<IntoMysqlOptions> = {},
  ): { snapshot: string } & ReturnType<typeof intoMysql> => ({
    snapshot: 'good',
    ...intoMysql({ ...server.connection, path: 'mysql/shop.sql', database, clean: true, ...more }),
  });
  const changed = (): string => {
    const name = `c_${randomBytes(4).toString('hex')}`;
    server.sql('mysql', `CREATE DATABASE ${name}; USE ${name};${SHOP}${CHANGED}`);
    return name;
  };
  /** Everything that there is, with counts of rows. */
  const stateOf = (name: string): string => {
    const tables = server.sql(
      name,
      'SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1',
    );
    const counts = tables.split('\n').map((table) => `SELECT '${table}', COUNT(*) FROM ${table}`);
    const routines = `SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 1`;
    const columns = `SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, 1`;
    expect(server.sql('mysql', "SHOW DATABASES LIKE 'holdfast%'")).toBe('');
    return server.sql(name, [...counts, routines, columns, 'SHOW EVENTS'].join(';\n'));
  };

  it('saves, restores, and counts the rows of each table', async () => {
    const name = changed();
    // As a killed restore leaves it.
    server.sql('mysql', 'CREATE DATABASE holdfast_restore_0123456789ab_1');
    const { validation, safetySnapshot, result } = await repository.restoreInto(into(name));
    expect(validation).toEqual({ status: 'passed', checked: 5, problems: [] });
    expect(result.replaced).toBeGreaterThan(3);
    expect(await repository.snapshot(safetySnapshot ?? '')).toMatchObject({ kind: 'safety' });
    expect(server.sql(name, 'SELECT COUNT(*) FROM orders')).toBe(String(ORDERS));
    expect(server.sql('mysql', "SHOW DATABASES LIKE 'holdfast%'")).toBe('');
  });

  it('makes everything what it was when the validation fails, and leaves nothing that is new', async () => {
    const name = changed();
    const before = stateOf(name);
    const call = { ...into(name), validate: no };
    expect(await failureOf(repository.restoreInto(call))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      hint: expect.stringMatching(/safety snapshot [0-9a-f]{32}/) as string,
    });
    expect(stateOf(name)).toBe(before);
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('finds by itself lost rows, and rows that refer to none', async () => {
    const name = changed();
    const before = stateOf(name);
    const onStep = ({ step }: SafeRestoreStep): void => {
      if (step === 'validate')
        server.sql(name, 'SET foreign_key_checks = 0; DELETE FROM ml_models WHERE id = 3; DROP TABLE sessions');
    };
    expect(await failureOf(repository.restoreInto({ ...into(name), onStep }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      details: expect.arrayContaining([
        'Expected 500 rows in ml_models, got 499',
        'Expected 1 rows in sessions, got no such table',
        'rows of ml_runs refer to rows that ml_models does not have',
      ]) as string[],
    });
    expect(stateOf(name)).toBe(before);
  });

  it('goes back, too, when the restore itself fails after it has begun to replace', async () => {
    const name = changed();
    const before = stateOf(name);
    const guarded = into(name);
    const restore: typeof guarded.restore = async (run) => {
      const result = await guarded.restore(run);
      throw new Error(`the server has gone after ${result.tables} tables`);
    };
    expect(await failureOf(repository.restoreInto({ ...guarded, restore }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
      message: expect.stringContaining('has gone after 5 tables') as string,
    });
    expect(stateOf(name)).toBe(before);
  });

  it('that fails before has changed nothing, and rolls nothing back', async () => {
    const name = changed();
    const steps: string[] = [];
    const call = { ...into(name, { clean: false }), onStep: ({ step }: SafeRestoreStep) => steps.push(step) };
    expect(await failureOf(repository.restoreInto(call))).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(steps).toEqual(['safety-backup', 'restore']);
    expect(await repository.unfinishedRestores()).toEqual([]);
  });

  it('takes away what it has made where nothing was before', async () => {
    server.sql('mysql', 'CREATE OR REPLACE DATABASE was_empty');
    for (const [name, create] of [
      ['was_empty', false],
      ['was_not_there', true],
    ] as const) {
      const call = { ...into(name, { clean: false, create }), validate: no };
      expect(await failureOf(repository.restoreInto(call))).toMatchObject({
        code: 'RESTORE_ROLLED_BACK',
        hint: undefined,
      });
    }
    expect(server.sql('was_empty', 'SHOW TABLES')).toBe('');
    expect(server.sql('mysql', "SHOW DATABASES LIKE 'was_not_there'")).toBe('');
  });

  it('of single tables goes back with these alone', async () => {
    const name = changed();
    const before = stateOf(name);
    const validate = (): never => {
      server.sql(
        name,
        'UPDATE ml_models SET name = CONCAT("meanwhile ", id); CREATE TABLE sess_of_others (id int); CREATE VIEW told AS SELECT * FROM sessions',
      );
      return no();
    };
    const call = { ...into(name, { tables: ['orders', 'sess*'] }), validate };
    expect(await failureOf(repository.restoreInto(call))).toMatchObject({
      code: 'ROLLBACK_FAILED',
      details: expect.arrayContaining(['told']) as string[],
    });
    server.sql(name, 'DROP VIEW told');
    const [unfinished] = await repository.unfinishedRestores();
    await repository.rollBack(unfinished?.id ?? '', { place: mysqlPlace({ ...server.connection, database: name }) });
    server.sql(name, 'DROP TABLE sess_of_others');
    expect(stateOf(name)).toBe(before);
    expect(server.sql(name, 'SELECT name FROM ml_models WHERE id = 1')).toBe('meanwhile 1');
  });
});
