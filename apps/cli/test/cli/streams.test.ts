import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { type Ended, newMachine, type Machine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

let machine: Machine;

beforeEach(async () => {
  machine = await newMachine({ inProcess: true });
  await machine.json('Created', ['init']);
  await writeTree(join(machine.cwd, 'files'), { a: 'a' });
});

/** A server that nobody can reach: its port is taken by nothing. */
const NOWHERE = 'postgres://me@127.0.0.1:1/shop?connect_timeout=2&table=ml_*';

test('what a program prints is backed up beside files, listed, printed and restored', async () => {
  const command = "made/list=printf '%s\\n' one two; cat files/a";
  const run = await machine.json('BackupRun', ['backup', 'create', 'files', '--source-command', command]);
  expect(run.sources).toMatchObject([
    { kind: 'command', path: 'made/list', status: 'ok', files: 1, details: { command: 'sh', executor: 'local' } },
    { kind: 'directory', path: 'files', status: 'ok' },
  ]);
  const printed = await machine.run(['backup', 'cat', 'latest:made/list']);
  expect(printed).toMatchObject({ code: 0, stdout: 'one\ntwo\na' });
  expect(await machine.json('Entry', ['backup', 'cat', 'latest:made/list'])).toMatchObject({ kind: 'file', size: 9 });
  await machine.json('RestoreRun', ['backup', 'restore', 'latest', '--to', 'back']);
  expect(await readFile(join(machine.cwd, 'back/made/list'), 'utf8')).toBe('one\ntwo\na');
});

test('a file is given to a command, whose output and failure are told, and which never takes a part for the whole', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'files', '--source-command', 'made/list=seq 3']);
  const feed = (line: string): Promise<Ended> => machine.run(['backup', 'cat', 'latest:made/list', '--command', line]);
  expect(await feed('wc -l | tr -d " "')).toMatchObject({ code: 0, stdout: '3\n' });
  expect(await feed('exit 3')).toMatchObject({ code: 1, stderr: expect.stringContaining('got 3') as string });
  const stopped = await machine.run([
    'backup',
    'cat',
    'latest:made/list',
    '--command',
    'echo begun >&2; kill -INT $PPID; sleep 50',
  ]);
  expect([stopped.code, stopped.stderr]).toEqual([130, expect.not.stringContaining('SIGTERM')]);
  const packs = (await readdir(machine.repository, { recursive: true })).filter((name) => name.includes('packs/'));
  for (const pack of packs) {
    const path = join(machine.repository, pack);
    if (!(await stat(path)).isFile()) continue;
    await chmod(path, 0o600);
    await writeFile(path, Buffer.alloc((await stat(path)).size));
  }
  expect((await feed('cat >part; touch whole')).code).not.toBe(0);
  expect(await readdir(machine.cwd)).not.toContain('whole');
});

test('with a source and no path nothing else is backed up', async () => {
  const run = await machine.json('BackupRun', ['backup', 'create', '--source-command', 'out=echo x']);
  expect(run.snapshot?.sources.map(({ root }) => root)).toEqual(['command:out']);
});

test('a source that fails is told in text and JSON, the rest is kept, and the exit code says partial', async () => {
  const args = [
    'backup',
    'create',
    'files',
    '--source',
    `shop=${NOWHERE}`,
    '--source-command',
    'bad=echo begun; exit 3',
  ];
  const text = await machine.run(args);
  expect(text.code).toBe(3);
  expect(text.stdout).toMatch(/snapshot [0-9a-f]{32}: partial, 2 problems/);
  expect(text.stdout).toMatch(/^ {2}bad +failed: 0 files/m);
  expect(text.stderr).toMatch(/bad.*got 3/);
  const { code, stdout } = await machine.run([...args, '--json']);
  const run = JSON.parse(stdout) as { sources: { error?: { code: string } }[] };
  expect(code).toBe(3);
  // Without the programs of PostgreSQL there is another code.
  const server = expect.stringMatching(/^DATABASE_UNREACHABLE$|^COMMAND_NOT_FOUND$/) as string;
  expect(run.sources.map(({ error }) => error?.code)).toEqual([server, 'COMMAND_FAILED', undefined]);
  const atomic = await machine.run([...args, '--atomic', '--json']);
  expect([atomic.code, atomic.stdout]).toEqual([1, expect.stringContaining('SOURCE_FAILED')]);
  expect((await machine.json('SnapshotList', ['backup', 'list'])).snapshots).toHaveLength(2);
});

test.each([
  ['a password in the URL', ['--source', 'postgres://me:swordfish@h/d']],
  ['a password in its parameters', ['--source', 'postgres://h/d?password=swordfish']],
  ['another database', ['--source', 'mongodb://h/d']],
  ['a password for MySQL in the URL', ['--source', 'mysql://me:swordfish@h/d']],
  ['a parameter that Redis does not have', ['--source', 'redis://h?table=x']],
  ['a variable that is not there', ['--source', 'redis://h?password-env=NO_SUCH_VARIABLE']],
  ['an unknown format', ['--source', 'postgres://h/d?format=tar']],
  ['an unknown parameter', ['--source', 'postgres://h/d?tables=x']],
  ['a command without a name', ['--source-command', 'echo x']],
  ['two sources at one place', ['--source-command', 'a=echo', '--source-command', 'a=echo']],
])('%s is a usage error that shows no secret', async (_what, args) => {
  const { code, stdout, stderr } = await machine.run(['backup', 'create', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).not.toContain('swordfish');
});

test('what is no file is not printed', async () => {
  await machine.json('BackupRun', ['backup', 'create', 'files']);
  expect((await machine.run(['backup', 'cat', 'latest:files/none'])).code).toBe(4);
  expect((await machine.run(['backup', 'cat', 'latest:files'])).code).toBe(1);
  expect((await machine.run(['backup', 'cat', 'latest'])).code).toBe(2);
});
