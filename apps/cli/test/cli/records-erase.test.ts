import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newMachine } from '../support/cli.ts';

test('records that were erased do not come back, whoever restores or merges, and the journal tells how many', async () => {
  const machine = await newMachine({ inProcess: true });
  await machine.json('Created', ['init']);
  const database = join(machine.cwd, 'inn.db');
  const run = (sql: string): void => {
    const open = new DatabaseSync(database);
    open.exec(sql);
    open.close();
  };
  run(
    "CREATE TABLE guests (id text PRIMARY KEY, name text); INSERT INTO guests VALUES ('g1', 'Ann'), ('g2', 'Ben'), ('g3', 'Cy')",
  );
  await machine.json('BackupRun', ['backup', 'create', '--source', 'hotel=records+sqlite:inn.db?table=guests']);
  run("DELETE FROM guests WHERE id <> 'g3'");
  await writeFile(join(machine.cwd, 'names'), 'guests/g1\r\n\nguests/never-there\n');
  const erase = ['records', 'erase', 'guests/g1', '--from', 'names', '--note', 'request 12'];
  const planned = await machine.json('RecordsErased', [...erase, '--dry-run']);
  expect(planned.modules).toEqual([{ module: 'guests', records: 3, added: 2 }]);
  const unasked = await machine.run(erase);
  expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
  expect((await machine.json('RecordsJournal', ['records', 'journal'])).entries).toEqual([]);
  await machine.json('RecordsErased', [...erase, '--yes']);
  const again = await machine.json('RecordsErased', [...erase, '--yes']);
  expect(again.modules).toMatchObject([{ added: 0 }]);
  const into = ['backup', 'restore', 'latest', '--into', 'sqlite:inn.db', '--yes', '--no-safety-backup'];
  for (const mode of ['merge', 'full']) {
    const { records } = await machine.json(
      'RestoreRun',
      [...into, '--mode', mode, '--restore-deleted'].slice(0, mode === 'merge' ? undefined : -1),
    );
    expect(records?.plan.erased).toBe(1);
    const open = new DatabaseSync(database);
    expect(
      open
        .prepare('SELECT id FROM guests ORDER BY id')
        .all()
        .map(({ id }) => id),
    ).toEqual(['g2', 'g3']);
    open.close();
  }
  const journal = await machine.run(['records', 'journal']);
  expect(journal.stdout).toMatch(
    /2 records of guests erased \(request 12\)\n(.*\n)*.* restored into .*\(full: guests\)/,
  );
  expect(journal.stdout).not.toContain('g1');
  for (const wrong of [[], ['guests'], ['guests/']])
    expect((await machine.run(['records', 'erase', ...wrong, '--yes'])).code).toBe(2);
});
