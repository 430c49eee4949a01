import { expect, test } from 'vitest';
import { localRestartStrategy } from '../../../src/deploy/index.ts';
import { runningMachine, type ShopMachine } from '../run/shop-machine.ts';

const call = { version: '1.0.0', channel: 'prod' };

async function pidOf({ places: { port } }: ShopMachine): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
  return ((await response.json()) as { pid: number }).pid;
}

test('it is the restart of the deployer: a new process, checked, and told in the history', async () => {
  await using machine = await runningMachine();
  const deployer = machine.deployer();
  const strategy = localRestartStrategy({ deployer });
  const before = await pidOf(machine);
  expect(await strategy.plan(call)).toEqual([
    { kind: 'own', text: expect.stringMatching(/^pre-checks: /) as string },
    { kind: 'own', text: 'service: restarted' },
    { kind: 'own', text: expect.stringMatching(/^post-checks: /) as string },
  ]);
  expect(await pidOf(machine)).toBe(before);
  const lines: string[] = [];
  expect(await strategy.run({ ...call, onLine: (line) => lines.push(line) })).toEqual({
    isLive: true,
    detail: 'restarted 1.0.0',
  });
  expect(lines).toContain('service: shop runs 1.0.0');
  expect(await pidOf(machine)).not.toBe(before);
  const [last] = await deployer.history();
  expect(last).toMatchObject({ kind: 'restart', strategy: 'local-restart', outcome: 'succeeded' });
});

test('another version than the current one is refused, and nothing is done', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0');
  const before = await pidOf(machine);
  const strategy = localRestartStrategy({ deployer: machine.deployer() });
  await expect(strategy.run({ ...call, version: '1.1.0' })).rejects.toMatchObject({ code: 'DEPLOY_REFUSED' });
  expect(await pidOf(machine)).toBe(before);
});
