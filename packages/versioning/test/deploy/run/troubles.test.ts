import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fsStore } from '@x/storage';
import type { Check, DeployLockState, Deployment, Service } from '../../../src/deploy/index.ts';
import { DeployJournal } from '../../../src/deploy/run/journal.ts';
import { thisOwner } from '../../../src/release/owner.ts';
import { childService } from './child-service.ts';
import { runDeployer } from './deployer-process.ts';
import { NEXT, runningMachine, type ShopMachine } from './shop-machine.ts';

async function released(migrations: Readonly<Record<string, string>> = NEXT): Promise<ShopMachine> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations });
  return machine;
}

describe('a deploy that somebody stops', { timeout: 240_000 }, () => {
  test.each(['step.begun safety-backup', 'migration begun', 'step.begun stage'])(
    'at %s takes everything back',
    async (abortAt) => {
      await using machine = await released();
      const { code, hint } = await runDeployer({ places: machine.places, version: '1.1.0', abortAt });
      expect([code, hint]).toEqual(['ABORTED', expect.stringContaining('Everything was taken back.')]);
      const { unfinished, maintenance, deployments } = await machine.deployer().status();
      expect([unfinished, maintenance, deployments[0]?.outcome]).toEqual([undefined, undefined, 'undone']);
      expect([await machine.answers(), machine.applied()]).toEqual(['1.0.0', ['0001_orders']]);
    },
  );

  test.each(['step.begun switch', 'step.begun service', 'step.ended post-checks'])(
    'at %s stays where it is, and is ended later',
    async (abortAt) => {
      await using machine = await released();
      const { code, hint } = await runDeployer({ places: machine.places, version: '1.1.0', abortAt });
      expect([code, hint]).toEqual(['ABORTED', expect.stringContaining('`holdfast deploy resume` goes on')]);
      const deployer = machine.deployer();
      expect((await deployer.status()).unfinished).toMatchObject({ version: '1.1.0' });
      expect(await deployer.resume()).toMatchObject({ outcome: 'succeeded' });
      expect([await machine.answers(), machine.applied().length]).toEqual(['1.1.0', 3]);
    },
  );
});

test('a release that still runs when the next one could not be started is left alone', async () => {
  await using machine = await released();
  const child = childService(machine.places.root, machine.places.port);
  const verbs: string[] = [];
  const service: Service = {
    ...child,
    run: async (verb) => {
      verbs.push(verb);
      if (verb === 'handOver') throw new Error('no such program');
      await child.run(verb);
    },
    status: async () => ({ ...(await child.status()), version: await machine.answers() }),
  };
  const deployed = machine.deployer({ service }).deployRelease('1.1.0');
  await expect(deployed).rejects.toMatchObject({
    code: 'STEP_FAILED',
    hint: expect.stringContaining('Rolled back to 1.0.0') as string,
  });
  expect([verbs, machine.current(), await machine.answers()]).toEqual([['handOver'], 'v1.0.0', '1.0.0']);
});

describe('a migration without a transaction', { timeout: 240_000 }, () => {
  const oneByOne = {
    ...NEXT,
    '0002_cents.up.sql':
      '-- transaction: none\nalter table orders add column cents integer;\nalter table orders add column note text;',
    '0002_cents.down.sql':
      '-- transaction: none\nalter table orders drop column note;\nalter table orders drop column cents;',
  };

  test('that was killed between two statements goes on, or back', async () => {
    for (const isUndone of [false, true]) {
      await using machine = await released(oneByOne);
      const job = { places: machine.places, version: '1.1.0', from: 'migration statement', killAt: 1 };
      expect((await runDeployer(job)).killed).toBe(true);
      const deployer = machine.deployer();
      await (isUndone ? deployer.undo() : deployer.resume());
      const columns = machine
        .sql("select name from pragma_table_info('orders')")
        .map((row) => Object.values(row as object)[0]);
      expect(columns).toEqual(isUndone ? ['id', 'price'] : ['id', 'price', 'cents', 'note']);
      expect(await machine.answers()).toBe(isUndone ? '1.0.0' : '1.1.0');
    }
  });

  test('that was killed on its way back comes again when the rollback is undone', async () => {
    await using machine = await released(oneByOne);
    await machine.deployer().deployRelease('1.1.0');
    const { killed } = await runDeployer({ places: machine.places, from: 'migration statement', killAt: 1 });
    expect(killed).toBe(true);
    const deployer = machine.deployer();
    await deployer.undo();
    expect([await machine.answers(), machine.applied()]).toEqual(['1.1.0', ['0001_orders', '0002_cents', '0003_fill']]);
  });

  test('that fails half way stays as it is, and says so', async () => {
    const broken =
      '-- transaction: none\nalter table orders add column cents integer;\nalter table nowhere add column x;';
    await using machine = await released({ ...oneByOne, '0002_cents.up.sql': broken });
    await expect(machine.deployer().deployRelease('1.1.0')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      hint: expect.stringContaining('0002_cents stays: 0002_cents is half done') as string,
    });
    expect(await machine.answers()).toBe('1.0.0');
  });
});

/** Mounts a small disk over the database of a machine. @returns Whether that may be done here. */
function fillDatabaseDisk({ places: { root } }: ShopMachine): boolean {
  const folder = join(root, 'shared', 'db');
  renameSync(folder, `${folder}.before`);
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  for (const name of readdirSync(`${folder}.before`)) copyFileSync(join(`${folder}.before`, name), join(folder, name));
  return true;
}

test('a disk that is full in shared/ stops a migration, and nothing is lost', async (context) => {
  await using machine = await released({
    ...NEXT,
    '0004_pictures.up.sql': 'create table pictures as select randomblob(1000000) as picture;',
  });
  const isMounted = fillDatabaseDisk(machine);
  context.skip(!isMounted, 'can not mount here');
  try {
    const deployer = machine.deployer();
    await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('full') as string,
      hint: expect.stringContaining('Everything was taken back.') as string,
    });
    expect([await machine.answers(), machine.applied()]).toEqual(['1.0.0', ['0001_orders']]);
    expect(machine.sql('select price from orders')).toEqual([{ price: 3 }, { price: 4 }]);
  } finally {
    execFileSync('umount', ['--lazy', join(machine.places.root, 'shared', 'db')]);
  }
});

/** Puts releases on a small disk of their own. @returns Whether that may be done here. */
function smallDisk({ places: { root } }: ShopMachine): boolean {
  const releases = join(root, 'releases');
  renameSync(releases, `${releases}.before`);
  mkdirSync(releases);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', releases], { stdio: 'ignore' });
  } catch {
    return false;
  }
  execFileSync('cp', ['-a', `${releases}.before/.`, releases]);
  return true;
}

test('a disk without room for the files is told before anything is fetched', async (context) => {
  await using machine = await released({});
  await machine.shelf.add('1.2.0', { files: { 'large.bin': 'x'.repeat(400_000) } });
  // Its artefact is half as large, and lies elsewhere: it does not count here.
  await machine.shelf.add('1.3.0', { files: { 'noise.bin': randomBytes(85_000).toString('hex') } });
  context.skip(!smallDisk(machine), 'can not mount here');
  try {
    const fetched: string[] = [];
    const exportRelease = async (version: string, folder: string): Promise<void> => {
      fetched.push(version);
      await machine.shelf.exportRelease(version, folder);
    };
    const deployer = machine.deployer({ releases: { ...machine.shelf, exportRelease } });
    await expect(deployer.deployRelease('1.2.0')).rejects.toMatchObject({
      code: 'CHECKS_FAILED',
      message: expect.stringMatching(/release: Expected at least \d+ bytes free at .*, got \d+/) as string,
      hint: expect.stringContaining('holdfast deploy clean') as string,
    });
    expect(await deployer.history({ limit: 1 })).toMatchObject([{ outcome: 'failed', steps: [{ outcome: 'failed' }] }]);
    expect(fetched).toEqual([]);
    await deployer.deployRelease('1.3.0');
    expect([fetched, await machine.answers()]).toEqual([['1.3.0'], '1.3.0']);
  } finally {
    execFileSync('umount', ['--lazy', join(machine.places.root, 'releases')]);
  }
});

test.runIf(process.platform === 'linux')(
  'files are not put in place anew under a process that works in them',
  async () => {
    await using machine = await released({});
    const folder = join(machine.places.root, 'releases', 'v1.1.0');
    const deployer = machine.deployer();
    await deployer.deployRelease('1.1.0');
    await deployer.rollbackRelease();
    writeFileSync(join(folder, 'server.mjs'), 'changed');
    const sleeper = spawn('sleep', ['1000'], { cwd: folder, stdio: 'ignore' });
    try {
      await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({
        code: 'RELEASE_IN_USE',
        message: `Expected nobody to use 1.1.0, whose files have to be put in place anew, got process ${sleeper.pid}`,
        hint: expect.stringMatching(/^End that process, .* Everything was taken back\./) as string,
      });
      expect([existsSync(join(folder, 'server.mjs')), await machine.answers()]).toEqual([true, '1.0.0']);
    } finally {
      const ended = once(sleeper, 'exit');
      sleeper.kill('SIGKILL');
      await ended;
    }
    await deployer.deployRelease('1.1.0');
    expect(await machine.answers()).toBe('1.1.0');
  },
);

test('who is taken over stops, and takes nothing back', async () => {
  await using machine = await released();
  let ended: Deployment | undefined;
  let lock: DeployLockState | undefined;
  const slow: Check = {
    name: 'slow',
    kind: 'own',
    run: async () => {
      lock ??= (await machine.deployer().status()).lock;
      ended ??= await machine.deployer().resume({ force: true });
      return { name: 'slow', kind: 'own', outcome: 'ok', found: 'at last', ms: 0, attempts: 1 };
    },
  };
  const deployer = machine.deployer({ postChecks: [slow] });
  await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({ code: 'DEPLOY_TAKEN_OVER' });
  expect(ended).toMatchObject({ outcome: 'succeeded' });
  expect(lock).toMatchObject({ owner: { by: 'ann', pid: process.pid }, isRunning: true });
  expect((await deployer.status()).lock).toBeUndefined();
  expect([machine.current(), machine.applied().length]).toEqual(['v1.1.0', 3]);
});

test('a journal or a history that was changed is refused', async () => {
  await using machine = await released();
  const deployer = machine.deployer();
  const { state } = deployer.layout;
  const [last = ''] = readdirSync(join(state, 'history')).toSorted().slice(-1);
  writeFileSync(join(state, 'history', last), '{"format":"something"}');
  await expect(deployer.history()).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
  const journal = new DeployJournal(fsStore(state), '0123456789abcdef');
  const plan = { format: 'holdfast-deploy-plan', steps: 'none' } as never;
  await expect(journal.write({ kind: 'planned', plan, owner: thisOwner('ann'), at: '' })).rejects.toMatchObject({
    code: 'INVALID_HISTORY',
  });
});

test('a safety backup that can not be made stops everything, with the words of whoever makes it', async () => {
  await using machine = await released();
  const full = new Error('Expected room for a snapshot, got a full disk');
  const deployer = machine.deployer({
    backup: {
      create: () => Promise.reject(full),
      preview: () => Promise.resolve([]),
      restore: () => Promise.resolve(),
    },
  });
  await expect(deployer.deployRelease('1.1.0')).rejects.toMatchObject({
    code: 'STEP_FAILED',
    message: 'Expected a step to be done, got: Expected room for a snapshot, got a full disk',
    hint: expect.stringContaining('Everything was taken back.') as string,
    cause: full,
  });
  expect([machine.current(), machine.applied()]).toEqual(['v1.0.0', ['0001_orders']]);
});
