import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine, parseShape } from '../support/cli.ts';

test('config show says where each value came from', async () => {
  const machine = await newMachine({ inProcess: true });
  const file = join(machine.cwd, 'holdfast.config.json');
  await writeFile(
    file,
    JSON.stringify({ repository: 'from-file', keyFile: 'k', tenant: 'acme', performance: { readers: 8 } }),
  );
  const cwd = join(machine.cwd, 'deep', 'er');
  await mkdir(cwd, { recursive: true });
  const fromFile = await machine.json('ConfigShown', ['config', 'show'], { cwd, env: { HOLDFAST_REPO: '' } });
  expect(fromFile.file).toBe(file);
  expect(fromFile.settings['repository']).toEqual({
    value: join(machine.cwd, 'from-file'),
    origin: 'file',
    from: file,
  });
  expect(fromFile.settings['keyFile']).toEqual({ value: join(machine.cwd, 'k'), origin: 'file', from: file });
  expect(fromFile.settings['performance.readers']).toEqual({ value: 8, origin: 'file', from: file });
  expect(fromFile.settings['profile']).toEqual({ origin: 'unset' });
  expect(fromFile.settings['cacheDirectory']).toEqual({ origin: 'unset' });
  const env = await machine.json('ConfigShown', ['config', 'show'], { cwd });
  expect(env.settings['repository']).toEqual({
    value: machine.repository,
    origin: 'environment',
    from: 'HOLDFAST_REPO',
  });
  const flag = await machine.json('ConfigShown', ['--repo', 'x', 'config', 'show'], { cwd });
  expect(flag.settings['repository']).toEqual({ value: join(cwd, 'x'), origin: 'flag', from: '--repo' });
  const text = await machine.run(['config', 'show'], { cwd });
  expect(text.stdout).toMatch(/repository +\S+ +environment HOLDFAST_REPO/);
});

test('--config takes another file, wherever the flag stands', async () => {
  const machine = await newMachine({ inProcess: true });
  await writeFile(join(machine.root, 'other.json'), '{"tenant": "other"}');
  for (const args of [
    ['--config', '../other.json', 'config', 'show'],
    ['config', '--config', '../other.json', 'show'],
    ['config', 'show', '--config', '../other.json'],
  ]) {
    expect((await machine.json('ConfigShown', args)).settings['tenant']?.value).toBe('other');
  }
  const missing = await machine.run(['status', '--config', 'missing.json', '--json']);
  expect(missing.code).toBe(2);
  expect(parseShape('Failed', missing.stdout).error.code).toBe('CONFIG_NOT_FOUND');
});

test('a wrong configuration stops every command, and validate lists all that is wrong', async () => {
  const machine = await newMachine({ inProcess: true });
  await writeFile(
    join(machine.cwd, 'holdfast.config.json'),
    '{"repositry": "x", "profile": "best", "performance": {"readers": -1}}',
  );
  const status = await machine.run(['status']);
  expect(status.code).toBe(2);
  expect(status.stderr).toContain('Expected a known key, got "repositry"');
  const ended = await machine.run(['config', 'validate', '--json']);
  expect(ended.code).toBe(2);
  const { valid, problems } = parseShape('ConfigValidated', ended.stdout);
  expect(valid).toBe(false);
  expect(problems.map((problem) => problem.path).toSorted()).toEqual(['performance.readers', 'profile', 'repositry']);
  const text = await machine.run(['config', 'validate']);
  expect(text.stdout).toContain('Did you mean "repository"?');
  expect(text.stdout).not.toContain('    at ');
});

test('a right one is valid, by name as well', async () => {
  const machine = await newMachine({ inProcess: true });
  await writeFile(join(machine.root, 'c.json'), '{"repository": "x"}');
  expect(await machine.json('ConfigValidated', ['config', 'validate', '../c.json'])).toMatchObject({
    valid: true,
    problems: [],
  });
  const none = await machine.run(['config', 'validate', '--json'], { cwd: '/' });
  expect(none.code).toBe(2);
  expect(parseShape('Failed', none.stdout).error.code).toBe('CONFIG_NOT_FOUND');
});

test('settings of the configuration reach the engine', async () => {
  const machine = await newMachine({ inProcess: true });
  await writeFile(
    join(machine.cwd, 'holdfast.config.json'),
    JSON.stringify({
      repository: '../elsewhere',
      keyFile: '../my.key',
      tenant: 'acme',
      profile: 'none',
      cacheDirectory: '../my-cache',
      performance: { workers: 1, readers: 2, bufferBytes: 8_388_608, cacheBytes: 8_388_608 },
      sources: { paths: ['.'] },
    }),
  );
  const env = { HOLDFAST_REPO: '' };
  const created = await machine.json('Created', ['init'], { env });
  expect(created).toMatchObject({ repository: join(machine.root, 'elsewhere'), keyFile: join(machine.root, 'my.key') });
  const run = await machine.json('BackupRun', ['backup', 'create'], { env });
  expect(run.snapshot).toMatchObject({ tenant: { name: 'acme' }, compression: 'none' });
  const { readdir } = await import('node:fs/promises');
  expect(await readdir(machine.root)).toContain('my-cache');
});
