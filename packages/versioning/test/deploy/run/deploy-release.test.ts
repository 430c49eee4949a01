import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONTRACTED, FIRST, newMachine, NEXT, runningMachine } from './shop-machine.ts';

test('a first deploy has folders, files, a database, a server and a history', async () => {
  await using machine = await newMachine();
  await machine.shelf.add('1.0.0', { migrations: FIRST });
  const deployer = machine.deployer();
  await deployer.init();
  await expect(deployer.planDeploy('1.0.0', { skipBackup: true })).rejects.toMatchObject({ code: 'BACKUP_REQUIRED' });
  const plan = await deployer.planDeploy('1.0.0', { skipBackup: true, acceptNoBackup: true });
  expect(plan.steps.map(({ step }) => step)).toEqual([
    'pre-checks',
    'expand',
    'stage',
    'switch',
    'service',
    'post-checks',
    'good',
  ]);
  const deployment = await deployer.deployRelease(plan);
  expect(deployment).toMatchObject({
    kind: 'deploy',
    version: '1.0.0',
    outcome: 'succeeded',
    by: 'ann',
    channel: 'prod',
    migrations: 1,
    migrated: ['0001_orders'],
    committedAt: '2026-03-01T11:00:00.000Z',
  });
  expect(deployment.steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual(
    plan.steps.map(({ step }) => `${step} done`),
  );
  expect([machine.current(), await machine.answers(), machine.applied()]).toEqual(['v1.0.0', '1.0.0', ['0001_orders']]);
  expect(await deployer.list()).toMatchObject([{ version: '1.0.0', state: 'good', isCurrent: true }]);
  expect(await deployer.history()).toEqual([deployment]);
  expect(machine.events.filter(({ kind }) => !kind.startsWith('step.')).map(({ kind }) => kind)).toEqual([
    'deploy.started',
    'backup.skipped',
    'deploy.succeeded',
  ]);
  const standing = await deployer.status();
  expect(standing).toMatchObject({ current: { version: '1.0.0' }, service: { state: 'running' }, isInitialised: true });
  expect(readdirSync(join(machine.places.root, '.holdfast', 'scratch'))).toEqual([]);
});

test('migrations of all kinds are run in the order of their kinds, after a backup', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations: CONTRACTED });
  const deployer = machine.deployer();
  const plan = await deployer.planDeploy('1.1.0', { maintenanceMode: true });
  expect(plan).toMatchObject({
    from: '1.0.0',
    migrations: { expand: ['0002_cents'], data: ['0003_fill'], contract: ['0004_no_price'] },
  });
  const { steps, backup } = await deployer.deployRelease('1.1.0', { maintenanceMode: true });
  expect(steps.map(({ step }) => step)).toEqual([
    'pre-checks',
    'maintenance-on',
    'safety-backup',
    'expand',
    'stage',
    'switch',
    'service',
    'post-checks',
    'data',
    'contract',
    'maintenance-off',
    'good',
  ]);
  expect(existsSync(join(machine.places.root, 'backups', `${backup}.sqlite`))).toBe(true);
  expect(machine.sql('select id, cents from orders')).toMatchObject([{ cents: 300 }, { cents: 400 }]);
  expect(await deployer.maintenance.read()).toBeUndefined();
});

test('a release that never gets healthy is taken back, and kept as evidence', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations: NEXT, behaves: 'unhealthy' });
  const deployer = machine.deployer({ healthTimeoutMs: 300 });
  const failure = await deployer.deployRelease('1.1.0').catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'CHECKS_FAILED',
    message: expect.stringContaining('http http://127.0.0.1') as string,
    hint: expect.stringMatching(/Rolled back to 1\.0\.0 in \d+ ms\. 0002_cents stays: .* Evidence: /) as string,
  });
  expect([machine.current(), await machine.answers()]).toEqual(['v1.0.0', '1.0.0']);
  // Both releases work with what was added.
  expect(machine.applied()).toEqual(['0001_orders', '0002_cents']);
  const [deployment] = await deployer.history();
  expect(deployment).toMatchObject({
    outcome: 'rolled-back',
    migrated: ['0002_cents'],
    error: { code: 'CHECKS_FAILED' },
    wayBack: { isMet: true, objectiveMs: 900_000 },
  });
  expect(deployment?.steps.slice(-3).map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
    'switch undone',
    'service undone',
    'stage undone',
  ]);
  expect(await deployer.list()).toMatchObject([
    { version: '1.1.0', state: 'bad', isCurrent: false },
    { version: '1.0.0', state: 'good', isCurrent: true },
  ]);
  expect(readFileSync(join(deployment?.evidence ?? '', 'service.log'), 'utf8')).toContain('the till of 1.1.0 is stuck');
  expect(readFileSync(join(deployment?.evidence ?? '', 'report.json'), 'utf8')).toContain('CHECKS_FAILED');
  const logged = machine.events.find((event) => event.kind === 'service.logged');
  expect(logged).toMatchObject({ lines: expect.arrayContaining(['the till of 1.1.0 is stuck']) as string[] });
  expect(machine.events.at(-1)).toMatchObject({ kind: 'deploy.rolledBack', version: '1.1.0' });
});

test('a first deploy that ends at once leaves nothing current and nothing running', async () => {
  await using machine = await newMachine();
  await machine.shelf.add('1.0.0', { behaves: 'dead' });
  const deployer = machine.deployer({ backup: undefined, healthTimeoutMs: 300 });
  await deployer.init();
  await expect(deployer.deployRelease('1.0.0')).rejects.toMatchObject({ code: 'CHECKS_FAILED' });
  expect([machine.current(), await machine.answers()]).toEqual([undefined, undefined]);
  expect(await deployer.list()).toMatchObject([{ version: '1.0.0', state: 'bad' }]);
  // Repaired, it is another version: this one stays bad until it is deployed again on purpose.
  await machine.shelf.add('1.0.1');
  await machine.deployer({ backup: undefined }).deployRelease('1.0.1');
  expect([machine.current(), await machine.answers()]).toEqual(['v1.0.1', '1.0.1']);
});

test('an expand migration that fails stops everything before the switch', async () => {
  await using machine = await runningMachine();
  const broken = { ...NEXT, '0005_broken.up.sql': 'alter table nowhere add column x;' };
  await machine.shelf.add('1.1.0', { migrations: broken });
  const deployer = machine.deployer();
  await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    hint: expect.stringContaining('Everything was taken back.') as string,
  });
  expect([machine.current(), await machine.answers(), machine.applied()]).toEqual(['v1.0.0', '1.0.0', ['0001_orders']]);
  expect(await deployer.history({ limit: 1 })).toMatchObject([{ outcome: 'failed', migrated: [] }]);
});

test('a data migration that fails goes back with the release', async () => {
  await using machine = await runningMachine();
  const broken = { ...NEXT, '0005_broken.up.sql': '-- kind: data\nupdate nowhere set x = 1;' };
  await machine.shelf.add('1.1.0', { migrations: broken });
  const deployer = machine.deployer();
  await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
  expect([machine.current(), await machine.answers()]).toEqual(['v1.0.0', '1.0.0']);
  expect(machine.applied()).toEqual(['0001_orders', '0002_cents']);
  expect(machine.sql('select cents from orders')).toEqual([{ cents: null }, { cents: null }]);
});

test('a yanked release, and an artefact that was changed, are refused before anything is done', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('9.0.0', { yanked: true });
  await machine.shelf.add('9.0.1');
  writeFileSync(join(machine.places.shelf, 'shop-9.0.1.zip'), 'something else');
  const deployer = machine.deployer();
  for (const [version, message] of [
    ['9.0.0', /9\.0\.0 was yanked: loses orders/],
    ['9.0.1', /release: Expected .*sha256:/],
  ] as const) {
    const expected = { code: 'CHECKS_FAILED', message: expect.stringMatching(message) as string };
    await expect(deployer.deployRelease(version)).rejects.toMatchObject(expected);
  }
  expect(machine.current()).toBe('v1.0.0');
  expect((await deployer.list()).length).toBe(1);
});

test('what was planned for another release is refused, and so is what is current already', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0');
  await machine.shelf.add('1.2.0');
  const deployer = machine.deployer();
  const plan = await deployer.planDeploy('1.2.0');
  await deployer.deployRelease('1.1.0');
  await expect(deployer.deployRelease(plan)).rejects.toMatchObject({ code: 'PLAN_OUTDATED' });
  await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({ code: 'DEPLOY_REFUSED' });
  const restart = await deployer.deployRelease('1.1.0', { strategy: 'local-restart' });
  expect(restart).toMatchObject({ kind: 'restart', outcome: 'succeeded', steps: [{}, { step: 'service' }, {}] });
});

test('of two deploys at once one wins', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0');
  await machine.shelf.add('1.2.0');
  const [a, b] = [machine.deployer(), machine.deployer()];
  const ended = await Promise.allSettled([a.deployRelease('1.1.0'), b.deployRelease('1.2.0')]);
  const lost = ended.filter(({ status }) => status === 'rejected');
  expect(lost).toMatchObject([{ reason: { code: 'DEPLOY_LOCKED' } }]);
  expect((await a.history()).length).toBe(2);
});

test('who may not deploy is stopped before anything is done', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0');
  const asked: string[] = [];
  const deployer = machine.deployer({
    authorize: ({ action, version, by }) => {
      asked.push(`${by} ${action} ${version}`);
      throw new Error('not on Fridays');
    },
  });
  await expect(deployer.deployRelease('1.1.0')).rejects.toThrow('not on Fridays');
  expect(asked).toEqual(['ann deploy 1.1.0']);
  expect((await deployer.history()).length).toBe(1);
});
