import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../../tooling/thoroughness.ts';
import { type DeployerEnd, runDeployer } from './deployer-process.ts';
import { CONTRACTED, NEXT, runningMachine, type ShopMachine } from './shop-machine.ts';

/** Where there is time, a process is killed at each moment; else at one of them, as `step-kill.test.ts` has each step. */
function chosen(moments: number, one: number): readonly number[] {
  return IS_THOROUGH ? Array.from({ length: moments }, (_, index) => index + 1) : [one];
}

/** All that has to hold when a run has ended, whatever it was. */
async function demandOrder(machine: ShopMachine): Promise<void> {
  const deployer = machine.deployer();
  const { unfinished, maintenance, service, current } = await deployer.status();
  expect({ unfinished, maintenance, service: service?.state }).toEqual({ service: 'running' });
  expect(current).toEqual({ kind: 'release', version: await machine.answers() });
  expect((await deployer.list()).filter(({ isCurrent }) => isCurrent)).toMatchObject([{ state: 'good' }]);
  const { root } = machine.places;
  const scratch = join(root, '.holdfast', 'scratch');
  expect(existsSync(scratch) ? readdirSync(scratch) : []).toEqual([]);
  expect(readdirSync(join(root, 'releases')).filter((name) => name.startsWith('.'))).toEqual([]);
  // Nobody has the lock any more.
  await deployer.clean();
}

async function released(migrations: Readonly<Record<string, string>>): Promise<ShopMachine> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations });
  return machine;
}

describe('a deploy whose process is killed', { timeout: 240_000 }, () => {
  let end: DeployerEnd;

  beforeAll(async () => {
    await using machine = await released(NEXT);
    end = await runDeployer({ places: machine.places, version: '1.1.0' });
    expect([end.killed, end.code]).toEqual([false, undefined]);
    await demandOrder(machine);
  });

  /** At most: how often the server is asked before it answers is not always the same. */
  const MOMENTS = 95;

  test('comes past no more moments than the tables have', () => {
    expect(end.seen.length).toBeLessThanOrEqual(MOMENTS);
    for (const step of ['stage', 'switch', 'service', 'data']) expect(end.seen).toContain(`step.begun ${step}`);
  });

  async function resumed(killAt: number, from?: string): Promise<void> {
    await using machine = await released(NEXT);
    await runDeployer({ places: machine.places, version: '1.1.0', killAt, from });
    const deployer = machine.deployer();
    const { unfinished, deployments } = await deployer.status();
    if (unfinished !== undefined) expect(await deployer.resume()).toMatchObject({ outcome: 'succeeded' });
    // Killed before it was written down that it begins, it is not there.
    else if (deployments[0]?.version !== '1.1.0') await deployer.deployRelease('1.1.0');
    await demandOrder(machine);
    expect([await machine.answers(), machine.applied()]).toEqual(['1.1.0', ['0001_orders', '0002_cents', '0003_fill']]);
    expect(machine.sql('select cents from orders')).toEqual([{ cents: 300 }, { cents: 400 }]);
  }

  async function undone(killAt: number, from?: string): Promise<void> {
    await using machine = await released(NEXT);
    await runDeployer({ places: machine.places, version: '1.1.0', killAt, from });
    const deployer = machine.deployer();
    const { unfinished } = await deployer.status();
    if (unfinished === undefined) return await demandOrder(machine);
    expect(await deployer.undo()).toMatchObject({ outcome: 'undone' });
    await demandOrder(machine);
    expect(await machine.answers()).toBe('1.0.0');
    expect(machine.applied()).not.toContain('0003_fill');
    // And from there it can be deployed again.
    await deployer.deployRelease('1.1.0');
    expect([await machine.answers(), machine.applied().length]).toEqual(['1.1.0', 3]);
  }

  test('within each of its steps ends as planned when it is resumed, and where it was when it is undone', async () => {
    const begun = end.seen.filter((moment) => moment.startsWith('step.begun '));
    expect(begun.length).toBeGreaterThan(6);
    // Else those behind which there is most to be put right: the others are in `step-kill.test.ts`, too.
    const some = begun.filter((moment) => IS_THOROUGH || /expand|stage|switch|service/.test(moment));
    expect(some.length).toBeGreaterThan(3);
    for (const [n, from] of some.entries()) await (n % 2 === 0 ? resumed : undone)(2, from);
  }, 600_000);

  test.each(chosen(MOMENTS, 55))('at moment %i ends as planned when it is resumed', async (n) => resumed(n));

  test.each(chosen(MOMENTS, 66))('at moment %i is back where it was when it is undone', async (n) => undone(n));

  test('behind a contract step is not undone, but goes on or has its data restored', async () => {
    await using machine = await released(CONTRACTED);
    // How often the server was asked before does not count.
    await runDeployer({ places: machine.places, version: '1.1.0', from: 'step.ended data', killAt: 12 });
    expect(machine.applied()).toContain('0004_no_price');
    const deployer = machine.deployer();
    await expect(deployer.undo()).rejects.toMatchObject({ code: 'ROLLBACK_REFUSED' });
    expect(await deployer.undo({ mayRestore: true })).toMatchObject({ outcome: 'undone' });
    await demandOrder(machine);
    expect([await machine.answers(), machine.applied()]).toEqual(['1.0.0', ['0001_orders']]);
  });
});

describe('a rollback whose process is killed', { timeout: 240_000 }, () => {
  const MOMENTS = 85;

  async function movedOn(): Promise<ShopMachine> {
    const machine = await released(NEXT);
    await machine.deployer().deployRelease('1.1.0');
    return machine;
  }

  test('comes past no more moments than the tables have', async () => {
    await using machine = await movedOn();
    const { seen } = await runDeployer({ places: machine.places });
    expect(seen.length).toBeLessThanOrEqual(MOMENTS);
    await demandOrder(machine);
  });

  test.each(chosen(MOMENTS, 51))('at moment %i ends on the release before when it is resumed', async (killAt) => {
    await using machine = await movedOn();
    await runDeployer({ places: machine.places, killAt });
    const deployer = machine.deployer();
    const { unfinished, deployments } = await deployer.status();
    if (unfinished !== undefined) await deployer.resume();
    else if (deployments[0]?.kind !== 'rollback') await deployer.rollbackRelease();
    await demandOrder(machine);
    expect([await machine.answers(), machine.applied()]).toEqual(['1.0.0', ['0001_orders']]);
  });

  test.each(chosen(MOMENTS, 38))('at moment %i ends on the release that it left when it is undone', async (killAt) => {
    await using machine = await movedOn();
    await runDeployer({ places: machine.places, killAt });
    const deployer = machine.deployer();
    const { unfinished } = await deployer.status();
    if (unfinished === undefined) return await demandOrder(machine);
    expect(await deployer.undo()).toMatchObject({ outcome: 'undone' });
    await demandOrder(machine);
    expect([await machine.answers(), machine.applied().length]).toEqual(['1.1.0', 3]);
  });
});

describe('a deploy on its way back whose process is killed', { timeout: 240_000 }, () => {
  const MOMENTS = 45;
  const from = 'step.undoing switch';

  async function broken(): Promise<ShopMachine> {
    const machine = await runningMachine();
    await machine.shelf.add('1.1.0', { migrations: NEXT, behaves: 'unhealthy' });
    return machine;
  }

  test('comes past no more moments than the table has', async () => {
    await using machine = await broken();
    const { seen, code } = await runDeployer({ places: machine.places, version: '1.1.0', from, healthTimeoutMs: 300 });
    expect([code, seen.length <= MOMENTS]).toEqual(['CHECKS_FAILED', true]);
    await demandOrder(machine);
  });

  test.each(chosen(MOMENTS, 22))('at moment %i of that ends there when it is resumed', async (killAt) => {
    await using machine = await broken();
    await runDeployer({ places: machine.places, version: '1.1.0', from, killAt, healthTimeoutMs: 300 });
    const deployer = machine.deployer();
    const { unfinished } = await deployer.status();
    if (unfinished !== undefined) expect(await deployer.resume()).toMatchObject({ outcome: 'rolled-back' });
    await demandOrder(machine);
    expect([await machine.answers(), machine.applied()]).toEqual(['1.0.0', ['0001_orders', '0002_cents']]);
    expect((await deployer.list()).find(({ version }) => version === '1.1.0')).toMatchObject({ state: 'bad' });
  });
});
