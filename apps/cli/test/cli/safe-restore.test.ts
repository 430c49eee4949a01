import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, parseShape, type Machine } from '../support/cli.ts';
import { digestTree, writeTree } from '../support/tree.ts';

let machine: Machine;
let project: string;
const IN_PLACE = ['backup', 'restore', 'good', '--in-place', '--overwrite', 'always', '--delete', '--yes'];

beforeEach(async () => {
  machine = await newMachine();
  await machine.json('Created', ['init']);
  project = join(machine.cwd, 'project');
  await writeTree(project, { 'a.txt': 'good', 'sub/b.txt': 'good' });
  await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'good']);
  await writeFile(join(project, 'a.txt'), 'worse');
  await rm(join(project, 'sub'), { recursive: true });
  await writeTree(project, { 'new.txt': 'new' });
});

test('a restore in place that fails its validation is rolled back by itself, and says so', async () => {
  const before = await digestTree(project);
  const hooks = ['--stop-command', 'cat project/a.txt >> log', '--start-command', 'cat project/a.txt >> log'];
  const rooms = ['--validate-command', 'cat project/a.txt >> log; grep -q rooms project/a.txt'];
  const failed = await machine.run([...IN_PLACE, ...hooks, ...rooms, '--json']);
  expect(failed.code).toBe(1);
  const run = parseShape('RestoreRun', failed.stdout);
  expect(run).toMatchObject({ status: 'failed', validation: { status: 'failed' }, rollback: { status: 'ok' } });
  expect(await digestTree(project)).toEqual(before);
  // The service rests, and starts with what was there before.
  expect(await readFile(join(machine.cwd, 'log'), 'utf8')).toBe('worsegoodworse');
  const told = await machine.run([...IN_PLACE, '--validate-command', 'false']);
  expect(told.stdout).toContain('rolled back: everything is as it was before');
  const passed = await machine.json('RestoreRun', [...IN_PLACE, '--validate-command', 'grep -q good project/a.txt']);
  expect(passed).toMatchObject({ status: 'ok', validation: { status: 'passed' } });
});

test('without validation and safety backup it is restored as it is', async () => {
  const run = await machine.json('RestoreRun', [...IN_PLACE, '--no-validate', '--no-safety-backup']);
  expect(run).toMatchObject({ status: 'ok', validation: { status: 'skipped' } });
  expect(run.safetySnapshot).toBeUndefined();
});

test('one that was killed is told of by the next command, and can be gone back behind', async () => {
  const before = await digestTree(project);
  const killed = await machine.run([...IN_PLACE, '--validate-command', 'kill -9 $PPID; sleep 1']);
  expect(killed.signal).toBe('SIGKILL');
  expect(await digestTree(project)).not.toEqual(before);
  const status = await machine.run(['status']);
  const [, id = ''] = /holdfast backup rollback ([0-9a-f]{16})/.exec(status.stderr) ?? [];
  expect((await machine.json('RollbackRun', ['backup', 'rollback'])).unfinished).toMatchObject([
    { id, roots: [project] },
  ]);
  const back = await machine.json('RollbackRun', ['backup', 'rollback', id]);
  expect(back).toMatchObject({ unfinished: [], rollback: { status: 'ok' } });
  expect(await digestTree(project)).toEqual(before);
});
