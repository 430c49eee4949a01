import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

test('a trial restore passes or fails by its checks, and ends with a code that says so', async () => {
  const machine = await newMachine({ inProcess: true });
  await machine.json('Created', ['init']);
  await writeTree(join(machine.cwd, 'project'), { 'a.txt': 'one' });
  await machine.json('BackupRun', ['backup', 'create', 'project']);
  const validate = ['backup', 'validate', 'latest', '--sandbox', 'sandbox'];
  const command = 'cat project/a.txt; test -n "$HOLDFAST_SNAPSHOT" -a "$PWD" = "$HOLDFAST_SANDBOX"';
  const passed = await machine.json('RestoreValidation', [
    ...validate,
    '--asset',
    'project/a.txt',
    '--command',
    command,
  ]);
  expect(passed.checks.map(({ name, status, detail }) => [name, status, name === 'validator' ? detail : ''])).toEqual([
    ['restore', 'passed', ''],
    ['checksums', 'passed', ''],
    ['integrity', 'passed', ''],
    ['schema', 'skipped', ''],
    ['data', 'skipped', ''],
    ['live', 'skipped', ''],
    ['assets', 'passed', ''],
    ['validator', 'passed', 'one'],
  ]);
  await writeFile(join(machine.cwd, 'project/a.txt'), 'two');
  const failed = await machine.run([...validate, '--asset', 'project/b.txt', '--command', 'echo no rooms >&2; exit 3']);
  expect(failed.code).toBe(6);
  expect(failed.stdout).toContain('project/b.txt: It has to be there, and is not [ENOENT]');
  expect(failed.stdout).toContain('no rooms');
  const { entries } = await machine.json('BackupCatalog', ['backup', 'catalog']);
  expect(entries[0]?.checks).toMatchObject([{ level: 'restore', status: 'damaged' }]);
  const refused = await machine.run([...validate, '--scratch', 'postgres://a:secret-word@db/x']);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).not.toContain('secret-word');
});
