import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineIn, parseLines, type Machine } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';
import { writeTree } from '../support/tree.ts';

let machine: Machine;

const configure = async (more: object = {}): Promise<void> =>
  writeFile(
    join(machine.cwd, 'holdfast.config.json'),
    JSON.stringify({
      logs: { directory: 'logs' },
      alerts: { channels: { desk: { type: 'command', command: ['sh', '-c', 'cat >> pages.jsonl'] } } },
      ...more,
    }),
  );

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(machine.cwd, { recursive: true });
  await configure();
  await machine.json('Created', ['init']);
  await writeTree(join(machine.cwd, 'data'), { 'a.txt': 'one' });
});

afterAll(async () => removeFolder(machine.root));

test('what commands do is in the audit log, with who did it, and can be searched and verified', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'data', '--tenant', 'hotel-a']);
  expect((await machine.run(['backup', 'create', 'nowhere', '--tenant', 'hotel-a'])).code).not.toBe(0);
  await machine.run(['backup', 'restore', 'latest', '--tenant', 'hotel-a', '--to', 'back']);
  const { stdout } = await machine.run(['logs', 'search', 'tenant=hotel-a', '--json']);
  const records = parseLines('LogRecord', stdout);
  const text = JSON.stringify(records);
  for (const name of ['backup.created', 'backup.failed', 'restore.finished']) expect(text).toContain(name);
  expect((await machine.run(['logs', 'verify'])).code).toBe(0);
});

test('a backup that fails opens an alert at once, the next one ends it, and status tells of it meanwhile', async () => {
  await machine.run(['backup', 'create', 'nowhere', '--tenant', 'hotel-b']);
  const { alerts } = await machine.json('RepositoryStatus', ['status']);
  expect(alerts?.open.map(({ title }) => title).join()).toContain('hotel-b');
  expect((await machine.run(['status'])).stdout).toMatch(/^alerts .*OPEN: .*hotel-b/m);
  await machine.json('BackupRun', ['backup', 'create', 'data', '--tenant', 'hotel-b']);
  const after = await machine.json('RepositoryStatus', ['status']);
  expect(after.alerts?.open.map(({ title }) => title).join()).not.toContain('hotel-b');
});

test('a job of the schedule that fails is in status and in the log', async () => {
  await configure({ schedule: { jobs: { bad: { run: [['backup', 'create', 'nowhere']] } } } });
  await machine.run(['schedule', 'now', 'bad']);
  const { schedule } = await machine.json('RepositoryStatus', ['status']);
  expect(schedule).toMatchObject({ jobs: 1, failing: ['bad'] });
  expect((await machine.run(['status'])).stdout).toMatch(/^schedule .*FAILING: bad/m);
});

test('a log that can not be written is a warning, and the work is done', async () => {
  await configure({ logs: { directory: 'blocked' } });
  await writeFile(join(machine.cwd, 'blocked'), 'a file where a folder should be');
  const made = await machine.run(['backup', 'create', 'data']);
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('not written down') });
  await rm(join(machine.cwd, 'blocked'));
});

test('cleanup runs every policy, says what there was none for, and goes on where one fails', async () => {
  await configure({ retention: { default: '1d' } });
  const tried = await machine.json('CleanedParts', ['cleanup', '--dry-run']);
  expect(tried.parts.map(({ part, status }) => `${part} ${status}`)).toEqual([
    'backups done',
    'structure done',
    'models done',
    'releases skipped',
    'logs done',
    'space done',
  ]);
  const { stdout, code } = await machine.run(['cleanup']);
  expect([code, stdout]).toMatchObject([
    0,
    expect.stringMatching(/^backups +done +\d+ snapshots? (is|are) forgotten/m),
  ]);
  await configure();
  const without = await machine.json('CleanedParts', ['cleanup', '--dry-run']);
  expect(without.parts[0]).toMatchObject({ part: 'backups', status: 'skipped', said: 'no policy says what stays' });
});

test('whoever may not do something is told so, and it is in the log', async () => {
  await configure({ access: { users: { somebody: 'auditor' } } });
  await mkdir(join(machine.cwd, 'other'), { recursive: true });
  const denied = await machine.run(['backup', 'create', 'data']);
  expect(denied.code).not.toBe(0);
  expect(denied.stderr).toContain('Expected somebody who may backup.create');
  await configure();
  expect((await machine.run(['logs', 'search', 'name=access.denied', '--json'])).stdout).toContain('backup.create');
});
