import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireDeployLock } from '../../../src/deploy/index.ts';
import { runDeployer } from './deployer-process.ts';
import { NEXT, newMachine, runningMachine, type ShopMachine } from './shop-machine.ts';

async function released(): Promise<ShopMachine> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations: NEXT });
  return machine;
}

const FROM = expect.stringMatching(/^bea on .*, process \d+$/) as string;
const AT = expect.stringMatching(/^\d{4}-.*Z$/) as string;

test('a lock that is taken by force is written down, with who, when and why', async () => {
  await using machine = await released();
  const deployer = machine.deployer();
  const held = await acquireDeployLock(deployer.layout, { by: 'bea' });
  await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({ code: 'DEPLOY_LOCKED' });
  await deployer.deployRelease('1.1.0', { force: true, reason: 'bea is on a train' });
  const told = { by: 'ann', from: FROM, reason: 'bea is on a train' };
  expect(machine.events[0]).toEqual({ kind: 'lock.forced', ...told });
  const [written] = await machine.deployer().overrides();
  expect(written).toEqual({ kind: 'forced-lock', at: AT, channel: 'prod', action: 'deploy', ...told });
  expect((await deployer.status()).overrides[0]).toEqual(written);
  await held.release();
});

test('also when nothing comes of it, and when it was to clean', async () => {
  await using machine = await released();
  const { places } = machine;
  expect((await runDeployer({ places, version: '1.1.0', from: 'step.begun switch', killAt: 1 })).killed).toBe(true);
  const deployer = machine.deployer();
  for (const work of [
    async () =>
      expect(deployer.deployRelease('1.1.0', { force: true })).rejects.toMatchObject({ code: 'DEPLOY_UNFINISHED' }),
    async () => expect(deployer.clean({ force: true })).rejects.toMatchObject({ code: 'DEPLOY_UNFINISHED' }),
  ]) {
    const held = await acquireDeployLock(deployer.layout, { by: 'bea' });
    await work();
    await held.release();
  }
  expect(await deployer.overrides()).toMatchObject([
    { kind: 'forced-lock', action: 'clean' },
    { kind: 'forced-lock', action: 'deploy' },
    { kind: 'no-backup', version: '1.0.0' },
  ]);
});

test('a lock whose process is gone needs no force, and is not called forced', async () => {
  await using machine = await released();
  const { places } = machine;
  await runDeployer({ places, version: '1.1.0', from: 'step.begun switch', killAt: 1 });
  const deployer = machine.deployer();
  await deployer.resume({ force: true });
  expect((await deployer.overrides()).map(({ kind }) => kind)).toEqual(['no-backup']);
});

test('a deploy without a backup is written down, whether there were migrations or not', async () => {
  await using machine = await newMachine();
  const deployer = machine.deployer();
  await machine.shelf.add('1.0.0', { migrations: NEXT });
  await machine.shelf.add('1.1.0', { migrations: NEXT });
  await deployer.init();
  await expect(deployer.deployRelease('1.0.0', { skipBackup: true })).rejects.toMatchObject({
    code: 'BACKUP_REQUIRED',
  });
  expect(await deployer.overrides()).toEqual([]);
  const first = { skipBackup: true, acceptNoBackup: true, reason: 'there is nothing yet' };
  const { id } = await deployer.deployRelease('1.0.0', first);
  await deployer.deployRelease('1.1.0', { skipBackup: true });
  const [second, ...others] = await deployer.overrides();
  expect(second).toMatchObject({ kind: 'no-backup', by: 'ann', at: AT, version: '1.1.0', migrations: 0 });
  expect(others).toEqual([
    {
      kind: 'no-backup',
      by: 'ann',
      at: AT,
      reason: 'there is nothing yet',
      channel: 'prod',
      version: '1.0.0',
      run: id,
      migrations: 3,
    },
  ]);
  expect(await deployer.overrides({ limit: 1 })).toEqual([second]);
  expect(await deployer.overrides({ channel: 'dev' })).toEqual([]);
});

test('an override that was changed is refused', async () => {
  await using machine = await runningMachine();
  const deployer = machine.deployer();
  const folder = join(deployer.layout.state, 'overrides');
  writeFileSync(join(folder, readdirSync(folder)[0] ?? ''), '{"format":"something"}');
  await expect(deployer.overrides()).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
});
