import { describe, expect, test } from 'vitest';
import type { DeployerOptions } from '../../../src/deploy/index.ts';
import { fileBackup } from './file-backup.ts';
import { NEXT, runningMachine, type ShopMachine } from './shop-machine.ts';

/** A data migration whose way back drops rows, and one after it that fails forward, so that the deploy has to go back. */
const LOSING = {
  ...NEXT,
  '0003_fill.down.sql': 'delete from orders;',
  '0004_broken.up.sql': '-- kind: data\nupdate nowhere set x = 1;',
  '0004_broken.down.sql': 'select 1;',
};
const orders = (machine: ShopMachine): unknown => machine.sql('select count(*) as n from orders')[0];

async function failedMachine(
  options: Partial<DeployerOptions> = {},
  migrations: Readonly<Record<string, string>> = LOSING,
): Promise<ShopMachine & { readonly hint: string | undefined }> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations });
  const failure: unknown = await machine
    .deployer(options)
    .deployRelease('1.1.0')
    .catch((error: unknown) => error);
  return { ...machine, hint: (failure as { hint?: string }).hint };
}

describe('a way back on which a migration would drop data', { timeout: 240_000 }, () => {
  test('is not gone by itself: the backup is offered, and a person may go it all the same', async () => {
    await using machine = await failedMachine();
    expect(machine.hint).toMatch(
      /1\.1\.0 stays current\..* `--undo` takes 0003_fill back all the same.* --restore-data` restores the backup pre-deploy-/s,
    );
    expect([await machine.answers(), orders(machine)]).toEqual(['1.1.0', { n: 2 }]);
    machine.sql('insert into orders (cents) values (5)');
    await expect(machine.deployer().resume()).rejects.toMatchObject({
      hint: expect.stringMatching(/--restore-data` restores the backup .*, which drops 1 orders\./) as string,
    });
    expect(await machine.deployer().undo()).toMatchObject({ outcome: 'rolled-back', migrated: ['0002_cents'] });
    expect([await machine.answers(), orders(machine)]).toEqual(['1.0.0', { n: 0 }]);
  });

  test.each<[string, Partial<DeployerOptions>]>([
    ['by itself where that is configured', { restoreData: 'automatic' }],
    ['where a person asks for that', {}],
  ])('ends with the safety backup %s', async (_, options) => {
    await using machine = await failedMachine(options);
    if (options.restoreData === undefined) await machine.deployer().undo({ mayRestore: true });
    else expect(machine.hint).toMatch(/Rolled back to 1\.0\.0 .*The backup was restored, as taking 0003_fill back/);
    expect([machine.applied(), await machine.answers(), orders(machine)]).toEqual([['0001_orders'], '1.0.0', { n: 2 }]);
  });

  test('is gone by itself where its author says that it is meant', async () => {
    const meant = { ...LOSING, '0003_fill.down.sql': '-- lint: allow deletes-all\ndelete from orders;' };
    await using machine = await failedMachine({ restoreData: 'automatic' }, meant);
    expect(machine.hint).toMatch(/Rolled back to 1\.0\.0/);
    expect(orders(machine)).toEqual({ n: 0 });
  });
});

describe('a rollback on whose way a migration would drop data', { timeout: 240_000 }, () => {
  test('says so, offers the backup with what it would drop, and takes it by itself only where that is configured', async () => {
    await using machine = await runningMachine();
    await machine.shelf.add('1.1.0', { migrations: NEXT });
    const { backup } = await machine.deployer().deployRelease('1.1.0');
    machine.sql('insert into orders (cents) values (500)');
    const dropped = '0002_cents, taken back: a column is dropped with all that is in it';
    const warned = expect.arrayContaining([
      dropped,
      `\`--restore ${backup}\` brings back the data of before instead. It drops 1 orders.`,
    ]) as string[];
    expect(await machine.deployer().planRollback()).toMatchObject({
      migrations: { back: ['0003_fill', '0002_cents'] },
      warnings: warned,
    });
    const never = await machine.deployer({ restoreData: 'never' }).planRollback();
    expect(never.warnings).toEqual([expect.stringContaining('0003_fill, taken back: all rows'), dropped]);
    const automatic = machine.deployer({ restoreData: 'automatic' });
    expect(await automatic.planRollback('1.0.0', { restore: false })).toMatchObject({
      migrations: { back: ['0003_fill', '0002_cents'] },
      warnings: warned,
    });
    const backups = { ...fileBackup(machine.places.root), preview: async () => Promise.reject(new Error('no store')) };
    const { warnings } = await machine.deployer({ backup: backups }).planRollback();
    expect(warnings.at(-1)).toMatch(/What it drops can't be told: no store$/);
    const plan = await automatic.planRollback();
    expect(plan).toMatchObject({
      restores: backup,
      migrations: { back: [] },
      warnings: [
        'Taking 0002_cents back would drop data, so that a backup is restored: `--no-restore` takes it back.',
        `Restoring ${backup} drops 1 orders`,
      ],
    });
    const { steps } = await automatic.rollbackRelease(plan);
    expect(steps.find(({ step }) => step === 'restore-data')?.detail).toBe(`${backup}; dropped 1 orders`);
    expect([await machine.answers(), orders(machine)]).toEqual(['1.0.0', { n: 2 }]);
  });
});
