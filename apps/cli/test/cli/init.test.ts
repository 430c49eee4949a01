import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newMachine, parseShape } from '../support/cli.ts';

test('init makes a key file that only its owner reads, and shows a recovery code once', async () => {
  const machine = await newMachine({ inProcess: true });
  const created = await machine.json('Created', ['init']);
  expect(created).toMatchObject({ repository: machine.repository, encrypted: true, passphrase: false });
  expect(created.keyFile).toMatch(/config\/holdfast\/keys\/repository-[0-9a-f]{8}\.key$/);
  expect((await stat(created.keyFile ?? '')).mode & 0o777).toBe(0o600);
  const status = await machine.run(['status', '--debug']);
  expect(status.code).toBe(0);
  expect(status.stdout + status.stderr).not.toContain(created.recoveryCode);
});

test('the recovery code opens the repository without its key file', async () => {
  const machine = await newMachine({ inProcess: true });
  const { recoveryCode = '' } = await machine.json('Created', ['init', '--key-file', join(machine.root, 'k')]);
  await writeFile(join(machine.root, 'code'), `${recoveryCode.toLowerCase()}\n`);
  const status = await machine.json('RepositoryStatus', ['status', '--recovery-code-file', join(machine.root, 'code')]);
  expect(status.repository.reachable).toBe(true);
  const piped = await machine.json('RepositoryStatus', ['status', '--recovery-code-file', '-'], {
    input: recoveryCode,
  });
  expect(piped.repository.reachable).toBe(true);
});

test('a passphrase opens it, too, from a file, from standard input and from the environment', async () => {
  const machine = await newMachine({ inProcess: true });
  const file = join(machine.root, 'passphrase');
  await writeFile(file, 'correct horse\r\n');
  const created = await machine.json('Created', ['init', '--passphrase-file', file]);
  expect(created.passphrase).toBe(true);
  const ways = [
    machine.json('RepositoryStatus', ['status', '--passphrase-file', file]),
    machine.json('RepositoryStatus', ['status', '--passphrase-file', '-'], { input: 'correct horse' }),
    machine.json('RepositoryStatus', ['status'], { env: { HOLDFAST_PASSPHRASE: 'correct horse' } }),
    machine.json('RepositoryStatus', ['status'], { env: { HOLDFAST_PASSPHRASE_FILE: file } }),
    machine.json('RepositoryStatus', ['status']),
  ];
  for (const { repository } of await Promise.all(ways)) {
    expect(repository.slots?.map((slot) => slot.type).toSorted()).toEqual(['key file', 'passphrase', 'recovery code']);
  }
});

test('--no-passphrase is no encryption, and says so', async () => {
  const machine = await newMachine({ inProcess: true });
  const created = await machine.json('Created', ['init', '--no-passphrase']);
  expect(created).toMatchObject({ encrypted: false, passphrase: false });
  expect(created.keyFile).toBeUndefined();
  expect(created.recoveryCode).toBeUndefined();
  expect((await machine.json('RepositoryStatus', ['status'])).repository.encrypted).toBe(false);
  expect((await machine.run(['status'])).stdout).toContain('encrypted      NO');
});

test('a second init changes nothing and leaves no key behind', async () => {
  const machine = await newMachine({ inProcess: true });
  const created = await machine.json('Created', ['init']);
  const key = await readFile(created.keyFile ?? '');
  const again = await machine.run(['init', '--json']);
  expect(again.code).toBe(1);
  expect(parseShape('Failed', again.stdout).error.code).toBe('ALREADY_EXISTS');
  const elsewhere = await machine.run(['init', '--key-file', join(machine.root, 'other.key')]);
  expect(elsewhere.code).toBe(1);
  expect(await readdir(machine.root)).not.toContain('other.key');
  expect(await readFile(created.keyFile ?? '')).toEqual(key);
});

test('options that exclude each other are refused', async () => {
  const machine = await newMachine({ inProcess: true });
  const { code, stderr } = await machine.run(['init', '--no-passphrase', '--passphrase-file', 'x']);
  expect(code).toBe(2);
  expect(stderr).toContain('Expected one of --passphrase-file and --no-passphrase, got both');
  await mkdir(machine.repository);
  expect(await readdir(machine.repository)).toEqual([]);
});

test('a password file that is empty or missing is no password', async () => {
  const machine = await newMachine({ inProcess: true });
  await writeFile(join(machine.root, 'empty'), '\n');
  for (const file of ['empty', 'missing']) {
    const ended = await machine.run(['init', '--passphrase-file', join(machine.root, file), '--json']);
    expect(ended.code).toBe(2);
    expect(parseShape('Failed', ended.stdout).error.code).toBe('SECRET_UNREADABLE');
  }
});
