import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { COMMANDS } from '../../src/commands/all.ts';
import { BUNDLE } from '../support/bundle.ts';
import { newMachine, parseShape, type Machine } from '../support/cli.ts';
import { digestTree, writeTree } from '../support/tree.ts';

const run = promisify(execFile);

function has(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a command on a terminal of its own (util-linux). */
const TERMINAL = 'script';

const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

async function writeNoise(file: string, megabytes: number): Promise<void> {
  await using handle = await open(file, 'w');
  for (let n = 0; n < megabytes; n++) await handle.write(randomBytes(1024 * 1024));
}

/** Bytes of all packs: close to the content in them where that does not compress. */
async function packedBytes(repository: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(repository, { recursive: true })) {
    const facts = await stat(join(repository, name));
    if (name.startsWith('packs') && facts.isFile()) sum += facts.size;
  }
  return sum;
}

/** Where there is time, all commands; else every fourth one: a start for each of a hundred takes seconds. */
const ASKED = COMMANDS.filter((_, n) => IS_THOROUGH || n % 4 === 0);

test('every command has help with an example, and --version is a version', async () => {
  const machine = await newMachine();
  for (const { path, examples } of COMMANDS) expect(examples[0].call, path.join(' ')).toMatch(/^holdfast /);
  const pages = ASKED.map(async ({ path, examples }) => {
    const ended = await machine.run([...path, '--help']);
    expect({ path, code: ended.code, stderr: ended.stderr }).toEqual({ path, code: 0, stderr: '' });
    expect(ended.stdout).toContain(`Usage: holdfast ${path.join(' ')}`);
    expect(ended.stdout).toContain(examples[0].call);
    expect(ended.stdout).toContain('--json');
  });
  await Promise.all(pages);
  expect((await machine.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await machine.run(['help', 'backup'])).stdout).toContain('restore');
});

test('Ctrl-C ends a backup cleanly, and the next run does not start from nothing', { timeout: 240_000 }, async () => {
  const machine = await newMachine();
  await machine.json('Created', ['init']);
  const data = join(machine.cwd, 'data');
  await mkdir(data);
  for (let n = 0; n < 8; n++) await writeNoise(join(data, `${n}.bin`), 16);
  let interrupted = false;
  const first = await machine.run(['backup', 'create', 'data'], {
    onStderr: (child, text) => {
      if (interrupted || !text.includes('backup ')) return;
      interrupted = true;
      setTimeout(() => child.kill('SIGINT'), 200);
    },
  });
  expect(first).toMatchObject({ code: 130, signal: null, stdout: '' });
  expect(first.stderr).toContain('Stopping cleanly. Press Ctrl-C again to stop at once.');
  expect(first.stderr).toContain('holdfast: Stopped before the end');
  expect(first.stderr).not.toContain('    at ');
  expect((await machine.json('SnapshotList', ['backup', 'list'])).snapshots).toEqual([]);

  const storedBefore = await packedBytes(machine.repository);
  const again = await machine.json('BackupRun', ['backup', 'create', 'data']);
  expect(again.status).toBe('ok');
  // What the first run stored, the second one finds.
  expect(again.counts.bytesNew).toBeLessThanOrEqual(again.counts.bytesTotal - storedBefore + 1024 * 1024);
  const report = await machine.json('VerifyReport', ['backup', 'verify', 'latest', '--level', 'full']);
  expect(report.findings.filter((finding) => finding.snapshots.length > 0)).toEqual([]);
  await machine.json('RestoreRun', ['backup', 'restore', 'latest', '--to', 'back']);
  expect(await digestTree(join(machine.cwd, 'back/data'))).toEqual(await digestTree(data));
});

test('SIGTERM ends with 143, and --json tells of it', async () => {
  const machine = await newMachine();
  await machine.json('Created', ['init']);
  await writeNoise(join(machine.cwd, 'noise'), 128);
  let interrupted = false;
  const ended = await machine.run(['backup', 'create', 'noise', '--json'], {
    onStderr: (child, text) => {
      if (interrupted || !text.includes('backup ')) return;
      interrupted = true;
      child.kill('SIGTERM');
    },
  });
  expect(ended.code).toBe(143);
  expect(parseShape('Failed', ended.stdout).error.code).toBe('ABORTED');
});

test('a reader that goes away ends a listing quietly', async () => {
  const machine = await newMachine();
  await machine.json('Created', ['init']);
  await writeTree(
    machine.cwd,
    Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`data/file-${n}`, String(n)])),
  );
  await machine.json('BackupRun', ['backup', 'create', 'data']);
  const command = [...machine.command, 'backup', 'ls', 'latest'].map(shellWord).join(' ');
  const shell = `${command} 2> err | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout } = await run('bash', ['-c', shell], { cwd: machine.cwd, env: machine.env });
  expect(stdout.split('\n')).toEqual([expect.stringContaining(' data'), '0', '']);
  const { readFile } = await import('node:fs/promises');
  expect(await readFile(join(machine.cwd, 'err'), 'utf8')).toBe('');
});

/** Runs the program on a terminal of its own and returns all that the terminal got. */
async function onTerminal(
  machine: Machine,
  args: readonly string[],
  typed: readonly [after: string, keys: string][] = [],
) {
  const command = [...machine.command, ...args].map(shellWord).join(' ');
  const child = spawn(TERMINAL, ['-qefc', command, '/dev/null'], {
    cwd: machine.cwd,
    env: { ...machine.env, TERM: 'xterm', COLUMNS: '100' },
  });
  let text = '';
  const waiting = [...typed];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    const [next] = waiting;
    if (next === undefined || !text.includes(next[0])) return;
    waiting.shift();
    child.stdin.write(next[1]);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, text };
}

describe.skipIf(!has(TERMINAL))('on a terminal (needs the program `script`)', () => {
  test('progress is a bar that is taken away at the end, and colours are there unless told otherwise', async () => {
    const machine = await newMachine();
    await machine.json('Created', ['init']);
    await writeNoise(join(machine.cwd, 'noise'), 64);
    const { code, text } = await onTerminal(machine, ['backup', 'create', 'noise']);
    expect(code).toBe(0);
    expect(text).toMatch(/\r\u001b\[Kbackup {2}\[#*-*\] +\d+ %/);
    expect(text).toMatch(/\r\u001b\[Ksnapshot [0-9a-f]{32}: \u001b\[32mok/);
    const plain = await onTerminal(machine, ['backup', 'create', 'noise', '--no-color', '--quiet']);
    expect(plain.text).toMatch(/^[0-9a-f]{32}\r\n$/);
  });

  test('a passphrase is asked for without showing it', async () => {
    const machine = await newMachine();
    const init = await onTerminal(
      machine,
      ['init', '--key-file', join(machine.root, 'k'), '--passphrase-file', '-'],
      [
        ['New passphrase: ', 'lilly\u007f\u007fy\r'],
        ['The same again: ', 'lily\r'],
      ],
    );
    expect(init.code).toBe(0);
    expect(init.text).not.toContain('lil');
    const status = await onTerminal(machine, ['status'], [['Passphrase of', 'lily\r']]);
    expect(status.code).toBe(0);
    expect(status.text).toContain('reachable      yes');
    const wrong = await onTerminal(machine, ['backup', 'list'], [['Passphrase of', 'rose\r']]);
    expect(wrong.code).toBe(5);
    const given = await onTerminal(machine, ['backup', 'list'], [['Passphrase of', '\u0003']]);
    expect(given.code).toBe(130);
  });

  test('a recovery code is asked for with --recovery', async () => {
    const machine = await newMachine();
    const { recoveryCode = '' } = await machine.json('Created', ['init', '--key-file', join(machine.root, 'k')]);
    const status = await onTerminal(machine, ['status', '--recovery'], [['Recovery code: ', `${recoveryCode}\r`]]);
    expect(status.code).toBe(0);
    expect(status.text).not.toContain(recoveryCode.slice(0, 9));
    const piped = await machine.run(['status', '--recovery']);
    expect(piped.stderr).toContain('Give it with --recovery-code-file.');
  });

  test('a restore in place is asked about', async () => {
    const machine = await newMachine();
    await machine.json('Created', ['init']);
    await writeTree(machine.cwd, { 'data/a': 'a' });
    await machine.json('BackupRun', ['backup', 'create', 'data']);
    await writeFile(join(machine.cwd, 'data/a'), 'other');
    const args = ['backup', 'restore', 'latest', '--in-place', '--overwrite', 'always'];
    const no = await onTerminal(machine, args, [['Go on? [y/N]', 'n\r']]);
    expect(no.code).toBe(2);
    expect(no.text).toContain('not confirmed; nothing was changed');
    const yes = await onTerminal(machine, args, [['Go on? [y/N]', 'y\r']]);
    expect(yes.code).toBe(0);
    expect(yes.text).toContain('Safety snapshot');
  });
});

test('the sources run as they are, worker threads included', async () => {
  const machine = await newMachine();
  const sources = { sources: true };
  await writeTree(
    machine.cwd,
    Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`data/${n % 7}/${n}`, `${n}`.repeat(n)])),
  );
  await machine.json('Created', ['init'], sources);
  expect((await machine.json('BackupRun', ['backup', 'create', 'data'], sources)).status).toBe('ok');
  expect((await machine.json('RestoreRun', ['backup', 'restore', 'latest', '--to', 'back'], sources)).status).toBe(
    'ok',
  );
  expect(await digestTree(join(machine.cwd, 'back/data'))).toEqual(await digestTree(join(machine.cwd, 'data')));
});

test('an old Node gets one sentence', async () => {
  const machine = await newMachine();
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
  const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
  const { code, stdout, stderr } = await machine.run(['--help'], { nodeFlags });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^holdfast: Expected Node\.js 22\.19 or newer, got 20\.20\.2: [^\n]+\.\n$/);
});

const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  try {
    return Number(execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' })) < 22;
  } catch {
    return false;
  }
});

test.skipIf(oldNode === undefined)('a real old Node says the same (needs one in /usr/bin)', async () => {
  const failure = await run(oldNode ?? '', [BUNDLE, '--help']).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^holdfast: Expected Node\.js .*\.\n$/),
  });
});
