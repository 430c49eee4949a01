import { beforeEach, describe, expect, test } from 'vitest';
import { NO_POSTGRES } from '../../../../tooling/test-servers/postgres.ts';
import { type Machine, newMachine } from '../support/cli.ts';
import { ownPostgres } from '../support/own-postgres.ts';

describe.skipIf(NO_POSTGRES !== undefined)(`a PostgreSQL server (${NO_POSTGRES ?? 'of its own'})`, () => {
  const server = ownPostgres();
  let machine: Machine;
  beforeEach(async () => {
    machine = await newMachine();
    await machine.json('Created', ['init']);
    server.sql('postgres', 'DROP DATABASE IF EXISTS shop');
    server.sql('postgres', 'CREATE DATABASE shop');
    server.sql('shop', 'CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2)');
  });

  const options = (): { env: ReturnType<typeof server.env> } => ({ env: server.env() });
  const url = (more = ''): string => `${server.url('shop')}${more}`;
  const orders = (): string => server.sql('shop', 'SELECT string_agg(id::text, $$ $$ ORDER BY id) FROM orders');
  const replace = ['backup', 'restore', 'latest', '--overwrite', 'always', '--yes', '--into'];
  const backUp = async (format = 'custom'): Promise<void> => {
    await machine.json('BackupRun', ['backup', 'create', '--source', url(`?format=${format}`)], options());
    server.sql('shop', 'INSERT INTO orders VALUES (3)');
  };

  test('a database that is replaced was saved first, and the command that is printed brings it back', async () => {
    await backUp();
    const { code, stderr } = await machine.run([...replace, url('?sslmode=disable')], options());
    expect([code, orders()]).toEqual([0, '1 2']);
    const [, call = ''] = /^ {2}holdfast (backup restore .*)$/m.exec(stderr) ?? [];
    expect(call).toMatch(/^backup restore [0-9a-f]{8} --into 'postgres:.*sslmode=disable' --overwrite always$/);
    const words = call.replaceAll("'", '').split(' ');
    const back = await machine.json('RestoreRun', [...words, '--yes', '--no-safety-backup'], options());
    expect([back.safetySnapshot, orders()]).toEqual([undefined, '1 2 3']);
    expect((await machine.json('SnapshotList', ['backup', 'list'])).snapshots.map(({ kind }) => kind)).toContain(
      'safety',
    );
  });

  test('a plain dump replaces what is there, too', async () => {
    await backUp('plain');
    const { into, safetySnapshot } = await machine.json('RestoreRun', [...replace, url()], options());
    expect([into?.plan.action, safetySnapshot === undefined, orders()]).toEqual(['replace', false, '1 2']);
  });

  test('a database that can not be saved is not replaced', async () => {
    await backUp();
    server.sql('shop', 'CREATE ROLE poor LOGIN; ALTER ROLE poor PASSWORD $$swordfish-1$$');
    const asPoor = url().replace('admin@', 'poor@');
    const { code, stderr } = await machine.run([...replace, asPoor], options());
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Expected to save postgres:.*permission denied/s)]);
    expect(stderr).toContain('--no-safety-backup');
    expect(orders()).toBe('1 2 3');
  });

  test('a database that is made, or is empty, is not saved', async () => {
    await backUp();
    const made = await machine.json('RestoreRun', [...replace, url('_made')], options());
    server.sql('postgres', 'DROP DATABASE shop_made');
    expect([made.into?.plan.action, made.safetySnapshot]).toEqual(['create', undefined]);
  });
});
