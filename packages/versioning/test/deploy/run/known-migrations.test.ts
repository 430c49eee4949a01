import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DeployPlan } from '../../../src/deploy/index.ts';
import { FIRST, NEXT, runningMachine, type ShopMachine } from './shop-machine.ts';

const TILLS = { ...FIRST, '0005_tills.up.sql': 'create table tills (id integer primary key);' };

/** 1.1.0 was taken back, and has left `0002_cents`, with which 1.0.0 works. */
async function leftBehind(): Promise<ShopMachine> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations: NEXT, behaves: 'unhealthy' });
  await expect(machine.deployer({ healthTimeoutMs: 1 }).deployRelease('1.1.0')).rejects.toThrow('Expected all checks');
  expect(machine.applied()).toEqual(['0001_orders', '0002_cents']);
  await machine.shelf.add('1.2.0', { migrations: TILLS });
  return machine;
}

/** What is said of releases that are gone, in a plan. */
const gone = ({ warnings }: DeployPlan): readonly string[] => warnings.filter((line) => line.includes('is gone'));

const records = ({ places }: ShopMachine): string => join(places.root, '.holdfast', 'migrations');

describe('a release that is gone from where releases come from', () => {
  test('is known from what was written down when it was deployed', async () => {
    await using machine = await leftBehind();
    await machine.shelf.remove('1.1.0');
    await machine.shelf.remove('1.0.0');
    const deployer = machine.deployer();
    const plan = await deployer.planDeploy('1.2.0');
    expect([plan.migrations.expand, gone(plan)]).toEqual([['0005_tills'], []]);
    await deployer.deployRelease(plan);
    expect([await machine.answers(), machine.applied().length]).toEqual(['1.2.0', 3]);
    // Also the way back to it, and from one that went meanwhile.
    await machine.shelf.remove('1.2.0');
    await expect(deployer.planRollback()).rejects.toThrow('0005_tills has no way back');
    await deployer.rollbackRelease('1.0.0', { restore: 'newest' });
    expect([await machine.answers(), machine.applied()]).toEqual(['1.0.0', ['0001_orders', '0002_cents']]);
  });

  test("of which nothing was written down is told of, and stands in nobody's way", async () => {
    await using machine = await leftBehind();
    await machine.shelf.remove('1.1.0');
    rmSync(join(records(machine), 'v1.1.0.json'));
    const deployer = machine.deployer();
    const plan = await deployer.planDeploy('1.2.0');
    expect(gone(plan)).toEqual([expect.stringMatching(/^1\.1\.0 is gone, and with it the text of 0002_cents: /)]);
    const { steps } = await deployer.deployRelease(plan);
    expect(steps[0]?.checks).toContainEqual(expect.objectContaining({ kind: 'migrations', outcome: 'warn' }));
    expect(machine.applied()).toEqual(['0001_orders', '0002_cents', '0005_tills']);
    // It was there before, and stays.
    await machine.shelf.add('1.3.0', { migrations: { ...TILLS, ...SEATS } });
    await deployer.deployRelease('1.3.0');
    const back = await deployer.planRollback();
    expect([back.migrations.back, gone(back).length]).toEqual([['0006_seats'], 1]);
    await deployer.rollbackRelease(back);
    expect(machine.applied()).toEqual(['0001_orders', '0002_cents', '0005_tills']);
  });

  test('is told of no more when another release has the same migrations', async () => {
    await using machine = await leftBehind();
    await machine.shelf.remove('1.1.0');
    rmSync(join(records(machine), 'v1.1.0.json'));
    await machine.shelf.add('1.3.0', { migrations: NEXT });
    expect(gone(await machine.deployer().planDeploy('1.3.0'))).toEqual([]);
  });

  test('can not be deployed, nor gone back to when nobody knows what it needs', async () => {
    await using machine = await leftBehind();
    const deployer = machine.deployer();
    await deployer.deployRelease('1.2.0');
    await machine.shelf.remove('1.0.0');
    expect(readdirSync(records(machine))).toEqual(['v1.0.0.json', 'v1.1.0.json', 'v1.2.0.json']);
    writeFileSync(join(records(machine), 'v1.0.0.json'), '{}');
    await expect(deployer.planRollback('1.0.0')).rejects.toMatchObject({ code: 'INVALID_DEPLOY_RECORD' });
    rmSync(join(records(machine), 'v1.0.0.json'));
    await expect(deployer.planRollback('1.0.0')).rejects.toMatchObject({ code: 'RELEASE_NOT_FOUND' });
  });
});

const SEATS = {
  '0006_seats.up.sql': 'create table seats (id integer primary key);',
  '0006_seats.down.sql': 'drop table seats;',
};

test('a version that has left something at each of its deploys is known with all of it', async () => {
  await using machine = await runningMachine();
  const expands = (files: Readonly<Record<string, string>>): object => ({ migrations: files, behaves: 'unhealthy' });
  const both = { ...FIRST, ...SEATS, '0007_halls.up.sql': 'create table halls (id integer primary key);' };
  const deployer = machine.deployer({ healthTimeoutMs: 1 });
  // The second one was a repair by hand, under the same name.
  for (const migrations of [{ ...FIRST, ...SEATS }, both]) {
    await machine.shelf.add('1.1.0', expands(migrations));
    await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({ code: 'CHECKS_FAILED' });
  }
  expect(machine.applied()).toEqual(['0001_orders', '0006_seats', '0007_halls']);
  await machine.shelf.add('1.2.0', { migrations: FIRST });
  expect((await machine.deployer().planDeploy('1.2.0')).migrations.expand).toEqual([]);
});

test('what was taken back is not run again by a release that does not have it', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations: NEXT });
  const deployer = machine.deployer();
  await deployer.deployRelease('1.1.0');
  await deployer.rollbackRelease();
  await machine.shelf.add('1.2.0', { migrations: { ...FIRST, ...SEATS } });
  await deployer.deployRelease('1.2.0');
  expect(machine.applied()).toEqual(['0001_orders', '0006_seats']);
});
