import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/commands/all.ts';
import { type Machine, newMachine, parseShape } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

const WORKFLOW = '.github/workflows/holdfast-release.yml';
const ACTION = '.github/actions/holdfast-release/action.yml';
const MANIFEST = { name: 'shop', scripts: { test: 'node --test' }, devDependencies: { holdfast: '^1.0.0' } };

let machine: Machine;

const INIT = ['release', 'init-ci'];
const read = (path: string): Promise<string> => readFile(join(machine.cwd, path), 'utf8');

function initGit(branch: string): void {
  spawnSync('git', ['init', '--quiet', `--initial-branch=${branch}`], { cwd: machine.cwd, env: machine.env });
}

beforeEach(async () => {
  machine = await newMachine();
  await writeTree(machine.cwd, {
    'package.json': JSON.stringify(MANIFEST),
    'package-lock.json': '{}',
    'src/a.js': 'a',
  });
});

test('the files are written, it is said what is left to do, and a second time changes nothing', async () => {
  const first = await machine.run(INIT);
  expect([first.code, first.stdout]).toEqual([0, `created    ${WORKFLOW}\ncreated    ${ACTION}\n`]);
  expect(first.stderr).toMatch(
    /^To do:\n- Set the secret HOLDFAST_SIGNING_KEY .*\n- .*HOLDFAST_REPO.*\n- .*trusted publisher.*\n$/,
  );
  const before = await read(WORKFLOW);
  const second = await machine.run([...INIT, '--quiet']);
  expect(second).toMatchObject({ code: 0, stdout: `unchanged  ${WORKFLOW}\nunchanged  ${ACTION}\n`, stderr: '' });
  expect(await read(WORKFLOW)).toBe(before);
});

test('options end up in the files, and JSON says what was done', async () => {
  initGit('trunk');
  await mkdir(join(machine.cwd, 'src/deep'));
  const options = ['--node', '22, 24', '--package-manager', 'pnpm', '--no-publish', '--no-backup'];
  const written = await machine.json('CiWritten', [...INIT, ...options], { cwd: join(machine.cwd, 'src/deep') });
  expect(written).toMatchObject({ folder: await realpath(machine.cwd), dryRun: false });
  expect(written.files).toEqual([
    { path: WORKFLOW, change: 'created' },
    { path: ACTION, change: 'created' },
  ]);
  const workflow = await read(WORKFLOW);
  for (const part of ['branches: [trunk]', 'node: [22, 24]', 'pnpm test']) expect(workflow).toContain(part);
  expect(workflow + (await read(ACTION))).not.toMatch(/id-token|backup create|npm run build/);
  await machine.run([...INIT, '--branch', 'next', '--force']);
  expect(await read(WORKFLOW)).toContain("github.ref == 'refs/heads/next'");
});

test('what is private is not published', async () => {
  await writeFile(join(machine.cwd, 'package.json'), JSON.stringify({ ...MANIFEST, private: true }));
  await machine.json('CiWritten', INIT);
  expect(await read(WORKFLOW)).not.toContain('npm publish');
});

test('a file that was changed is refused by name and kept, in a dry run too, and replaced with --force', async () => {
  await writeTree(machine.cwd, { [ACTION]: 'mine' });
  for (const call of [INIT, [...INIT, '--dry-run']]) {
    const { code, stdout, stderr } = await machine.run(call);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`Expected the place of ${ACTION} to be free`);
    expect(stderr).toContain('--force');
  }
  const failed = await machine.run([...INIT, '--json']);
  expect(parseShape('Failed', failed.stdout).error.code).toBe('TARGET_EXISTS');
  expect([await read(ACTION), await readdir(join(machine.cwd, '.github'))]).toEqual(['mine', ['actions']]);
  const forced = await machine.json('CiWritten', [...INIT, '--force']);
  expect(forced.files.map(({ change }) => change)).toEqual(['created', 'replaced']);
  expect(await read(ACTION)).not.toBe('mine');
});

test('a dry run writes nothing and shows the very files', async () => {
  const shown = await machine.json('CiWritten', [...INIT, '--dry-run']);
  const { stdout } = await machine.run([...INIT, '--dry-run', '--verbose']);
  expect(await readdir(machine.cwd)).not.toContain('.github');
  await machine.json('CiWritten', INIT);
  expect(shown.files.map(({ text }) => text)).toEqual([await read(WORKFLOW), await read(ACTION)]);
  for (const { text } of shown.files) expect(stdout).toContain(text);
});

test('what can not be is refused with what to do', async () => {
  const cases: readonly (readonly [number, string, readonly string[]])[] = [
    [2, 'Expected a version of Node, got "latest"', ['--node', 'latest']],
    [2, 'Expected a branch, got "a b"', ['--branch', 'a b']],
    [2, 'Allowed choices are npm, pnpm, yarn', ['--package-manager', 'bun']],
  ];
  for (const [exit, message, options] of cases) {
    const { code, stderr } = await machine.run([...INIT, ...options]);
    expect([code, stderr], options.join(' ')).toEqual([exit, expect.stringContaining(message)]);
  }
  const none = await (await newMachine()).run(INIT);
  expect([none.code, none.stderr]).toEqual([4, expect.stringContaining('Expected a package.json in')]);
});

test('what the files call is there: commands of this program with options that they have', async () => {
  await machine.json('CiWritten', INIT);
  const calls = [...`${await read(WORKFLOW)}${await read(ACTION)}`.matchAll(/-- holdfast (\w+) ([\w-]+)(.*)$/gm)];
  const named = new Set(calls.map(([, group, name]) => `${group} ${name}`));
  expect([...named].toSorted()).toEqual([
    'backup create',
    'backup verify',
    ...['create', 'export', 'info', 'plan', 'verify'].map((name) => `release ${name}`),
  ]);
  const released = COMMANDS.some(({ path }) => path.join(' ') === 'release create');
  for (const [, group, name, rest = ''] of calls) {
    const command = COMMANDS.find(({ path }) => path.join(' ') === `${group} ${name}`);
    // The other commands of releases come with a change of their own.
    if (!released && group === 'release') continue;
    const flags = [...(command?.options ?? []), { flags: '--json' }].map((option) => option.flags.split(/[ ,]/)[0]);
    for (const [flag] of rest.matchAll(/--[a-z-]+/g)) expect(flags, `${name} ${flag}`).toContain(flag);
  }
});

test.skipIf(process.platform === 'win32')('the backup of the action is made and verified by this program', async () => {
  // What is backed up without configured sources is a checkout.
  initGit('main');
  await machine.json('CiWritten', INIT);
  const { keyFile = '' } = await machine.json('Created', ['init']);
  const bin = join(machine.cwd, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'holdfast'), `#!/bin/sh\nexec '${machine.command.join("' '")}' "$@"\n`);
  await chmod(join(bin, 'holdfast'), 0o755);
  const action = parse(await read(ACTION)) as { runs: { steps: { name: string; run: string }[] } };
  const script = action.runs.steps.find(({ name }) => name === 'Back up')?.run ?? '';
  const { status, stdout } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: machine.cwd,
    encoding: 'utf8',
    // As the step has them: a passphrase that is not set is empty.
    env: { ...machine.env, VERSION: '1.3.0+7', HOLDFAST_KEY_FILE: keyFile, HOLDFAST_PASSPHRASE: '' },
  });
  expect([status, stdout.trim().split('\n').length]).toEqual([0, 2]);
  const { snapshots } = await machine.json('SnapshotList', ['backup', 'list']);
  expect(snapshots).toMatchObject([{ tags: ['release=1.3.0+7'], note: 'Before release 1.3.0+7' }]);
});
