import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

const PASSPHRASE = 'tiger-lily-4711';

test('a passphrase is in no output, no file and no child process, with --debug and in errors as well', async () => {
  const machine = await newMachine();
  const env = { HOLDFAST_PASSPHRASE: PASSPHRASE };
  await writeTree(machine.cwd, { 'a.txt': 'a', '.gitignore': '*.log' });
  execFileSync('git', ['init', '-q'], { cwd: machine.cwd });
  // A git that tells what it was started with.
  const bin = join(machine.root, 'bin');
  await mkdir(bin);
  const git = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  await writeFile(
    join(bin, 'git'),
    `#!/bin/sh\n{ env; echo "$@"; } >> ${join(machine.root, 'git.txt')}\nexec ${git} "$@"\n`,
  );
  await chmod(join(bin, 'git'), 0o755);
  const path = { PATH: `${bin}:${machine.env['PATH']}` };
  let said = '';
  for (const args of [
    ['init'],
    ['config', 'show'],
    ['status'],
    ['backup', 'create'],
    ['backup', 'list'],
    ['backup', 'show', 'nobody'],
  ]) {
    for (const extra of [['--debug'], ['--json', '--debug', '--verbose']]) {
      const ended = await machine.run([...args, ...extra], { env: { ...env, ...path } });
      said += ended.stdout + ended.stderr;
    }
  }
  expect(said).toContain('HOLDFAST_PASSPHRASE');
  expect(said).not.toContain(PASSPHRASE);
  expect(await readFile(join(machine.root, 'git.txt'), 'utf8')).toContain('ls-files');
  for (const name of await readdir(machine.root, { recursive: true })) {
    const bytes = await readFile(join(machine.root, name)).catch(() => Buffer.alloc(0));
    expect({ name, leaks: bytes.includes(PASSPHRASE) }).toEqual({ name, leaks: false });
  }
});

test('there is no option that takes a passphrase, and a passphrase in the configuration is refused without repeating it', async () => {
  const machine = await newMachine();
  const option = await machine.run(['init', '--passphrase', PASSPHRASE]);
  expect(option.code).toBe(2);
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ passphrase: PASSPHRASE }));
  const config = await machine.run(['status', '--debug']);
  expect(config.code).toBe(2);
  expect(config.stderr).toContain('Expected no secret in the configuration');
  expect(config.stdout + config.stderr).not.toContain(PASSPHRASE);
});
