import { describe, expect, it } from 'vitest';
import { chooseDatabases } from '../../src/databases/choice.ts';
import { fileNameOf } from '../../src/databases/names.ts';
import { connectionEnvironment } from '../../src/postgres/connection.ts';
import { dumpArguments } from '../../src/postgres/dump-options.ts';
import { postgresSource } from '../../src/postgres/index.ts';

const invalid: unknown = expect.objectContaining({ code: 'INVALID_OPTION' });

describe('a connection', () => {
  it.each([
    ['postgres://me:p%40ss@db.example:5433/shop?sslmode=verify-full', 'db.example', '5433', 'me', 'p@ss', 'shop'],
    ['postgresql://[::1]/a%2Fb', '::1', undefined, undefined, undefined, 'a/b'],
    ['postgres://%2Fvar%2Frun/shop', '/var/run', undefined, undefined, undefined, 'shop'],
    ['postgres:///shop?host=/tmp/socket&user=me&password=x', '/tmp/socket', undefined, 'me', 'x', 'shop'],
  ])('%s goes into the environment, its password apart', (url, host, port, user, password, database) => {
    const { env, secrets } = connectionEnvironment({ url });
    const { PGHOST, PGPORT, PGUSER, PGDATABASE } = env;
    expect([PGHOST, PGPORT, PGUSER, PGDATABASE, secrets['PGPASSWORD']]).toEqual([host, port, user, database, password]);
    expect(JSON.stringify(env)).not.toContain('PGPASSWORD');
    expect(env['PGSSLMODE']).toBe(url.includes('sslmode') ? 'verify-full' : undefined);
  });

  it('has fields that count more than its URL', () => {
    const { env, secrets } = connectionEnvironment({
      url: 'postgres://a:b@c/d',
      user: 'me',
      password: 'mine',
      port: 1,
    });
    expect([env['PGUSER'], env['PGHOST'], env['PGPORT'], secrets]).toEqual(['me', 'c', '1', { PGPASSWORD: 'mine' }]);
  });

  it.each(['mysql://a/b', 'shop', 'postgres://a/b?sslsni=1', 'postgres://a:secret@ b/'])('%s is refused', (url) => {
    expect(() => postgresSource({ url })).toThrow(invalid);
    expect(() => postgresSource({ url })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') as string }),
    );
  });
});

it('a dump is of what was asked for, never compressed, never asks and does not wait for ever', () => {
  const what = { schemas: ['app'], tables: ['ml_*'], excludeTables: ['ml_tmp*'], options: ['--clean', '--if-exists'] };
  const wait = '--lock-wait-timeout=60000';
  const chosen = ['--schema=app', '--table=ml_*', '--exclude-table=ml_tmp*', '--clean', '--if-exists'];
  expect(dumpArguments(what)).toEqual(['--no-password', wait, '--format=plain', ...chosen]);
  expect(dumpArguments({ format: 'custom' })).toEqual(['--no-password', wait, '--format=custom', '--compress=0']);
});

it.each(['--file=/x', '-Fd', '--jobs=2', '-d', '--dbname=x', '--password', 'shop', '-Z9', '-cf', '--form=t'])(
  'the option %s is refused',
  (option) => {
    expect(() => postgresSource({ options: [option] })).toThrow(invalid);
  },
);

it.each(['--create', '-C', '-xC', '--cre'])('%s is refused, as the dump could not be restored', (option) => {
  expect(() => postgresSource({ options: ['--clean', option] })).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(JSON.stringify(option)) as string,
      hint: expect.stringContaining('Leave it out') as string,
    }),
  );
});

it.each(['-Ox', '--exclude-schema=C*', '-NfC', '-EUTF8', '--clean', '--no-privileges'])('%s is taken', (option) => {
  expect(dumpArguments({ options: [option] }).at(-1)).toBe(option);
});

describe('databases', () => {
  const server = {
    version: '15',
    dumpVersion: '15',
    current: 'shop',
    databases: ['ml_a', 'ml_b', 'mlx', 'shop', 'a.b'],
  };

  it.each([
    [undefined, ['shop']],
    ['all' as const, ['ml_a', 'ml_b', 'mlx', 'shop', 'a.b']],
    [['ml_*'], ['ml_a', 'ml_b']],
    [
      ['ml?', 'shop', 'ml*'],
      ['mlx', 'shop', 'ml_a', 'ml_b'],
    ],
    [['a.?'], ['a.b']],
    [['not there'], ['not there']],
  ])('%j are chosen', (choice, expected) => {
    expect(chooseDatabases(choice, server)).toEqual(expected);
  });

  it('a pattern that fits none is a failure', () => {
    expect(() => chooseDatabases(['x_*'], server)).toThrow(expect.objectContaining({ code: 'DATABASE_NOT_FOUND' }));
  });

  it.each([
    ['shop', 'shop'],
    ['a/b', 'a%2Fb'],
    ['..', '%2E.'],
    ['50%', '50%25'],
  ])('%s has a name of a file', (database, file) => {
    expect(fileNameOf(database)).toBe(file);
  });
});
