import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_POSTGRES } from '../../../../tooling/test-servers/postgres.ts';
import { type Machine, newMachine } from '../support/cli.ts';
import { ownPostgres } from '../support/own-postgres.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await newMachine();
  await machine.json('Created', ['init']);
});

describe('single tables of SQLite', () => {
  let path: string;
  const ask = (sql: string): unknown => {
    const database = new DatabaseSync(path);
    try {
      return Object.values(database.prepare(sql).get() ?? {})[0];
    } finally {
      database.close();
    }
  };
  const write = (sql: string): void => {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  };
  beforeEach(async () => {
    path = join(machine.cwd, 'app.db');
    write(
      "CREATE TABLE orders (note); INSERT INTO orders VALUES ('one'); CREATE TABLE users (name); INSERT INTO users VALUES ('ann')",
    );
    await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:app.db']);
    write("DELETE FROM orders; INSERT INTO users VALUES ('bob')");
  });
  const call = ['backup', 'restore', 'latest', '--into', 'sqlite:app.db', '--table', 'ord*'];

  it('come back beside newer rows of others, after a safety snapshot that leads back', async () => {
    const plan = await machine.run([...call, '--overwrite', 'always', '--dry-run']);
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Restore of ord\* from .* are replaced\n$/) });
    expect(ask('SELECT count(*) FROM orders')).toBe(0);
    const run = await machine.json('RestoreRun', [...call, '--overwrite', 'always', '--yes']);
    expect(run.tables?.result).toMatchObject({ tables: 1, replaced: 1 });
    expect([ask('SELECT note FROM orders'), ask('SELECT count(*) FROM users')]).toEqual(['one', 2]);
    const back = ['backup', 'restore', run.safetySnapshot ?? '', '--into', 'sqlite:app.db', '--yes'];
    expect((await machine.run(back)).code).toBe(0);
    expect(ask('SELECT count(*) FROM orders')).toBe(0);
  });

  it('that are there are refused without --overwrite always, and not replaced without a yes', async () => {
    const refused = await machine.run(call);
    expect(refused.stderr).toContain('Nothing was changed');
    expect(refused.code).not.toBe(0);
    expect((await machine.run([...call, '--overwrite', 'always'])).stderr).toContain('--yes');
    expect(ask('SELECT count(*) FROM orders')).toBe(0);
  });

  it('that are not there are told with all that are', async () => {
    write('CREATE TABLE t (a)');
    await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:app.db']);
    const { code, stderr } = await machine.run([
      'backup',
      'restore',
      'latest',
      '--into',
      'sqlite:app.db',
      '--table',
      'none',
    ]);
    expect([code, stderr]).toEqual([4, expect.stringMatching(/\n {2}orders\n {2}t\n {2}users\n/)]);
  });

  it.each([
    [['--table', 'a'], '--into URL'],
    [['--into', 'redis://localhost', '--table', 'a'], 'got one of Redis'],
    [['--into', 'sqlite:app.db', '--table', 'a', '--include', 'b'], 'no --include'],
    [['--into', 'sqlite:app.db', '--table', 'a', '--overwrite', 'if-newer'], 'never or always'],
    [['--into', 'sqlite:app.db', '--table', 'a', '--mode', 'merge'], 'no --table with --mode'],
  ])('%j is told what is wrong', async (flags, said) => {
    const { code, stderr } = await machine.run(['backup', 'restore', 'latest', ...flags]);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});

describe.skipIf(NO_POSTGRES !== undefined)(
  `single tables of PostgreSQL${NO_POSTGRES ? ` (${NO_POSTGRES})` : ''}`,
  () => {
    const server = ownPostgres();

    it('come back from a plain dump beside newer rows of others', async () => {
      server.sql('postgres', 'CREATE DATABASE shop');
      server.sql(
        'shop',
        "CREATE TABLE orders (note text); INSERT INTO orders VALUES ('one'); CREATE TABLE users (name text)",
      );
      const url = server.url('shop');
      const env = server.env();
      expect(await machine.run(['backup', 'create', '--source', url], { env })).toMatchObject({ code: 0 });
      server.sql('shop', "DELETE FROM orders; INSERT INTO users VALUES ('bob')");
      const call = [
        'backup',
        'restore',
        'latest',
        '--into',
        url,
        '--table',
        'orders',
        '--overwrite',
        'always',
        '--yes',
      ];
      const { code, stdout } = await machine.run(call, { env });
      expect([code, stdout]).toEqual([0, expect.stringContaining('1 table, 1 of them replaced')]);
      expect(server.sql('shop', 'SELECT note FROM orders')).toBe('one');
      expect(server.sql('shop', 'SELECT name FROM users')).toBe('bob');
    });
  },
);
