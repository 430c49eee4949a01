import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, parseLines, type Machine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

let machine: Machine;
let project: string;

const back = async (...more: readonly string[]): ReturnType<typeof machine.json<'BackupRun'>> =>
  await machine.json('BackupRun', ['backup', 'create', 'project', ...more]);

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await machine.json('Created', ['init']);
  project = join(machine.cwd, 'project');
  await writeTree(project, { 'a.txt': 'one', 'same.txt': 'same' });
  // Younger files are read again next time.
  await setTimeout(100);
});

test('each kind of backup says what it is, and a checkpoint what it has no content of', async () => {
  const first = await back();
  expect(first.snapshot).toMatchObject({ kind: 'full', trigger: 'manual' });
  expect((await back('--kind', 'full')).counts.bytesRead).toBe(7);
  expect((await back('--kind', 'pre-deploy')).snapshot).toMatchObject({ kind: 'pre-deploy', compression: 'fast' });
  expect((await back('--since', first.snapshot?.id ?? '')).parent).toBe(first.snapshot?.id);
  await writeTree(project, { 'a.txt': 'two', 'new.txt': 'new' });
  const { snapshot } = await machine.json('BackupRun', ['backup', 'checkpoint', 'project']);
  expect(snapshot).toMatchObject({ kind: 'checkpoint', sources: [{ absent: { files: 2, bytes: 6 } }] });
  const id = snapshot?.id ?? '';
  const shown = await machine.run(['backup', 'show', id]);
  expect(shown.stdout).toContain('no content of');
  expect((await machine.run(['backup', 'ls', id])).stdout).toContain('new.txt (no content)');
  expect(await machine.run(['backup', 'cat', `${id}:project/new.txt`])).toMatchObject({ code: 4 });
  const restored = await machine.run(['backup', 'restore', id, '--to', 'back']);
  expect(restored).toMatchObject({ code: 3, stderr: expect.stringContaining('new.txt') });
  const { latest } = await machine.json('RepositoryStatus', ['status']);
  expect(latest?.kind).toBe('incremental');
});

test('a full backup is made when none is young enough, by itself where a scheduler runs it', async () => {
  const kindOf = async (...more: readonly string[]): Promise<string | undefined> =>
    (await back(...more)).snapshot?.kind;
  expect(await kindOf()).toBe('full');
  expect(await kindOf('--full-every', '7d')).toBe('incremental');
  await setTimeout(1100);
  expect(await kindOf('--full-every', '1s')).toBe('full');
  expect(await kindOf('--scheduled')).toBe('incremental');
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ schedule: { fullEvery: '1s' } }));
  await setTimeout(1100);
  expect(await kindOf('--scheduled', '--full-every', 'never')).toBe('incremental');
  expect(await kindOf('--scheduled')).toBe('full');
  for (const wrong of [['0s'], ['7 days'], ['7d', '--kind', 'checkpoint'], ['7d', '--since', 'latest']])
    expect(await machine.run(['backup', 'create', 'project', '--full-every', ...wrong])).toMatchObject({ code: 2 });
});

test('manifests are committed to a branch of git after each backup, and later where git could not', async () => {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: machine.cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const configure = async (more: object): Promise<void> =>
    writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ git: { enabled: true, ...more } }));
  await configure({});
  const missed = await machine.run(['backup', 'create', 'project']);
  expect(missed).toMatchObject({ code: 0, stderr: expect.stringContaining('The manifest was not committed') });
  git('init', '--quiet', '--initial-branch=main');
  await back('--tenant', 'hotel-a');
  expect(
    git('ls-tree', '-r', '--name-only', 'backups')
      .split('\n')
      .map((path) => path.split('/')[0]),
  ).toEqual(['default', 'hotel-a']);
  await configure({ autoCommit: false, branch: 'kept' });
  await back();
  const committed = await machine.json('CommittedManifests', ['backup', 'commit']);
  expect(committed).toMatchObject({ branch: 'kept', commit: git('rev-parse', 'kept') });
  expect(committed.paths).toHaveLength(3);
  expect((await machine.run(['backup', 'commit'])).stdout).toBe('kept: has all manifests\n');
});

test('a backup of a scheduler takes the profile auto, unless another is chosen, and the report says why', async () => {
  const scheduled = await back('--scheduled');
  expect(scheduled.snapshot).toMatchObject({ trigger: 'scheduled', compression: 'auto' });
  expect(scheduled.compression).toEqual({ profile: 'auto', reason: 'scheduled' });
  const chosen = await machine.run(['backup', 'create', 'project', '--scheduled', '--profile', 'fast']);
  expect(chosen.stdout).toMatch(/profile +fast \(as chosen\)/);
  const manual = await machine.run(['backup', 'create', 'project']);
  expect(manual.stdout).toMatch(/profile +balanced \(the default\)/);
});

test('a moment takes the newest snapshot at or before it, and says which and how much older it is', async () => {
  const first = (await back('--name', 'daily')).snapshot;
  await writeFile(join(project, 'a.txt'), 'two!');
  await back('--name', 'daily');
  const at = ['--at', first?.startedAt ?? ''];
  const restored = await machine.run(['backup', 'restore', 'latest', ...at, '--to', 'back', '--json']);
  expect(restored.stderr).toContain(`Snapshot ${first?.id.slice(0, 8)} of `);
  expect(await readFile(join(machine.cwd, 'back/project/a.txt'), 'utf8')).toBe('one');
  expect((await machine.run(['backup', 'cat', 'daily:project/a.txt', ...at])).stdout).toBe('one');
  const listed = await machine.run(['backup', 'ls', 'latest:project/a.txt', ...at, '--json']);
  expect(parseLines('Entry', listed.stdout)).toMatchObject([{ size: 3 }]);
  const changes = await machine.run(['backup', 'diff', 'latest', 'latest', ...at, '--json']);
  expect(parseLines('Difference', changes.stdout).map(({ change, path }) => [change, path])).toContainEqual([
    'content',
    'project/a.txt',
  ]);
  const found = await machine.run(['backup', 'find', 'a.txt', ...at, '--json']);
  expect(parseLines('FoundEntry', found.stdout).map(({ snapshot }) => snapshot)).toEqual([first?.id]);
});

test('a snapshot is compared with what is on disk now', async () => {
  await back();
  expect((await machine.run(['backup', 'diff', 'latest', '--live', '--json'])).stdout).toBe('');
  await writeTree(project, { 'new.txt': 'new' });
  await writeFile(join(project, 'a.txt'), 'edited');
  const changes = await machine.run(['backup', 'diff', 'latest', '--live', '--exclude', 'new.txt', '--json']);
  expect(parseLines('Difference', changes.stdout).map(({ change, path }) => [change, path])).toEqual([
    ['metadata', 'project'],
    ['content', 'project/a.txt'],
  ]);
  const one = await machine.run(['backup', 'diff', 'latest', '--live', '--path', 'project/new.txt']);
  expect(one.stdout).toContain('+ project/new.txt');
  expect(await machine.run(['backup', 'diff', 'latest'])).toMatchObject({ code: 2 });
  expect(await machine.run(['backup', 'diff', 'latest', 'latest', '--live'])).toMatchObject({ code: 2 });
});

test('a moment before all snapshots, in the future, or that is none is refused', async () => {
  await back();
  const at = async (moment: string): Promise<{ code: number | null; stderr: string }> =>
    await machine.run(['backup', 'ls', 'latest', '--at', moment]);
  expect(await at('2001-01-01 14:00')).toMatchObject({ code: 4, stderr: expect.stringContaining('at or before 2001') });
  expect(await at('9999-01-01')).toMatchObject({ code: 2 });
  expect(await at('noonish')).toMatchObject({ code: 2, stderr: expect.stringContaining('"3 days ago"') });
});
