import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { releaseStates } from '../../../src/deploy/index.ts';
import { fileBackup } from './file-backup.ts';
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

/** Changes a file of 1.0.0. `isHidden`: so that only its bytes tell. */
function damage({ places: { root } }: ShopMachine, { isHidden }: { readonly isHidden: boolean }): void {
  const file = join(root, 'releases', 'v1.0.0', 'package.json');
  const { mtimeNs } = statSync(file, { bigint: true });
  const text = readFileSync(file, 'utf8');
  chmodSync(file, 0o644);
  writeFileSync(file, isHidden ? text.replace('1.0.0', '6.6.6') : `${text} `);
  // Node's own call has no nanoseconds.
  if (isHidden) execFileSync('touch', ['-m', '-d', `@${mtimeNs / 10n ** 9n}.${nanos(mtimeNs)}`, file]);
  if (isHidden) expect(statSync(file, { bigint: true }).mtimeNs).toBe(mtimeNs);
}

const nanos = (time: bigint): string => String(time % 10n ** 9n).padStart(9, '0');

test('a damaged target is found before anything is done', async () => {
  await using machine = await movedOn(NEXT);
  damage(machine, { isHidden: false });
  const deployer = machine.deployer();
  await expect(deployer.rollbackRelease()).rejects.toMatchObject({
    code: 'CHECKS_FAILED',
    message: expect.stringContaining('files: Expected the files of 1.0.0 as they were staged') as string,
  });
  const [{ outcome, steps } = {}] = await deployer.history({ limit: 1 });
  expect([outcome, steps?.map(({ step }) => step)]).toEqual(['failed', ['validate']]);
  expect([await machine.answers(), machine.applied().length]).toEqual(['1.1.0', 3]);
});

test.runIf(process.platform === 'linux')(
  'bytes that neither size nor time tells of are found when each is read',
  async () => {
    await using machine = await movedOn(NEXT);
    damage(machine, { isHidden: true });
    const deployer = machine.deployer();
    const plan = await deployer.planRollback('1.0.0', { fileCheck: 'full' });
    expect(plan.steps).toContainEqual({ step: 'check-files', what: 'each byte of 1.0.0' });
    await expect(deployer.rollbackRelease(plan)).rejects.toMatchObject({
      code: 'CHECKS_FAILED',
      message: expect.stringContaining('files: Expected the files of 1.0.0') as string,
    });
    expect(await machine.answers()).toBe('1.1.0');
  },
);

test('a target that is damaged while its rollback is under way lets it go forward again', async () => {
  await using machine = await movedOn(NEXT);
  const backup = fileBackup(machine.places.root);
  const deployer = machine.deployer({
    backup: {
      ...backup,
      create: async (call) => {
        damage(machine, { isHidden: false });
        return backup.create(call);
      },
    },
  });
  await expect(deployer.rollbackRelease()).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
    hint: expect.stringContaining('Everything was taken back.') as string,
  });
  expect([machine.current(), await machine.answers(), machine.applied().length]).toEqual(['v1.1.0', '1.1.0', 3]);
  expect(await deployer.maintenance.read()).toBeUndefined();
  expect(await deployer.history({ limit: 1 })).toMatchObject([{ kind: 'rollback', outcome: 'failed' }]);
  expect((await deployer.list()).find(({ isCurrent }) => isCurrent)).toMatchObject({ state: 'good' });
});

test('a rollback leads only to what was good here', async () => {
  await using machine = await movedOn(NEXT);
  const deployer = machine.deployer();
  const states = releaseStates(deployer.layout);
  const mark = { by: 'ann', run: 'test' };
  for (const [version, state, message] of [
    ['1.2.0', 'building', /which is not here as a whole/],
    ['1.3.0', 'staged', /which has never been good here/],
    ['1.4.0', 'bad', /which was not/],
  ] as const) {
    mkdirSync(join(machine.places.root, 'releases', `v${version}`));
    await states.mark(version, 'building', mark);
    if (state !== 'building') await states.mark(version, state, mark);
    const expected = expect.stringMatching(message) as string;
    await expect(deployer.planRollback(version)).rejects.toMatchObject({ code: 'DEPLOY_REFUSED', message: expected });
  }
  // One that was left on purpose was good, but nothing would bring back what it needs.
  await deployer.rollbackRelease('1.0.0');
  await expect(deployer.planRollback('1.1.0')).rejects.toMatchObject({
    code: 'DEPLOY_REFUSED',
    message: 'Expected a database with what 1.1.0 needs, got one without 0002_cents, 0003_fill',
    hint: expect.stringContaining('`holdfast deploy run 1.1.0`') as string,
  });
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
