import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONTRACTED, NEXT, runningMachine, type ShopMachine } from './shop-machine.ts';

/** One that runs 1.1.0, deployed over 1.0.0, with an order more since. */
async function movedOn(migrations: Readonly<Record<string, string>>): Promise<ShopMachine> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations });
  await machine.deployer().deployRelease('1.1.0');
  machine.sql('insert into orders (cents) values (500)');
  machine.events.length = 0;
  return machine;
}

test('a rollback takes migrations back, switches, and measures itself', async () => {
  await using machine = await movedOn(NEXT);
  const deployer = machine.deployer();
  const plan = await deployer.planRollback();
  expect(plan).toMatchObject({ kind: 'rollback', version: '1.0.0', from: '1.1.0' });
  expect(plan.migrations.back).toEqual(['0003_fill', '0002_cents']);
  expect(plan.steps.map(({ step }) => step)).toEqual([
    'validate',
    'maintenance-on',
    'safety-backup',
    'migrations-back',
    'check-files',
    'switch',
    'service',
    'post-checks',
    'maintenance-off',
    'good',
  ]);
  const deployment = await deployer.rollbackRelease(plan);
  expect(deployment).toMatchObject({ outcome: 'succeeded', wayBack: { isMet: true }, migrations: 2 });
  expect([machine.current(), await machine.answers(), machine.applied()]).toEqual(['v1.0.0', '1.0.0', ['0001_orders']]);
  expect(await deployer.list()).toMatchObject([
    { version: '1.1.0', state: 'rolled-back' },
    { version: '1.0.0', state: 'good', isCurrent: true },
  ]);
  expect(await deployer.maintenance.read()).toBeUndefined();
  expect(machine.events.filter(({ kind }) => !kind.startsWith('step.')).map(({ kind }) => kind)).toEqual([
    'rollback.started',
    'maintenance.switchedOn',
    'backup.created',
    'maintenance.switchedOff',
    'rollback.succeeded',
  ]);
  // There is nothing before it, and what was left can come again.
  await expect(deployer.planRollback()).rejects.toMatchObject({ code: 'DEPLOY_REFUSED' });
  await deployer.deployRelease('1.1.0');
  expect([await machine.answers(), machine.applied().length]).toEqual(['1.1.0', 3]);
});

test('a contract step is passed only with a backup from before it, which says what it drops', async () => {
  await using machine = await movedOn(CONTRACTED);
  const deployer = machine.deployer();
  const [deployed] = await deployer.history();
  await expect(deployer.rollbackRelease()).rejects.toMatchObject({
    code: 'ROLLBACK_REFUSED',
    message: expect.stringContaining('0004_no_price has taken away what 1.0.0 needs') as string,
    hint: `\`--restore ${deployed?.backup}\` restores the backup from before it. It drops 1 orders.`,
  });
  expect(machine.current()).toBe('v1.1.0');
  const plan = await deployer.planRollback('1.0.0', { restore: 'newest' });
  expect(plan).toMatchObject({
    restores: deployed?.backup,
    warnings: [`Restoring ${deployed?.backup} drops 1 orders`],
  });
  await deployer.rollbackRelease(plan);
  expect([await machine.answers(), machine.applied()]).toEqual(['1.0.0', ['0001_orders']]);
  expect(machine.sql('select price from orders')).toEqual([{ price: 3 }, { price: 4 }]);
  expect(machine.events).toContainEqual(expect.objectContaining({ kind: 'backup.restored' }));
});

test('a backup that was made after the contract step is none from before it', async () => {
  await using machine = await movedOn(CONTRACTED);
  await machine.shelf.add('1.2.0', { migrations: CONTRACTED });
  const deployer = machine.deployer();
  const { backup } = await deployer.deployRelease('1.2.0');
  await expect(deployer.planRollback('1.0.0', { restore: backup })).rejects.toMatchObject({
    code: 'ROLLBACK_REFUSED',
    message: expect.stringContaining('from before 0004_no_price') as string,
  });
  // Between the two, nothing is in the way.
  expect(await deployer.planRollback('1.1.0')).toMatchObject({ migrations: { back: [] } });
});

test('a migration without a way back is restored by itself only where that is configured', async () => {
  const { '0003_fill.down.sql': _none, ...oneWay } = NEXT;
  await using machine = await movedOn(oneWay);
  await expect(machine.deployer().planRollback()).rejects.toMatchObject({ code: 'ROLLBACK_REFUSED' });
  await expect(machine.deployer({ restoreData: 'never' }).planRollback()).rejects.toMatchObject({
    hint: expect.not.stringContaining('restores the backup') as string,
  });
  const automatic = machine.deployer({ restoreData: 'automatic' });
  await automatic.rollbackRelease();
  expect([await machine.answers(), machine.sql('select price from orders')]).toEqual([
    '1.0.0',
    [{ price: 3 }, { price: 4 }],
  ]);
});

test('a rollback to a release whose files were changed goes forward again', async () => {
  await using machine = await movedOn(NEXT);
  writeFileSync(join(machine.places.root, 'releases', 'v1.0.0', 'server.mjs'), 'changed');
  const deployer = machine.deployer();
  await expect(deployer.rollbackRelease()).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
    hint: expect.stringContaining('Everything was taken back.') as string,
  });
  expect([machine.current(), await machine.answers(), machine.applied().length]).toEqual(['v1.1.0', '1.1.0', 3]);
  expect(await deployer.maintenance.read()).toBeUndefined();
  expect(await deployer.history({ limit: 1 })).toMatchObject([{ kind: 'rollback', outcome: 'failed' }]);
  expect((await deployer.list()).find(({ isCurrent }) => isCurrent)).toMatchObject({ state: 'good' });
});

test('a contract migration that fails leaves the new release, and a person decides', async () => {
  await using machine = await runningMachine();
  const broken = { ...CONTRACTED, '0005_broken.up.sql': '-- kind: contract\nalter table nowhere drop column x;' };
  await machine.shelf.add('1.1.0', { migrations: broken });
  const deployer = machine.deployer();
  await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    hint: expect.stringMatching(/1\.1\.0 stays current\. .*resume --undo --restore-data/) as string,
  });
  expect(await machine.answers()).toBe('1.1.0');
  await machine.shelf.add('1.2.0');
  await expect(deployer.deployRelease('1.2.0')).rejects.toMatchObject({ code: 'DEPLOY_UNFINISHED' });
  await expect(deployer.undo()).rejects.toMatchObject({ code: 'ROLLBACK_REFUSED' });
  expect(await deployer.undo({ mayRestore: true })).toMatchObject({ outcome: 'rolled-back' });
  expect([await machine.answers(), machine.applied()]).toEqual(['1.0.0', ['0001_orders']]);
  await expect(deployer.resume()).rejects.toMatchObject({ code: 'DEPLOY_NOT_FOUND' });
});

test('a release finds the secrets of today, however long ago it was staged', async () => {
  await using machine = await runningMachine();
  const { root } = machine.places;
  const secrets = (): string => readFileSync(join(root, 'releases', 'current', '.env'), 'utf8');
  await machine.shelf.add('1.1.0');
  const deployer = machine.deployer();
  await deployer.deployRelease('1.1.0');
  writeFileSync(join(root, 'shared', '.env'), 'TOKEN=second\n');
  await deployer.rollbackRelease();
  expect(secrets()).toContain('TOKEN=second');
  writeFileSync(join(root, 'shared', '.env'), 'TOKEN=third\n');
  await deployer.deployRelease('1.0.0', { strategy: 'local-restart' });
  expect(secrets()).toContain('TOKEN=third');
  writeFileSync(join(root, 'shared', '.env'), 'TOKEN=fourth\n');
  await deployer.deployRelease('1.1.0');
  expect(secrets()).toContain('TOKEN=fourth');
});

test('releases that nobody needs are cleaned, the current one and the one before stay', async () => {
  await using machine = await runningMachine();
  const deployer = machine.deployer({ keep: 1 });
  for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
    await machine.shelf.add(version);
    await deployer.deployRelease(version);
  }
  const looked = await deployer.clean({ dryRun: true });
  expect([looked.removed, (await deployer.list()).length]).toEqual([[], 4]);
  const { removed } = await deployer.clean();
  expect([...removed].toSorted()).toEqual(['1.0.0', '1.1.0']);
  expect((await deployer.list()).map(({ version }) => version)).toEqual(['1.3.0', '1.2.0']);
  expect(machine.events.at(-1)).toMatchObject({ kind: 'release.cleaned' });
});
