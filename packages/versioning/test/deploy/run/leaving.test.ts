import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONTRACTED, FIRST, NEXT, runningMachine, type ShopMachine } from './shop-machine.ts';

/** One whose deploy of 1.1.0 has failed. @returns With the hint that was given. */
async function failedMachine(
  migrations: Readonly<Record<string, string>>,
): Promise<ShopMachine & { readonly hint: string | undefined }> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations });
  const failure: unknown = await machine
    .deployer()
    .deployRelease('1.1.0')
    .catch((error: unknown) => error);
  return { ...machine, hint: (failure as { hint?: string }).hint };
}

const ACCEPTED = { accept: true, reason: 'the shop has to open' } as const;

test('a way back is ended without what is in its way where somebody accepts that, and it is written down', async () => {
  await using machine = await failedMachine({
    ...NEXT,
    '0003_fill.down.sql': 'update nowhere set x = 1;',
    '0004_broken.up.sql': '-- kind: data\nupdate nowhere set x = 1;',
    '0004_broken.down.sql': 'select 1;',
  });
  expect(machine.hint).toContain('with --accept it leaves what is in the way as it is.');
  const deployer = machine.deployer();
  const ended = await deployer.resume(ACCEPTED);
  expect(ended).toMatchObject({ outcome: 'rolled-back', left: ['data'], migrated: ['0002_cents', '0003_fill'] });
  expect([machine.current(), await machine.answers()]).toEqual(['v1.0.0', '1.0.0']);
  const told = {
    by: 'ann',
    reason: 'the shop has to open',
    version: '1.1.0',
    step: 'data',
    direction: 'back',
    found: expect.stringContaining('no such table: nowhere') as string,
  };
  expect((await deployer.overrides())[0]).toMatchObject({ kind: 'left', channel: 'prod', run: ended.id, ...told });
  expect(machine.events).toContainEqual({ kind: 'step.accepted', ...told });
  const report = JSON.parse(readFileSync(join(ended.evidence ?? '', 'report.json'), 'utf8')) as {
    readonly steps: readonly object[];
  };
  expect(report.steps).toContainEqual(expect.objectContaining({ step: 'data', outcome: 'left' }));
  // Nobody is held up by it.
  expect((await deployer.status()).unfinished).toBeUndefined();
});

test('a contract that can not be run is left where somebody accepts that: forward, or back', async () => {
  const broken = { ...CONTRACTED, '0005_broken.up.sql': '-- kind: contract\nalter table nowhere drop column x;' };
  await using machine = await failedMachine(broken);
  expect(machine.hint).toContain("with --accept ends the deploy without what can't be done");
  const forward = await machine.deployer().resume(ACCEPTED);
  expect(forward).toMatchObject({ outcome: 'succeeded', left: ['contract'], migrated: expect.any(Array) as string[] });
  expect(machine.current()).toBe('v1.1.0');
  await using other = await failedMachine(broken);
  const back = await other.deployer().undo(ACCEPTED);
  expect(back).toMatchObject({ outcome: 'rolled-back', left: ['contract'] });
  expect([other.current(), other.applied()]).toEqual(['v1.0.0', Object.keys(CONTRACTED).flatMap(upId)]);
  expect((await other.deployer().overrides())[0]).toMatchObject({ kind: 'left', step: 'contract', direction: 'back' });
});

const upId = (file: string): readonly string[] => (file.endsWith('.up.sql') ? [file.replace('.up.sql', '')] : []);

const STUCK = {
  ...FIRST,
  '0002_next.down.sql': 'drop table nowhere;',
  '0003_broken.up.sql': 'insert into nowhere values (1);',
};

test('an expand that takes something away is refused where nothing says that it is meant', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0', {
    migrations: { ...FIRST, '0002_next.up.sql': 'alter table orders drop column price;' },
  });
  await expect(machine.deployer().deployRelease('1.1.0')).rejects.toMatchObject({
    code: 'DEPLOY_REFUSED',
    message: expect.stringContaining('0002_next, line 1: ') as string,
  });
  expect(machine.current()).toBe('v1.0.0');
});

test('an expand whose way back fails stays by itself, unless it has taken something away', async () => {
  await using machine = await failedMachine({
    ...STUCK,
    '0002_next.up.sql': 'alter table orders add column note text;',
  });
  expect(machine.hint).toMatch(/Everything was taken back\. 0002_next stays, as the release before works with it: /);
  const [{ outcome, left, migrated } = {}] = await machine.deployer().history();
  expect([outcome, left, migrated]).toEqual(['failed', ['expand'], ['0002_next']]);
  const taken = '-- lint: allow contracts-in-expand\nalter table orders drop column price;';
  await using other = await failedMachine({ ...STUCK, '0002_next.up.sql': taken });
  expect(other.hint).toMatch(/Going back has stopped .*--accept .*--restore-data` restores the backup /s);
  expect(await other.deployer().resume(ACCEPTED)).toMatchObject({ outcome: 'failed', left: ['expand'] });
});
