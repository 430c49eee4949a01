import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine, parseShape, type Machine } from '../support/cli.ts';
import { preparedMachine } from '../support/prepared-machine.ts';
import { writeTree } from '../support/tree.ts';

const prepared = preparedMachine(async (machine) => {
  await machine.json('Created', ['init']);
  await writeTree(join(machine.cwd, 'data'), { 'a.txt': 'a'.repeat(10_000), 'b.txt': 'b' });
  await machine.json('BackupRun', ['backup', 'create', 'data']);
});

/** In the middle of the largest one. */
async function flipAByteOfAPack(machine: Machine): Promise<string> {
  let pack = '';
  let size = 0;
  for (const name of await readdir(machine.repository, { recursive: true })) {
    const facts = await stat(join(machine.repository, name));
    if (!name.startsWith('packs') || !facts.isFile() || facts.size <= size) continue;
    pack = name;
    size = facts.size;
  }
  const file = join(machine.repository, pack);
  const bytes = await readFile(file);
  const middle = Math.floor(size / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(file, bytes);
  return pack;
}

test('2: what is not understood, with a hint, and nothing done', async () => {
  const machine = await newMachine();
  for (const [args, message] of [
    [['bakup'], "holdfast: Unknown command 'bakup'\nhint: Did you mean backup?\n"],
    [['backup', 'lst'], "holdfast: Unknown command 'lst'\nhint: Did you mean one of list, ls?\n"],
    [['status', '--jsno'], "holdfast: Unknown option '--jsno'\nhint: Did you mean --json?\n"],
    [['backup', 'show'], "holdfast: Missing required argument 'id'\nhint: See --help of the command.\n"],
    [['backup', 'list', 'x', 'y'], /^holdfast: Too many arguments/],
    [
      ['backup', 'create', 'x', '--profile', 'best'],
      /^holdfast: Option '--profile <profile>' argument 'best' is invalid\. Allowed choices are/,
    ],
    [
      ['backup', 'create', 'x', '--check-sealed', 'some'],
      /^holdfast: Option '--check-sealed <frames>' argument 'some' is invalid\. Allowed choices are off, sample, all/,
    ],
    [['backup', 'create', 'x', '--name', 'a:b'], /^holdfast: Expected a name without ":"/],
    [['backup', 'create', 'x', '--name', 'latest'], /^holdfast: Expected a name without ":" that is not "latest"/],
    [['backup', 'create', 'x', '--tag', 'a b'], /^holdfast: Expected a tag like nightly or team=web/],
    [['backup', 'list', '--after', 'yesterday'], /^holdfast: Expected a date, got "yesterday"/],
    [['backup', 'forget', 'x', '--keep-last', '1'], /^holdfast: Expected either snapshots or a policy, got both/],
    [
      ['backup', 'prune', '--wait', '5'],
      'holdfast: Expected a duration like 90s, 10m, 1h or 2d, got "5"\n' +
        'hint: Write a whole number and s, m, h or d: seconds, minutes, hours or days.\n',
    ],
    [['backup', 'prune', '--fence-after', '1h30m'], /^holdfast: Expected a duration like 90s, .*, got "1h30m"/],
    [['backup', 'prune', '--max-unused', '101'], /^holdfast: Expected a percentage from 0 to 100, got "101"/],
    [['backup', 'prune', '--max-unused', 'half'], /^holdfast: Expected a percentage from 0 to 100, got "half"/],
    [['backup', 'restore', 'latest'], /^holdfast: Expected one of --to DIR, --in-place and --into URL, got none/],
    [
      ['backup', 'restore', 'latest', '--to', 'x', '--in-place'],
      /^holdfast: Expected one of --to DIR, --in-place and --into URL, got 2/,
    ],
  ] as const) {
    const { code, stdout, stderr } = await machine.run(args);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
  }
});

test('2: a call without a command shows what there is', async () => {
  const machine = await newMachine();
  for (const args of [[], ['backup'], ['config']]) {
    const { code, stdout, stderr } = await machine.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: holdfast');
    expect(stderr).toContain('holdfast: Expected a command, got none');
  }
});

test('2: --json tells of mistakes on the command line, too', async () => {
  const machine = await newMachine();
  const { code, stdout, stderr } = await machine.run(['status', '--nope', '--json']);
  expect(code).toBe(2);
  expect(parseShape('Failed', stdout).error.code).toBe('USAGE');
  expect(stderr).toBe('');
});

test('2: no repository is named', async () => {
  const machine = await newMachine();
  const { code, stdout } = await machine.run(['status', '--json'], { env: { HOLDFAST_REPO: '' } });
  expect(code).toBe(2);
  expect(parseShape('Failed', stdout).error.code).toBe('REPOSITORY_NOT_SET');
});

test('3: a part could not be read, and is named', async () => {
  const { machine } = await prepared();
  const { code, stdout } = await machine.run(['backup', 'create', 'data', 'missing', '--json']);
  expect(code).toBe(3);
  const run = parseShape('BackupRun', stdout);
  expect(run.status).toBe('partial');
  expect(run.problems).toMatchObject([{ path: join(machine.cwd, 'missing'), code: 'ENOENT' }]);
  const text = await machine.run(['backup', 'create', 'data', 'missing']);
  expect(text.stderr).toContain(`warning: ${join(machine.cwd, 'missing')}`);
  expect(text.stdout).toContain('partial, 1 problem');
});

test('4: no repository, no snapshot, no path', async () => {
  const { machine } = await prepared();
  for (const [args, code] of [
    [['status', '--repo', join(machine.root, 'nothing')], undefined],
    [['backup', 'list', '--repo', join(machine.root, 'nothing')], 'NOT_A_REPOSITORY'],
    [['backup', 'show', 'nobody'], 'SNAPSHOT_NOT_FOUND'],
    [['backup', 'ls', 'latest:data/nothing'], 'PATH_NOT_FOUND'],
    [['backup', 'restore', 'latest:data/nothing', '--to', 'x'], 'PATH_NOT_FOUND'],
    [['backup', 'create', 'missing'], 'PATH_FAILED'],
  ] as const) {
    const ended = await machine.run([...args, '--json']);
    expect({ args, code: ended.code }).toEqual({ args, code: 4 });
    if (code === undefined) {
      expect(parseShape('RepositoryStatus', ended.stdout)).toMatchObject({
        repository: { reachable: false },
        error: { code: 'NOT_A_REPOSITORY' },
      });
    } else {
      expect(parseShape('Failed', ended.stdout).error.code).toBe(code);
    }
  }
});

test('5: the wrong key, something that is no key, and none at all', async () => {
  const { machine } = await prepared();
  const other = await newMachine();
  const { keyFile = '' } = await other.json('Created', ['init']);
  await writeFile(join(machine.root, 'noise'), 'noise');
  await writeFile(join(machine.root, 'passphrase'), 'wrong');
  for (const [args, env, code] of [
    [['--passphrase-file', join(machine.root, 'passphrase')], {}, 'WRONG_KEY'],
    [['--key-file', keyFile], {}, 'WRONG_KEY'],
    [['--key-file', join(machine.root, 'noise')], {}, 'INVALID_KEY_FILE'],
    [[], { HOLDFAST_PASSPHRASE: 'wrong' }, 'WRONG_KEY'],
    [[], { XDG_CONFIG_HOME: join(machine.root, 'elsewhere') }, 'SECRET_NEEDED'],
  ] as const) {
    const ended = await machine.run(['backup', 'list', ...args, '--json'], { env });
    expect({ args, code: ended.code }).toEqual({ args, code: 5 });
    expect(parseShape('Failed', ended.stdout).error.code).toBe(code);
  }
});

test('6: verify names the pack in which a byte was flipped', async () => {
  const { machine } = await prepared();
  expect((await machine.json('VerifyReport', ['backup', 'verify', '--level', 'full'])).findings).toEqual([]);
  const pack = await flipAByteOfAPack(machine);
  const { code, stdout } = await machine.run(['backup', 'verify', '--level', 'full', '--json']);
  expect(code).toBe(6);
  const report = parseShape('VerifyReport', stdout);
  expect(report.status).toBe('failed');
  expect(report.findings.map((finding) => finding.object)).toContain(pack);
  const text = await machine.run(['backup', 'verify', '--level', 'full']);
  expect(text.stdout).toContain(pack);
});

test('3: a restore brings back what is not damaged, and names what is', async () => {
  const machine = await newMachine();
  await machine.json('Created', ['init']);
  const noise = (n: number) => createHash('shake256', { outputLength: 700_000 }).update(String(n)).digest();
  const tree = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`file-${n}`, noise(n)]));
  await writeTree(join(machine.cwd, 'data'), tree);
  await machine.json('BackupRun', ['backup', 'create', 'data']);
  const pack = await flipAByteOfAPack(machine);
  const { code, stdout } = await machine.run(['backup', 'restore', 'latest', '--to', 'back', '--json']);
  expect(code).toBe(3);
  const { result, status } = parseShape('RestoreRun', stdout);
  expect(status).toBe('partial');
  expect(result?.problems.length).toBeGreaterThan(0);
  for (const problem of result?.problems ?? []) expect(problem).toMatchObject({ code: 'OBJECT_DAMAGED', object: pack });
  expect(result?.filesWritten).toBe(40 - (result?.problems.length ?? 0));
  const text = await machine.run(['backup', 'restore', 'latest', '--to', 'again']);
  expect(text.stderr.split(pack)).toHaveLength((result?.problems.length ?? 0) + 1);
});

test('1: there is a repository already', async () => {
  const { machine } = await prepared();
  expect((await machine.run(['init'])).code).toBe(1);
});
