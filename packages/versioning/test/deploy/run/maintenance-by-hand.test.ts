import { expect, test } from 'vitest';
import type { Check } from '../../../src/deploy/index.ts';
import { runningMachine } from './shop-machine.ts';

test('a deploy leaves on what somebody switches on while it is under way, and takes its own flag away', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0');
  await machine.shelf.add('1.2.0');
  let isNeeded = false;
  const during: Check = {
    name: 'during',
    kind: 'own',
    run: async () => {
      if (isNeeded) await machine.deployer({ by: 'bea' }).maintenance.on('stocktaking');
      const found = (await machine.deployer().maintenance.read())?.reason ?? 'off';
      return { name: 'during', kind: 'own', outcome: 'ok', found, ms: 0, attempts: 1 };
    },
  };
  const deployer = machine.deployer({ postChecks: [during] });
  const first = await deployer.deployRelease('1.1.0', { maintenanceMode: true });
  const detailOf = ({ steps }: typeof first): string | undefined =>
    steps.find(({ step }) => step === 'maintenance-off')?.detail;
  expect([detailOf(first), await deployer.maintenance.read()]).toEqual(['off', undefined]);
  isNeeded = true;
  const second = await deployer.deployRelease('1.2.0', { maintenanceMode: true });
  expect(detailOf(second)).toBe('stays on: bea has switched it on by hand');
  expect(await deployer.maintenance.read()).toMatchObject({ reason: 'stocktaking', by: 'bea' });
  await deployer.maintenance.off();
  expect(await deployer.maintenance.read()).toBeUndefined();
  expect(await deployer.actions()).toMatchObject([
    { kind: 'maintenance', state: 'off', by: 'ann', channel: 'prod' },
    { kind: 'maintenance', state: 'on', by: 'bea', reason: 'stocktaking' },
  ]);
});
