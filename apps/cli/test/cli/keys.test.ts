import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { armor, Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import type { Machine } from '../support/cli.ts';
import { preparedMachine } from '../support/prepared-machine.ts';
import { writeTree } from '../support/tree.ts';

const PASSPHRASE = 'tiger-lily-4711';

/** A machine with a repository and one snapshot. */
const machineWithRepository = preparedMachine(
  async (machine) => {
    await writeTree(machine.cwd, { 'a.txt': 'a' });
    await machine.run(['init']);
    await machine.run(['backup', 'create', 'a.txt']);
  },
  { inProcess: true },
);

async function newIdentity(
  machine: Machine,
  name: string,
  hybrid = false,
): Promise<{ file: string; recipient: string }> {
  const identity = await (hybrid ? generateHybridIdentity() : generateX25519Identity());
  const file = join(machine.root, name);
  await writeFile(file, `# made by a test\n${identity}\n`);
  return { file, recipient: await identityToRecipient(identity) };
}

test('keys of every kind are added, listed, and open the repository; the one that is removed does not', async () => {
  const { machine } = await machineWithRepository();
  const age = await newIdentity(machine, 'ann.txt', true);
  const file = join(machine.root, 'passphrase');
  await writeFile(file, `${PASSPHRASE}\n`);
  const keyFile = join(machine.root, 'stick.key');
  const { key } = await machine.json('KeyAdded', ['keys', 'add', '--new-passphrase-file', file, '--label', 'ours']);
  expect(await machine.json('KeyAdded', ['keys', 'add', '--new-key-file', keyFile])).toMatchObject({ keyFile });
  const added = await machine.run(['keys', 'add', '--recipient', age.recipient, '--label', 'ann']);
  expect(added.stdout).toMatch(/^key [0-9a-f]{16} \(age recipients\) opens the repository, too\n$/);
  const { keys } = await machine.json('KeyList', ['keys', 'list', '--identity', age.file]);
  expect(keys.map(({ type, label, current }) => [type, label, current])).toEqual([
    ['recovery code', undefined, false],
    ['key file', undefined, false],
    ['passphrase', 'ours', false],
    ['key file', undefined, false],
    ['age recipients', 'ann', true],
  ]);
  const list = await machine.run(['keys', 'list']);
  expect(list.stdout).toMatch(/^ID +TYPE +MADE +BY +LABEL\n/);
  expect(list.stdout).toContain(`ann ${age.recipient.slice(0, 24)}…${age.recipient.slice(-8)}`);
  const env = { HOLDFAST_PASSPHRASE: PASSPHRASE };
  const removal = ['keys', 'remove', key.id];
  expect((await machine.run(removal, { env })).stderr).toContain('nobody is locked out');
  expect((await machine.run(removal, { env })).code).toBe(7);
  expect(await machine.json('KeyRemoved', removal)).toEqual({ removed: key.id });
  expect((await machine.run(['status'], { env })).code).toBe(5);
  expect((await machine.run(removal)).code).toBe(4);
});

test('an identity is named by the configuration and the environment, and one that is encrypted takes its passphrase', async () => {
  const { machine } = await machineWithRepository();
  const identity = await generateX25519Identity();
  await machine.run(['keys', 'add', '--recipient', await identityToRecipient(identity)]);
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(10);
  const file = join(machine.root, 'locked.txt');
  await writeFile(file, armor.encode(await encrypter.encrypt(`${identity}\n`)));
  const locked = ['keys', 'list', '--identity', file];
  expect((await machine.run(locked)).code).toBe(2);
  const wrong = await machine.run(locked, { env: { HOLDFAST_PASSPHRASE: 'something else' } });
  expect([wrong.code, wrong.stderr]).toEqual([5, expect.stringContaining('passphrase of the identity file')]);
  const env = { HOLDFAST_PASSPHRASE: PASSPHRASE };
  expect((await machine.run(locked, { env })).stdout).toMatch(/\*  +age recipients/);
  expect((await machine.run([...locked, '--passphrase-file', '-'], { input: `${PASSPHRASE}\n` })).code).toBe(0);
  const plain = join(machine.root, 'plain.txt');
  await writeFile(plain, identity);
  expect((await machine.run(['keys', 'list'], { env: { HOLDFAST_IDENTITY_FILE: plain } })).stdout).toMatch(/\*  +age/);
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ identityFile: '../plain.txt' }));
  expect((await machine.run(['keys', 'list'])).stdout).toMatch(/\*  +age recipients/);
});

test('secrets are rotated, one or the root key, and every backup comes back afterwards', async () => {
  const { machine } = await machineWithRepository();
  const age = await newIdentity(machine, 'bob.txt');
  await machine.run(['keys', 'add', '--recipient', age.recipient]);
  const { keys } = await machine.json('KeyList', ['keys', 'list']);
  const own = keys.find(({ current }) => current)?.id ?? '';
  const keyFile = join(machine.root, 'next.key');
  const rotated = await machine.json('KeysRotated', ['keys', 'rotate', '--slot', own, '--new-key-file', keyFile]);
  expect(rotated).toMatchObject({ replaced: own, keyFile, key: { type: 'key file' } });
  expect((await machine.run(['status'])).code).toBe(5);
  const root = await machine.json('KeysRotated', ['keys', 'rotate', '--root', '--key-file', keyFile]);
  expect(root).toMatchObject({ rotations: 1 });
  expect(root.keys).toHaveLength(3);
  await writeTree(machine.cwd, { 'b.txt': 'b' });
  const identity = ['--identity', age.file];
  expect((await machine.run(['backup', 'create', 'a.txt', 'b.txt', ...identity])).code).toBe(0);
  expect((await machine.run(['backup', 'verify', '--level', 'full', '--key-file', keyFile])).code).toBe(0);
  const out = join(machine.root, 'out');
  expect((await machine.run(['backup', 'restore', 'latest', '--to', out, ...identity])).code).toBe(0);
  expect(await readFile(join(out, 'b.txt'), 'utf8')).toBe('b');
});

test.each([
  ['no kind of key', ['keys', 'add']],
  ['two kinds of keys', ['keys', 'add', '--new-recovery-code', '--recipient', 'age1x']],
  ['a recovery code without a terminal', ['keys', 'add', '--new-recovery-code']],
  ['a recovery code without a terminal, as JSON', ['keys', 'add', '--new-recovery-code', '--json']],
  ['something that is no recipient', ['keys', 'add', '--recipient', 'ssh-ed25519 AAAA']],
  ['neither a slot nor the root', ['keys', 'rotate']],
  ['both a slot and the root', ['keys', 'rotate', '--root', '--slot', 'x', '--new-recovery-code']],
  ['a new key beside the root', ['keys', 'rotate', '--root', '--new-key-file', 'x']],
])('%s is a mistake of usage, and changes nothing', async (_, args) => {
  const { machine } = await machineWithRepository();
  const before = await readdir(join(machine.repository, 'keys'), { recursive: true });
  expect((await machine.run(args)).code).toBe(2);
  expect(await readdir(join(machine.repository, 'keys'), { recursive: true })).toEqual(before);
});

const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

test.runIf(hasScript)(
  'a recovery code is shown on the terminal, is not in the JSON, and opens the repository',
  async () => {
    const { machine } = await machineWithRepository();
    const json = join(machine.root, 'out.json');
    const call = [...machine.command, 'keys', 'add', '--new-recovery-code', '--json', '--debug'].map(
      (word) => `'${word}'`,
    );
    const seen = execFileSync('script', ['-qec', `${call.join(' ')} > ${json}`, '/dev/null'], {
      cwd: machine.cwd,
      env: machine.env,
      encoding: 'utf8',
    });
    const codes = seen.match(/([0-9A-Z]{4}-){7}[0-9A-Z]{4}/g) ?? [];
    expect(codes).toHaveLength(1);
    const [code = ''] = codes;
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ key: { type: 'recovery code' } });
    expect(await readFile(json, 'utf8')).not.toContain(code.slice(0, 9));
    const opened = await machine.run(['keys', 'list', '--recovery-code-file', '-'], { input: code });
    expect(opened.stdout).toMatch(/\*  +recovery code/);
  },
);

test('no secret of a key is in any output, with --debug and in errors as well', async () => {
  const { machine } = await machineWithRepository();
  const identity = await generateX25519Identity();
  const file = join(machine.root, 'identity');
  await writeFile(file, identity);
  let said = '';
  for (const args of [
    ['keys', 'add', '--recipient', identity],
    ['keys', 'add', '--recipient', await identityToRecipient(identity)],
    ['keys', 'list', '--identity', file],
    ['keys', 'list', '--identity', join(machine.root, 'absent')],
    ['keys', 'list', '--json', '--verbose'],
    ['keys', 'rotate', '--root', '--identity', file],
  ]) {
    const ended = await machine.run([...args, '--debug']);
    said += ended.stdout + ended.stderr;
  }
  expect(said).toContain('root.rotated');
  expect(said).not.toContain(identity.slice(16, 40));
});
