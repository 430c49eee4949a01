import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { ACTIONS, isAction } from '@x/operations/access';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/all.ts';
import type { CommandDefinition } from '../../src/program/command.ts';
import { machineIn, type Machine } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

const me = userInfo().username;
let machine: Machine;
const configFile = (): string => join(machine.cwd, 'holdfast.config.json');
const configure = async (access: object | undefined, more: object = {}): Promise<void> =>
  writeFile(configFile(), JSON.stringify({ ...(access === undefined ? {} : { access }), ...more }));

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(join(machine.cwd, 'data'), { recursive: true });
  await writeFile(join(machine.cwd, 'data', 'a.txt'), 'a');
  await machine.run(['init']);
  for (const tenant of ['a', 'b']) await machine.json('BackupRun', ['backup', 'create', 'data', '--tenant', tenant]);
});
afterAll(async () => removeFolder(machine.root));

/** A call of a command with something for all that it demands. */
function callOf({ path, arguments: args = [], options = [] }: CommandDefinition): readonly string[] {
  const words = args.filter(({ name }) => name.startsWith('<')).map(({ name }) => (name === '<on|off>' ? 'on' : 'x'));
  const demanded = options
    .filter(({ required }) => required)
    .flatMap(({ flags, choices }) => [
      flags.split(/[ ,]+/).find((word) => word.startsWith('--')) ?? '',
      choices?.[0] ?? '1d',
    ]);
  return [...path, ...words, ...demanded];
}

/** All files but the log of who asked for what. */
async function filesOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(join('.holdfast', 'logs')))
    .map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.toSorted().map(async (file) => `${file} ${(await readFile(file)).toString('base64')}`),
  );
  return contents.join('\n');
}

it('every command names an action of the list', () => {
  for (const { path, action } of COMMANDS) {
    const actions = typeof action === 'function' ? [action({ arguments: ['x'], options: { user: 'x' } })] : [action];
    expect(
      actions.filter((each) => each === undefined || !isAction(each)),
      path.join(' '),
    ).toEqual([]);
  }
});

it('without a configuration of access whoever can read the keys is the master', async () => {
  await configure(undefined);
  expect(await machine.json('AccessShown', ['access', 'show'])).toMatchObject({
    user: me,
    configured: false,
    roles: ['master'],
  });
  expect(await machine.json('AccessChecked', ['access', 'check', 'tenant.erase'])).toMatchObject({ allowed: true });
});

it(
  'no command does anything for a user of whom nothing is said, and each exits with 8',
  { timeout: 240_000 },
  async () => {
    await configure({ users: { 'somebody-else': 'master' } });
    const before = await filesOf(machine.root);
    const toldOfOneself = new Set(['config show', 'config validate', 'access show', 'access check']);
    for (const definition of COMMANDS) {
      if (toldOfOneself.has(definition.path.join(' '))) continue;
      const { code, stdout, stderr } = await machine.run([...callOf(definition), '--json']);
      expect({ call: definition.path, code, stderr }).toEqual({ call: definition.path, code: 8, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ACCESS_DENIED' } });
    }
    expect((await filesOf(machine.root)) === before).toBe(true);
    const audit = join(machine.cwd, '.holdfast', 'logs', 'audit');
    const [log = ''] = (await readdir(audit)).filter((name) => name.endsWith('.jsonl'));
    const denied = (await readFile(join(audit, log), 'utf8'))
      .split('\n')
      .filter((line) => line.includes('access.denied'));
    expect(denied.length).toBeGreaterThan(100);
  },
);

it('a denial says who, what, why and what to do', async () => {
  await configure({ users: { [me]: 'auditor' } });
  const { code, stderr } = await machine.run(['backup', 'create', 'data']);
  expect(code).toBe(8);
  expect(stderr).toContain(
    `Expected somebody who may backup.create for tenant "default", got "${me}": none of their roles has it`,
  );
  expect(stderr).toContain('Nothing was done.');
  expect(stderr).not.toContain('    at ');
  expect((await machine.json('SnapshotList', ['backup', 'list'])).snapshots).toHaveLength(2);
});

it('who is limited to a tenant reaches no other by any name of a snapshot', async () => {
  await configure(undefined);
  const { snapshots } = await machine.json('SnapshotList', ['backup', 'list', '--tenant', 'b']);
  const id = snapshots[0]?.id ?? '';
  await configure({ users: { [me]: { role: 'master', tenants: ['a'] } } });
  const own = await machine.json('SnapshotList', ['backup', 'list', '--tenant', 'a']);
  expect(own.snapshots.map(({ tenant }) => tenant.name)).toEqual(['a']);
  expect((await machine.run(['backup', 'list'])).code).toBe(8);
  expect((await machine.run(['backup', 'list', '--tenant', 'b'])).code).toBe(8);
  for (const call of [
    ['backup', 'show', id],
    ['backup', 'ls', id],
    ['backup', 'cat', `${id}:data/a.txt`],
    ['backup', 'restore', id, '--to', join(machine.root, 'out of b')],
    ['backup', 'export', id, '--to', join(machine.root, 'b.zip')],
    ['backup', 'verify', id],
    ['backup', 'forget', id, '--yes'],
  ]) {
    expect([call, (await machine.run([...call, '--tenant', 'a'])).code]).toEqual([call, 4]);
    expect([call, (await machine.run([...call, '--tenant', 'b'])).code]).toEqual([call, 8]);
    expect([call, (await machine.run(call)).code]).toEqual([call, 8]);
  }
  await machine.json('BackupRun', ['backup', 'create', 'data', '--tenant', 'a']);
  expect((await machine.run(['tenant', 'hold', 'b', '--reason', 'x'])).code).toBe(8);
  await configure(undefined);
  expect((await machine.json('SnapshotList', ['backup', 'list', '--tenant', 'b'])).snapshots).toHaveLength(1);
});

it('a configuration with a mistake allows nothing', async () => {
  await configure({ users: { [me]: 'king' } });
  const unknown = await machine.run(['backup', 'list']);
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain('"king"');
  await configure({ users: 'all' });
  expect((await machine.run(['backup', 'list'])).code).toBe(2);
  await configure({});
  const nobody = await machine.run(['backup', 'list']);
  expect(nobody.code).toBe(2);
  expect(nobody.stderr).toContain('Expected access.users to be an object, got nothing');
});

it('a job runs as who runs the scheduler: what they may not do fails', async () => {
  const schedule = { jobs: { nightly: { run: [['backup', 'create', 'data']] } } };
  await configure({ roles: { clock: ['schedule.*'] }, users: { [me]: 'clock' } }, { schedule });
  const { stdout, code } = await machine.run(['schedule', 'now', 'nightly', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'failed', details: { commands: [{ exitCode: 8 }] } });
  await rm(join(machine.cwd, '.holdfast'), { recursive: true, force: true });
});

it('everybody is told what they may do; of others only who may read access', async () => {
  await configure({
    roles: { own: [{ allow: ['backup.*'], tenants: ['a', 'b'] }, '!backup.forget'] },
    users: { [me]: 'own', ben: 'operator' },
  });
  const { stdout } = await machine.run(['access', 'show']);
  expect(stdout).toMatch(/^\S+: own\nACTION\s+FOR\s+WHY\n/);
  expect(stdout).toMatch(/backup\.create\s+a, b\s+own: backup\.\*/);
  expect(stdout).not.toContain('backup.forget');
  expect((await machine.run(['access', 'show', '-v'])).stdout).toMatch(
    /backup\.forget\s+nobody\s+own: !backup\.forget/,
  );
  expect((await machine.run(['access', 'check', 'backup.create', '--tenant', 'a'])).code).toBe(0);
  const denied = await machine.run(['access', 'check', 'backup.create', '--tenant', 'c']);
  expect(denied).toMatchObject({
    code: 8,
    stdout: `${me} may not backup.create for tenant c: own (backup.*) allows it for a, b only\n`,
  });
  expect((await machine.run(['access', 'show', 'ben'])).code).toBe(8);
  expect((await machine.run(['access', 'check', 'fly.away'])).code).toBe(2);
  await configure({ users: { [me]: 'auditor', ben: 'operator' } });
  const bens = await machine.json('AccessShown', ['access', 'show', 'ben']);
  expect(bens.actions.map(({ action }) => action)).toEqual(Object.keys(ACTIONS));
});
