import { describe, expect, test } from 'vitest';
import type { DeployerOptions } from '../../../src/deploy/index.ts';
import { NEXT, runningMachine, type ShopMachine } from './shop-machine.ts';

/** A data migration whose way back fails, and one after it that fails forward, so that the deploy has to go back. */
const BLOCKED = {
  ...NEXT,
  '0003_fill.down.sql': 'update nowhere set x = 1;',
  '0004_broken.up.sql': '-- kind: data\nupdate nowhere set x = 1;',
  '0004_broken.down.sql': 'select 1;',
};

/** One whose deploy of 1.1.0 is stopped on its way back. @returns With the hint that was given. */
async function blockedMachine(
  options: Partial<DeployerOptions> = {},
): Promise<ShopMachine & { readonly hint: string | undefined }> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations: BLOCKED });
  const failure: unknown = await machine
    .deployer(options)
    .deployRelease('1.1.0')
    .catch((error: unknown) => error);
  return { ...machine, hint: (failure as { hint?: string }).hint };
}

describe('a way back on which a migration fails', { timeout: 240_000 }, () => {
  test('stops, says so, and is ended by the safety backup where somebody wants that', async () => {
    await using machine = await blockedMachine();
    expect(machine.hint).toMatch(
      /Going back has stopped \(.*0003_fill.*nowhere.*resume` goes on with the way back, with --accept .* as it is\. `holdfast deploy resume --undo --restore-data` restores the backup pre-deploy-/s,
    );
    machine.sql('insert into orders (price) values (5)');
    await expect(machine.deployer().resume()).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      hint: expect.stringMatching(/--restore-data` restores the backup .*, which drops 1 orders/) as string,
    });
    expect((await machine.deployer().status()).unfinished).toMatchObject({ version: '1.1.0' });
    const ended = await machine.deployer().undo({ mayRestore: true });
    expect(ended).toMatchObject({ outcome: 'rolled-back', migrated: [], wayBack: { isMet: true } });
    expect(ended.steps.slice(-4).map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'restore-data undone',
      'switch undone',
      'service undone',
      'stage undone',
    ]);
    expect([machine.current(), await machine.answers(), machine.applied()]).toEqual([
      'v1.0.0',
      '1.0.0',
      ['0001_orders'],
    ]);
    expect(machine.sql('select count(*) as n from orders')).toEqual([{ n: 2 }]);
  });

  test('is ended by the safety backup at once where that is configured', async () => {
    await using machine = await blockedMachine({ restoreData: 'automatic' });
    expect(machine.hint).toMatch(/Rolled back to 1\.0\.0 in /);
    expect([machine.current(), await machine.answers(), machine.applied()]).toEqual([
      'v1.0.0',
      '1.0.0',
      ['0001_orders'],
    ]);
    expect(machine.events.filter(({ kind }) => kind === 'backup.restored').length).toBe(1);
  });

  test('does not offer it where it is never wanted, and goes on when the way is free again', async () => {
    await using machine = await blockedMachine({ restoreData: 'never' });
    expect(machine.hint).not.toContain('restore-data');
    machine.sql('create table nowhere (x integer)');
    expect(await machine.deployer().resume()).toMatchObject({ outcome: 'rolled-back' });
    expect(machine.applied()).toEqual(['0001_orders', '0002_cents']);
  });
});
