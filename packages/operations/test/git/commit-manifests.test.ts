import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository, type Repository, type SnapshotRecord } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import { expect, onTestFinished, test } from 'vitest';
import { commitManifests, planManifests } from '../../src/index.ts';

interface Project {
  readonly directory: string;
  readonly git: (...args: string[]) => string;
  readonly repository: Repository;
  readonly backUp: (tenant: string) => Promise<SnapshotRecord>;
}

async function newProject(): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-git-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: directory, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  // Somebody's settings that would change or leave out what is added.
  writeFileSync(join(directory, '.gitignore'), '*.json\n.cache\n');
  git('config', 'core.autocrlf', 'true');
  git('add', '.gitignore');
  git('-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', 'commit', '--quiet', '-m', 'begin');
  mkdirSync(join(directory, 'data'));
  writeFileSync(join(directory, 'data', 'a'), 'x');
  const { repository } = await createRepository({
    store: memoryStore(),
    passphrase: 'a long passphrase',
    recoveryCode: false,
    cacheDirectory: join(directory, '.cache'),
  });
  onTestFinished(async () => repository.close());
  const backUp = async (tenant: string): Promise<SnapshotRecord> => {
    const { snapshot } = await repository.backup({ tenant, paths: [join(directory, 'data')] });
    if (snapshot === undefined) throw new Error('Expected a snapshot');
    return snapshot;
  };
  return { directory, git, repository, backUp };
}

test('each manifest is committed once, on a branch of its own, and files, index and other branches stay as they are', async () => {
  const { directory, git, repository, backUp } = await newProject();
  writeFileSync(join(directory, 'staged.txt'), 'not committed yet');
  git('add', 'staged.txt');
  const before = git('status', '--porcelain', '--untracked-files=all');
  const first = await backUp('hotel-a');
  const committed = await commitManifests([first], { directory });
  const path = `hotel-a/${first.finishedAt.slice(0, 4)}/${first.id}.json`;
  expect(committed).toEqual({ branch: 'backups', commit: git('rev-parse', 'backups'), paths: [path] });
  expect(JSON.parse(git('show', `backups:${path}`))).toEqual(JSON.parse(JSON.stringify(first)));
  expect(git('log', '-1', '--format=%B', 'backups')).toContain(`Manifest-SHA256: ${first.manifestSha256}`);
  // Two that were missed, and one that is there.
  await backUp('hotel-b');
  await backUp('Hôtel / C');
  const all = await commitManifests(await repository.snapshots(), { directory });
  expect(all.paths).toHaveLength(2);
  expect(git('ls-tree', '-r', '--name-only', 'backups').split('\n')).toHaveLength(3);
  expect(await commitManifests(await repository.snapshots(), { directory })).toEqual({ branch: 'backups', paths: [] });
  expect(git('rev-list', '--count', 'backups')).toBe('2');
  expect(git('status', '--porcelain', '--untracked-files=all')).toBe(before);
});

test('of many who commit at a time none loses anything', async () => {
  const { directory, git, backUp } = await newProject();
  const snapshots = [await backUp('a'), await backUp('b'), await backUp('c'), await backUp('d')];
  await Promise.all(
    snapshots.map(async (snapshot) => commitManifests([snapshot], { directory, branch: 'kept/manifests' })),
  );
  expect(git('ls-tree', '-r', '--name-only', 'kept/manifests').split('\n')).toHaveLength(4);
  expect(git('rev-list', '--count', 'kept/manifests')).toBe('4');
});

test('a folder that is no checkout, a branch that is checked out, and names that are none are refused', async () => {
  const { directory, git, backUp } = await newProject();
  const snapshot = await backUp('a');
  const failing = async (options: { directory?: string; branch?: string }): Promise<unknown> =>
    commitManifests([snapshot], { directory, ...options }).catch((error: unknown) => error);
  const elsewhere = mkdtempSync(join(tmpdir(), 'holdfast-git-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  expect(await failing({ directory: elsewhere })).toMatchObject({ code: 'GIT_FAILED' });
  expect(await failing({ directory: join(elsewhere, 'nothing') })).toMatchObject({ code: 'GIT_NOT_FOUND' });
  expect(await failing({ branch: 'main' })).toMatchObject({ code: 'INVALID_OPTION' });
  for (const branch of ['', '..', 'a b', '-x', '@{-1}', 'a.lock', 'HEAD'])
    expect(await failing({ branch })).toMatchObject({ code: 'INVALID_OPTION' });
  expect(git('branch', '--list')).toBe('* main');
});

test('a branch that another work tree has checked out is refused, and a checkout with a part of its files takes them', async () => {
  const { directory, git, backUp } = await newProject();
  const snapshots = [await backUp('a'), await backUp('b')];
  git('sparse-checkout', 'set', '--no-cone', '/.gitignore');
  const { paths } = await commitManifests(snapshots.slice(0, 1), { directory });
  expect(git('ls-tree', '-r', '--name-only', 'backups').split('\n')).toEqual([...paths]);
  const beside = mkdtempSync(join(tmpdir(), 'holdfast-git-'));
  onTestFinished(() => rmSync(beside, { recursive: true }));
  git('worktree', 'add', '--quiet', join(beside, 'tree'), 'backups');
  await expect(commitManifests(snapshots, { directory })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  const elsewhere = await commitManifests(snapshots, { directory: join(beside, 'tree'), branch: 'others' });
  expect(elsewhere.paths).toHaveLength(2);
});

test('a plan has what is missing, oldest first', async () => {
  const { backUp } = await newProject();
  const [one, two] = [await backUp('a'), await backUp('a')];
  const { files, message } = planManifests(new Set(), [two, one]);
  expect(files.map(({ snapshot }) => snapshot.id)).toEqual([one.id, two.id]);
  expect(message).toBe('backup: 2 snapshots of a');
  expect(planManifests(new Set(files.map(({ path }) => path)), [one, two]).files).toEqual([]);
});
