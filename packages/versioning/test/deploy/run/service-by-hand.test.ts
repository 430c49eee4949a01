import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireDeployLock, type Service } from '../../../src/deploy/index.ts';
import { childService } from './child-service.ts';
import { runningMachine, type ShopMachine } from './shop-machine.ts';

interface Told {
  readonly service: Service;
  readonly calls: (readonly [string, string | undefined])[];
}

/** The service of a machine, and with what it was called. */
function told({ places: { root, port } }: ShopMachine): Told {
  const child = childService(root, port);
  const calls: Told['calls'] = [];
  const run: Service['run'] = async (verb, call) => {
    calls.push([verb, call?.version]);
    await child.run(verb, call);
  };
  return { service: { ...child, run }, calls };
}

test('starting by hand writes the `.env` anew and tells the version, as a deploy does; stopping does neither', async () => {
  await using machine = await runningMachine();
  const { root } = machine.places;
  const { service, calls } = told(machine);
  const deployer = machine.deployer({ service });
  const env = (): string => readFileSync(join(root, 'releases', 'current', '.env'), 'utf8');
  appendFileSync(join(root, 'shared', '.env'), 'MAIL_HOST=mail.example\n');
  expect(await deployer.service.plan('restart')).toEqual([
    { kind: 'own', text: 'write the .env of 1.0.0 anew', needsRoot: false },
    { kind: 'own', text: 'restart', needsRoot: false },
  ]);
  await deployer.service.run('stop');
  expect(env()).not.toContain('mail.example');
  await deployer.service.run('start');
  expect(env()).toContain('MAIL_HOST=mail.example');
  await deployer.service.run('restart');
  expect(calls).toEqual([
    ['stop', undefined],
    ['start', '1.0.0'],
    ['restart', '1.0.0'],
  ]);
  expect(await machine.answers()).toBe('1.0.0');
  const actions = ['restart', 'start', 'stop'].map((verb) => ({ kind: 'service', verb, by: 'ann', channel: 'prod' }));
  expect(await deployer.actions()).toMatchObject(actions);
  expect(machine.events.filter(({ kind }) => kind === 'service.changed').length).toBe(3);
});

test('starting by hand is refused while a deploy is under way; stopping is not', async () => {
  await using machine = await runningMachine();
  const { service, calls } = told(machine);
  const deployer = machine.deployer({ service });
  await using lock = await acquireDeployLock(deployer.layout, { by: 'bea' });
  await expect(deployer.service.run('restart')).rejects.toMatchObject({ code: 'DEPLOY_LOCKED' });
  await deployer.service.run('stop');
  expect([calls, lock.lost.aborted]).toEqual([[['stop', undefined]], false]);
});

test('a machine without a service says so', async () => {
  await using machine = await runningMachine();
  const deployer = machine.deployer({ service: undefined });
  await expect(deployer.service.run('stop')).rejects.toMatchObject({ code: 'DEPLOY_REFUSED' });
});
