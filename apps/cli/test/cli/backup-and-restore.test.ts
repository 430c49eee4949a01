import { chmod, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseLines, parseShape, type Machine } from '../support/cli.ts';
import { preparedMachine } from '../support/prepared-machine.ts';
import { digestTree, writeTree } from '../support/tree.ts';

let machine: Machine;
let project: string;

const prepared = preparedMachine(
  async (fresh) => {
    await fresh.json('Created', ['init']);
    project = join(fresh.cwd, 'project');
    await writeTree(project, {
      'src/main.ts': 'console.log(1);\n',
      'src/deep/er/file.txt': 'deep\n',
      'big.bin': Buffer.alloc(3_000_000, 'abc'),
      'empty/': '',
      link: { link: 'src/main.ts' },
    });
    await chmod(join(project, 'src/main.ts'), 0o750);
    await utimes(join(project, 'big.bin'), 1_600_000_000.5, 1_600_000_000.5);
    await writeFile(Buffer.concat([Buffer.from(`${project}/bytes-`), Buffer.from([0xff, 0xfe])]), 'not UTF-8');
  },
  { inProcess: true },
);

beforeEach(async () => {
  ({ machine } = await prepared());
});

test('what was backed up comes back as it was', async () => {
  const run = await machine.json('BackupRun', [
    'backup',
    'create',
    'project',
    '--name',
    'first',
    '--tag',
    'a',
    '--tag',
    'team=web',
  ]);
  expect(run).toMatchObject({ status: 'ok', dryRun: false, problems: [], counts: { filesNew: 4 } });
  expect(run.snapshot).toMatchObject({
    name: 'first',
    tags: ['a', 'team=web'],
    sources: [{ root: project, path: 'project' }],
  });
  const restored = await machine.json('RestoreRun', ['backup', 'restore', 'latest', '--to', 'back']);
  expect(restored).toMatchObject({ status: 'ok', dryRun: false, result: { filesWritten: 4, problems: [] } });
  expect(await digestTree(join(machine.cwd, 'back', 'project'))).toEqual(await digestTree(project));
});

test('a dry run of a backup stores nothing, and one of a restore writes nothing', async () => {
  const planned = await machine.json('BackupRun', ['backup', 'create', 'project', '--dry-run']);
  expect(planned).toMatchObject({ status: 'ok', dryRun: true, counts: { filesNew: 4 } });
  expect(planned.snapshot).toBeUndefined();
  expect((await machine.json('SnapshotList', ['backup', 'list'])).snapshots).toEqual([]);
  await machine.json('BackupRun', ['backup', 'create', 'project']);
  const plan = await machine.json('RestoreRun', ['backup', 'restore', 'latest', '--to', 'back', '--dry-run']);
  expect(plan.plan?.counts.create).toBe(Object.keys(await digestTree(project)).length);
  expect(plan.result).toBeUndefined();
  await expect(digestTree(join(machine.cwd, 'back'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('snapshots are found by id, beginning of an id, name and latest; an ambiguous name lists its candidates', async () => {
  const first = await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'one']);
  const second = await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'two']);
  const third = await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'two']);
  const id = first.snapshot?.id ?? '';
  for (const [reference, expected] of [
    [id, id],
    [id.slice(0, 12), id],
    ['one', id],
    ['latest', third.snapshot?.id],
  ] as const) {
    expect((await machine.json('Snapshot', ['backup', 'show', reference])).id).toBe(expected);
  }
  const ambiguous = await machine.run(['backup', 'show', 'two', '--json']);
  expect(ambiguous.code).toBe(2);
  const { error } = parseShape('Failed', ambiguous.stdout);
  expect(error.code).toBe('SNAPSHOT_AMBIGUOUS');
  const candidates = JSON.stringify(error.details);
  for (const run of [second, third]) expect(candidates).toContain(run.snapshot?.id.slice(0, 8));
  const text = await machine.run(['backup', 'show', 'two']);
  expect(text.stderr).toContain(second.snapshot?.id.slice(0, 8));
});

test('ls, find and diff print JSON Lines of the documented form, names that are not UTF-8 included', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'before']);
  await writeFile(join(project, 'src/main.ts'), 'console.log(2);\n');
  await writeFile(join(project, 'src/new.ts'), '');
  await rm(join(project, 'link'));
  await chmod(join(project, 'big.bin'), 0o600);
  await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'after']);

  const listed = parseLines('Entry', (await machine.run(['backup', 'ls', 'before', '--json'])).stdout);
  expect(listed.map((entry) => entry.path)).toContain('project/src/deep/er/file.txt');
  const odd = listed.find((entry) => entry.pathBase64 !== undefined);
  expect(Buffer.from(odd?.pathBase64 ?? '', 'base64')).toEqual(Buffer.from('project/bytes-\xff\xfe', 'latin1'));
  expect(listed.find((entry) => entry.path === 'project/link')).toMatchObject({
    kind: 'symlink',
    linkTarget: 'src/main.ts',
  });
  expect(listed.find((entry) => entry.path === 'project/big.bin')).toMatchObject({
    size: 3_000_000,
    mtime: '2020-09-13T12:26:40.500000000Z',
  });

  const below = parseLines(
    'Entry',
    (await machine.run(['backup', 'ls', `before:${project}/src`, '--no-recursive', '--json'])).stdout,
  );
  expect(below.map((entry) => entry.path).toSorted()).toEqual([
    'project/src',
    'project/src/deep',
    'project/src/main.ts',
  ]);

  const found = parseLines('FoundEntry', (await machine.run(['backup', 'find', '*.ts', '--json'])).stdout);
  expect(found.map((entry) => entry.path).toSorted()).toEqual([
    'project/src/main.ts',
    'project/src/main.ts',
    'project/src/new.ts',
  ]);

  const differences = parseLines(
    'Difference',
    (await machine.run(['backup', 'diff', 'before', 'after', '--json'])).stdout,
  );
  const changes = Object.fromEntries(differences.map(({ path, change }) => [path, change]));
  expect(changes).toMatchObject({
    'project/src/main.ts': 'content',
    'project/src/new.ts': 'added',
    'project/link': 'removed',
    'project/big.bin': 'metadata',
  });
});

test('one path of a snapshot is restored, overwriting only when asked to', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'project']);
  const target = join(machine.cwd, 'back/project/src/main.ts');
  await machine.json('RestoreRun', ['backup', 'restore', `latest:${project}/src/main.ts`, '--to', 'back']);
  expect(await readFile(target, 'utf8')).toBe('console.log(1);\n');
  await writeFile(target, 'mine');
  await machine.json('RestoreRun', ['backup', 'restore', 'latest:project/src', '--to', 'back']);
  expect(await readFile(target, 'utf8')).toBe('mine');
  const over = ['backup', 'restore', 'latest:project/src', '--to', 'back', '--overwrite', 'always'];
  const { safetySnapshot = '' } = await machine.json('RestoreRun', over);
  expect(await machine.json('Snapshot', ['backup', 'show', safetySnapshot])).toMatchObject({ kind: 'safety' });
  expect(await readFile(target, 'utf8')).toBe('console.log(1);\n');
  await writeFile(join(machine.cwd, 'back/project/src/extra'), '');
  await machine.json('RestoreRun', ['backup', 'restore', 'latest:project/src', '--to', 'back', '--delete']);
  await expect(readFile(join(machine.cwd, 'back/project/src/extra'))).rejects.toMatchObject({ code: 'ENOENT' });
  await machine.json('RestoreRun', [
    'backup',
    'restore',
    'latest',
    '--to',
    'some',
    '--include',
    '*.ts',
    '--exclude',
    'x',
  ]);
  expect(
    Object.values(await digestTree(join(machine.cwd, 'some'))).filter((entry) => entry.startsWith('file')),
  ).toHaveLength(1);
});

test('a restore in place wants a confirmation, saves what is there, and can be undone', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'good']);
  const good = await digestTree(project);
  await writeFile(join(project, 'src/main.ts'), 'worse');
  await rm(join(project, 'src/deep'), { recursive: true });
  const worse = await digestTree(project);
  const asked = ['backup', 'restore', 'good', '--in-place', '--overwrite', 'if-changed'];
  const unconfirmed = await machine.run([...asked, '--json']);
  expect(unconfirmed.code).toBe(2);
  expect(parseShape('Failed', unconfirmed.stdout).error.code).toBe('NOT_CONFIRMED');
  expect(unconfirmed.stderr).toContain('to the original paths');
  expect(await digestTree(project)).toEqual(worse);

  const run = await machine.json('RestoreRun', [...asked, '--yes']);
  expect(run.status).toBe('ok');
  expect(await digestTree(project)).toEqual(good);
  const safety = await machine.json('Snapshot', ['backup', 'show', run.safetySnapshot ?? '']);
  expect(safety.kind).toBe('safety');
  expect((await machine.json('Snapshot', ['backup', 'show', 'latest'])).name).toBe('good');

  await machine.json('RestoreRun', [
    'backup',
    'restore',
    safety.id,
    '--in-place',
    '--overwrite',
    'always',
    '--delete',
    '--yes',
  ]);
  expect(await digestTree(project)).toEqual(worse);
});

test('a restore in place of something that is gone needs no safety snapshot', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'project']);
  const before = await digestTree(project);
  await rename(project, join(machine.cwd, 'moved'));
  const run = await machine.json('RestoreRun', ['backup', 'restore', 'latest', '--in-place', '--yes']);
  expect(run.safetySnapshot).toBeUndefined();
  expect(await digestTree(project)).toEqual(before);
});

test('latest is that of the configured sources', async () => {
  const other = join(machine.cwd, 'other');
  await writeTree(other, { a: 'a' });
  await writeFile(
    join(machine.cwd, 'holdfast.config.json'),
    JSON.stringify({ sources: { paths: ['project'], exclude: ['*.bin'] } }),
  );
  const configured = await machine.json('BackupRun', ['backup', 'create']);
  expect(configured.snapshot?.sources.map((source) => source.root)).toEqual([project]);
  expect(configured.counts.filesNew).toBe(3);
  const explicit = await machine.json('BackupRun', ['backup', 'create', 'other']);
  expect((await machine.json('Snapshot', ['backup', 'show', 'latest'])).id).toBe(configured.snapshot?.id);
  expect((await machine.json('Snapshot', ['backup', 'show', 'latest', '--root', 'other'])).id).toBe(
    explicit.snapshot?.id,
  );
  const nobody = await machine.run(['backup', 'show', 'latest', '--host', 'elsewhere', '--json']);
  expect(nobody.code).toBe(4);
  expect(parseShape('Failed', nobody.stdout).error.code).toBe('SNAPSHOT_NOT_FOUND');
});

test('tenants are kept apart', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'project', '--tenant', 'acme', '--name', 'theirs']);
  await machine.json('BackupRun', ['backup', 'create', 'project/src', '--name', 'ours']);
  expect((await machine.json('Snapshot', ['backup', 'show', 'latest'])).name).toBe('ours');
  expect((await machine.json('Snapshot', ['backup', 'show', 'latest', '--tenant', 'acme'])).name).toBe('theirs');
  const { snapshots } = await machine.json('SnapshotList', ['backup', 'list', '--tenant', 'acme']);
  expect(snapshots.map((snapshot) => snapshot.name)).toEqual(['theirs']);
  const stats = await machine.json('RepositoryStats', ['backup', 'storage']);
  expect(stats.tenants.map((tenant) => tenant.tenant).toSorted()).toEqual(['acme', 'default']);
  expect((await machine.run(['backup', 'list'])).stdout).toMatch(/^ID .* TENANT .*/);
});

test('lists are filtered by name, tag and date', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'a', '--tag', 'x']);
  await machine.json('BackupRun', ['backup', 'create', 'project', '--name', 'b', '--tag', 'x', '--tag', 'y']);
  const names = async (...args: readonly string[]) =>
    (await machine.json('SnapshotList', ['backup', 'list', ...args])).snapshots.map((snapshot) => snapshot.name);
  expect(await names()).toEqual(['a', 'b']);
  expect(await names('--tag', 'y')).toEqual(['b']);
  expect(await names('--name', 'a')).toEqual(['a']);
  expect(await names('--after', '2100-01-01')).toEqual([]);
  expect(await names('--before', '2100-01-01', '--tag', 'x')).toEqual(['a', 'b']);
});

test('in a checkout without sources the project is backed up, without what git ignores', async () => {
  const { execFileSync } = await import('node:child_process');
  const checkout = join(machine.cwd, 'checkout');
  await writeTree(checkout, {
    '.gitignore': 'node_modules/\n*.log\n',
    'src/kept.ts': '',
    'src/gone.log': '',
    'node_modules/x/index.js': '',
  });
  execFileSync('git', ['init', '-q'], { cwd: checkout });
  const cwd = join(checkout, 'src');
  const run = await machine.json('BackupRun', ['backup', 'create'], { cwd });
  expect(run.snapshot?.sources.map((source) => source.root)).toEqual([checkout]);
  const listed = parseLines('Entry', (await machine.run(['backup', 'ls', 'latest', '--json'], { cwd })).stdout);
  const names = listed.map((entry) => entry.path.split('checkout/')[1]).filter((name) => !name?.startsWith('.git/'));
  expect(new Set(names.filter(Boolean))).toEqual(new Set(['.git', '.gitignore', 'src', 'src/kept.ts']));
});

test('outside of a checkout without sources there is nothing to back up', async () => {
  await mkdir(join(machine.cwd, 'plain'));
  const ended = await machine.run(['backup', 'create', '--json'], { cwd: join(machine.cwd, 'plain') });
  expect(ended.code).toBe(2);
  expect(parseShape('Failed', ended.stdout).error.code).toBe('NOTHING_TO_BACK_UP');
});
