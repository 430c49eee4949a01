import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newMachine } from '../support/cli.ts';

test('records of one tenant come back as those of another, and rows of others are not touched', async () => {
  const machine = await newMachine();
  await machine.json('Created', ['init']);
  const ask = (file: string, sql: string): unknown[] => {
    const open = new DatabaseSync(join(machine.cwd, file));
    try {
      return open
        .prepare(sql)
        .all()
        .map((row) => Object.values(row).join(' '));
    } finally {
      open.close();
    }
  };
  const table = 'CREATE TABLE stays (id text PRIMARY KEY, tenant_id integer, room text)';
  for (const file of ['one.db', 'two.db']) ask(file, table);
  ask('one.db', "INSERT INTO stays VALUES ('a', 1, 'red'), ('b', 1, 'blue'), ('c', 7, 'of others')");
  ask('two.db', "INSERT INTO stays VALUES ('x', 2, 'old'), ('y', 3, 'of others'), ('z', 1, 'of one, here')");
  await machine.json('BackupRun', ['backup', 'create', '--source', 'hotel=records+sqlite:one.db?table=stays']);
  const restore = (into: string, ...more: string[]): string[] => [
    'backup',
    'restore',
    'latest',
    '--mode',
    'full',
    '--into',
    `sqlite:${into}`,
    '--yes',
    ...more,
  ];
  const moved = ['--only', 'tenant_id=1', '--set', 'tenant_id=2'];
  const { records } = await machine.json('RestoreRun', restore('two.db', ...moved));
  expect(records?.plan).toMatchObject({ added: 2, deleted: 1 });
  expect(ask('two.db', 'SELECT id, tenant_id, typeof(tenant_id), room FROM stays ORDER BY id')).toEqual([
    'a 2 integer red',
    'b 2 integer blue',
    'y 3 integer of others',
    'z 1 integer of one, here',
  ]);
  // The rows of tenant 1 themselves have these ids.
  const over = await machine.run(restore('one.db', ...moved));
  expect([over.code, over.stderr]).toEqual([expect.any(Number), expect.stringContaining('a row of others')]);
  expect(over.code).not.toBe(0);
  expect(ask('one.db', 'SELECT DISTINCT tenant_id FROM stays ORDER BY 1')).toEqual(['1', '7']);
  ask('one.db', "UPDATE stays SET room = 'harmed'");
  await machine.json('RestoreRun', restore('one.db', '--only', 'tenant_id=1'));
  expect(ask('one.db', 'SELECT room FROM stays ORDER BY id')).toEqual(['red', 'blue', 'harmed']);
  for (const wrong of [
    ['--set', 'nothing=1'],
    ['--set', 'id=1'],
    ['--only', 'tenant_id'],
  ])
    expect((await machine.run(restore('two.db', ...wrong))).code).toBe(2);
});
