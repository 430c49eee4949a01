import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyErasure } from '@x/backup-store';
import { parsePublicKey } from '@x/integrity';
import { expect, test } from 'vitest';
import { type Machine, newMachine } from '../support/cli.ts';
import { preparedMachine } from '../support/prepared-machine.ts';
import { writeTree } from '../support/tree.ts';

/** Makes a repository and the tenants a and b, each with a snapshot. */
async function addTwo(machine: Machine, args: readonly string[] = []): Promise<void> {
  await writeTree(machine.cwd, { 'a.txt': 'a' });
  await machine.run(['init', ...args]);
  for (const name of ['a', 'b']) {
    await machine.run(['tenant', 'add', name, ...args]);
    expect((await machine.run(['backup', 'create', 'a.txt', '--tenant', name, ...args])).code).toBe(0);
  }
}

const machineWithTwo = preparedMachine(addTwo, { inProcess: true });

test('tenants are added, listed, shown and changed, and a misspelt one is not made by a backup', async () => {
  const { machine } = await machineWithTwo();
  const added = await machine.json('Tenant', ['tenant', 'add', '宿屋', '--quota', '50MB', '--retention', '7d 4w']);
  expect(added).toMatchObject({ name: '宿屋', status: 'active', quotaBytes: 50_000_000, retention: { daily: 7 } });
  const { tenants } = await machine.json('TenantList', ['tenant', 'list']);
  expect(tenants.map(({ name }) => name)).toEqual(['default', 'a', 'b', '宿屋']);
  expect((await machine.run(['tenant', 'list'])).stdout).toMatch(
    /^NAME +MADE +QUOTA +KEEPS\n.*宿屋 .* 48 MiB +7d 4w\n$/s,
  );
  const shown = await machine.json('TenantShown', ['tenant', 'show', 'a']);
  expect(shown).toMatchObject({ tenant: { name: 'a' }, stats: { snapshots: 1 } });
  const changed = await machine.json('Tenant', ['tenant', 'set', '宿屋', '--quota', 'none', '--retention', 'none']);
  expect([changed.quotaBytes, changed.retention]).toEqual([undefined, undefined]);
  const misspelt = await machine.run(['backup', 'create', 'a.txt', '--tenant', 'bb']);
  expect([misspelt.code, misspelt.stderr]).toEqual([4, expect.stringContaining('It has default, a, b')]);
  const codes = await Promise.all(
    [
      ['tenant', 'show', 'nobody'],
      ['tenant', 'add', 'a'],
      ['tenant', 'add', ' '],
      ['tenant', 'add', 'c', '--quota', 'much'],
      ['tenant', 'add', 'c', '--retention', 'sometimes'],
      ['tenant', 'set', 'a'],
      ['tenant', 'hold', 'a'],
    ].map(async (args) => (await machine.run(args)).code),
  );
  expect(codes).toEqual([4, 7, 2, 2, 2, 2, 2]);
});

test('a quota ends a backup, and a hold keeps what would be forgotten, pruned or erased', async () => {
  const { machine } = await machineWithTwo();
  await machine.run(['tenant', 'set', 'a', '--quota', '1kB']);
  const over = await machine.run(['backup', 'create', 'a.txt', '--tenant', 'a']);
  expect([over.code, over.stderr]).toEqual([7, expect.stringContaining('tenant set')]);
  const held = await machine.json('Tenant', ['tenant', 'hold', 'a', '--reason', 'case 12']);
  expect(held).toMatchObject({ status: 'held', hold: { reason: 'case 12' } });
  const refused = [
    ['backup', 'forget', 'latest', '--tenant', 'a'],
    ['backup', 'prune', '--tenant', 'a'],
    ['tenant', 'erase', 'a', '--reason', 'x', '--certificate', 'c.json', '--yes'],
  ];
  for (const args of refused) expect((await machine.run(args)).code, args.join(' ')).toBe(7);
  const pruned = await machine.run(['backup', 'prune']);
  expect([pruned.code, pruned.stderr]).toEqual([0, expect.stringContaining('Tenant a is under a legal hold')]);
  expect(await machine.json('PruneRun', ['backup', 'prune', '--dry-run'])).toMatchObject({ plan: { held: ['a'] } });
  const released = ['tenant', 'hold', 'a', '--release', '--reason', 'closed'];
  expect(await machine.json('Tenant', released)).toMatchObject({ status: 'active' });
});

test('without a policy, `backup forget` goes by those of the tenants, and leaves the others alone', async () => {
  const { machine } = await machineWithTwo();
  expect((await machine.run(['backup', 'forget'])).code).toBe(2);
  for (const name of ['a', 'b', 'b']) await machine.run(['backup', 'create', 'a.txt', '--tenant', name]);
  await machine.run(['tenant', 'set', 'a', '--retention', '1last']);
  const plan = await machine.json('ForgetRun', ['backup', 'forget', '--dry-run']);
  expect(plan.forgotten.map(({ tenant }) => tenant.name)).toEqual(['a']);
  await machine.run(['tenant', 'hold', 'a', '--reason', 'case 12']);
  const held = await machine.run(['backup', 'forget']);
  expect([held.code, held.stderr]).toEqual([0, expect.stringContaining('legal hold')]);
  await machine.run(['tenant', 'hold', 'a', '--release', '--reason', 'closed']);
  const { forgotten } = await machine.json('ForgetRun', ['backup', 'forget']);
  expect(forgotten).toHaveLength(1);
  const { snapshots } = await machine.json('SnapshotList', ['backup', 'list', '--tenant', 'b']);
  expect(snapshots).toHaveLength(3);
});

test('a tenant is erased after a look at the plan, with a certificate that verifies offline', async () => {
  const keys = join((await newMachine({ inProcess: true })).root, 'keys');
  const machine = await newMachine({ inProcess: true });
  await addTwo(machine, ['--key-store', keys]);
  expect((await machine.run(['tenant', 'list'])).code).toBe(2);
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ keyStore: keys }));
  const erase = [
    'tenant',
    'erase',
    'a',
    '--reason',
    'contract ended',
    '--certificate',
    'a.json',
    '--mirror',
    'tape=2099-01-31',
  ];
  const { plan } = await machine.json('TenantErasure', [...erase, '--dry-run']);
  expect(plan).toMatchObject({ tenant: 'a', snapshots: 1, begun: false, readable: false });
  expect((await machine.run(['tenant', 'erase', 'a', '--reason', 'x', '--dry-run'])).code).toBe(0);
  const uncertified = await machine.run(['tenant', 'erase', 'a', '--reason', 'x', '--yes']);
  expect([uncertified.code, uncertified.stderr]).toEqual([2, expect.stringContaining('--certificate')]);
  const unasked = await machine.run(erase);
  expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
  expect((await machine.json('TenantShown', ['tenant', 'show', 'a'])).tenant.status).toBe('active');
  const done = await machine.run([...erase, '--yes']);
  expect(done.stdout).toMatch(
    /^tenant a is erased, its keys are destroyed\n {2}store .*: destroyed\n {2}key store .*: destroyed\n {2}mirror +tape \(data\): destroyed\n/,
  );
  const certificate = await readFile(join(machine.cwd, 'a.json'), 'utf8');
  const publicKey = parsePublicKey(await readFile(join(machine.cwd, 'a.json.pub')));
  expect(verifyErasure(certificate, [publicKey])).toMatchObject({ tenant: { name: 'a' }, reason: 'contract ended' });
  const again = await machine.json('TenantErasure', [...erase, '--yes']);
  expect(again.statement?.readable).toBe(false);
  expect(await readFile(join(machine.cwd, 'a.json'), 'utf8')).toBe(certificate);
  expect((await machine.run(['backup', 'create', 'a.txt', '--tenant', 'a'])).code).toBe(7);
  expect((await machine.run(['backup', 'restore', 'latest', '--tenant', 'a', '--to', 'out'])).code).toBe(4);
  const { result } = await machine.json('PruneRun', ['backup', 'prune']);
  expect(result?.tenants.find(({ tenant }) => tenant === 'a')?.bytesFreed).toBe(again.left?.bytes);
  expect((await machine.run(['backup', 'restore', 'latest', '--tenant', 'b', '--to', 'out'])).code).toBe(0);
});
