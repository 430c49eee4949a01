import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openRepository } from '@x/backup-store';
import { recordsSource, sqliteRecords } from '@x/backup-store/records';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, type Machine } from '../support/cli.ts';

let machine: Machine;
let database: string;

const run = (sql: string): void => {
  const open = new DatabaseSync(database);
  open.exec(sql);
  open.close();
};
const rooms = (): (number | null)[] => {
  const open = new DatabaseSync(database);
  const rows = open.prepare('SELECT room FROM stays ORDER BY id').all();
  open.close();
  return rows.map(({ room }) => room as number | null);
};

beforeEach(async () => {
  machine = await newMachine();
  database = join(machine.cwd, 'hotel.db');
  const keyFile = join(machine.cwd, 'key');
  await machine.json('Created', ['init', '--key-file', keyFile]);
  run(`CREATE TABLE stays (id text PRIMARY KEY, room integer, updated_at integer);
    INSERT INTO stays VALUES ('s1', 1, 1000), ('s2', 2, 1000), ('s3', 3, 1000), ('s4', 4, 1000)`);
  await using repository = await openRepository({
    store: machine.repository,
    cacheDirectory: join(machine.root, 'cache'),
    unlock: { keyFile },
  });
  const { source } = sqliteRecords({ database, tables: [{ table: 'stays', updatedAt: 'updated_at' }] });
  await repository.backup({ sources: [recordsSource({ name: 'hotel', ...source })] });
  await repository.journal.erase({ module: 'stays', ids: ['s4'] });
  run(`DELETE FROM stays WHERE id IN ('s1', 's4'); UPDATE stays SET room = 99, updated_at = 5000 WHERE id = 's2';
    UPDATE stays SET room = 30, updated_at = 6000 WHERE id = 's3'; INSERT INTO stays VALUES ('s5', 5, 6000)`);
});

const restore = (...args: string[]): string[] => [
  'backup',
  'restore',
  'latest',
  '--key-file',
  'key',
  '--into',
  'sqlite:hotel.db',
  ...args,
];
const DAMAGE = ['--damaged-since', '1970-01-01T00:00:05Z', '--damaged-until', '1970-01-01T00:00:05.500Z'];

test('records are merged with newer ones: planned, asked about, and done', async () => {
  const merge = restore('--mode', 'merge', ...DAMAGE);
  const dry = await machine.run([...merge, '--dry-run']);
  expect(dry).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('stays: 1 to add, 1 to replace, 0 to delete') as string,
  });
  expect(dry.stdout).toContain('two-way by times');
  expect(dry.stdout).toContain('stays/s3: keep (newer-in-current)');
  expect((await machine.run(merge)).code).toBe(2);
  expect(rooms()).toEqual([99, 30, 5]);
  const { records, safetySnapshot = '' } = await machine.json('RestoreRun', [...merge, '--yes']);
  expect(records).toMatchObject({ changes: 2, plan: { ways: 2, added: 1, replaced: 1, erased: 1, conflicts: 1 } });
  expect(rooms()).toEqual([1, 2, 30, 5]);
  const again = await machine.json('RestoreRun', [...merge, '--yes']);
  expect([again.records?.changes, again.safetySnapshot]).toEqual([0, undefined]);
  const back = ['backup', 'restore', safetySnapshot, '--key-file', 'key', '--into', 'sqlite:hotel.db', '--yes'];
  await machine.json('RestoreRun', back);
  expect(rooms()).toEqual([99, 30, 5]);
});

test.each([
  ['newest', [1, 2, 30, 5]],
  ['backup', [1, 2, 3, 5]],
  ['current', [1, 98, 30, 5]],
])('of what both sides have, --conflict %s says who wins', async (rule, expected) => {
  run("UPDATE stays SET room = 98, updated_at = 500 WHERE id = 's2'");
  await machine.json('RestoreRun', restore('--mode', 'merge', '--conflict', rule, '--yes'));
  expect(rooms()).toEqual(expected);
});

test('single records, and all of them, come back', async () => {
  await machine.json('RestoreRun', restore('--mode', 'selective', '--record', 'stays/s3', '--yes'));
  expect(rooms()).toEqual([99, 3, 5]);
  await machine.json('RestoreRun', restore('--mode', 'full', '--yes'));
  expect(rooms()).toEqual([1, 2, 3]);
});

test.each([
  ['no database', ['--mode', 'merge', '--into', ''], 2],
  ['a database that is not there', ['--mode', 'merge', '--into', 'sqlite:none.db'], 1],
  ['rules without a merge', ['--mode', 'full', '--conflict', 'backup'], 2],
  ['an end without a beginning', ['--mode', 'merge', '--damaged-until', '2026-01-01'], 2],
  ['a record without its module', ['--mode', 'selective', '--record', 's1'], 2],
  ['a module that is not there', ['--mode', 'merge', '--module', 'guests'], 4],
  ['a folder for records', ['--mode', 'merge', '--to', 'out'], 2],
  ['a rule without a mode', ['--conflict', 'backup'], 2],
  ['a record that is not there', ['--mode', 'selective', '--record', 'stays/s9'], 4],
])('%s is refused, and nothing is changed', async (_, args, code) => {
  const ended = await machine.run([...restore(), ...args, '--yes']);
  expect([ended.code, ended.stderr]).toEqual([code, expect.not.stringContaining('    at ')]);
  expect(rooms()).toEqual([99, 30, 5]);
});
