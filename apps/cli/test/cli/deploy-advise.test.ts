import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newCheckout, type TestCheckout } from '../support/checkout.ts';
import { type Machine, newMachine, parseShape } from '../support/cli.ts';

interface Shop extends TestCheckout {
  readonly machine: Machine;
}

/** A shop whose version 1.0.0 is live, with a migration since, and nothing to push to. */
async function newShop(): Promise<Shop> {
  const machine = await newMachine();
  const checkout = await newCheckout(machine);
  await checkout.commit('feat: sell', { '.env.example': 'PORT=8080\n', 'sell.js': 'sell\n' });
  checkout.git('tag', '--annotate', '--message=1.0.0', 'v1.0.0');
  await checkout.commit('feat: slots', {
    '.env.example': 'PORT=8080\nMAIL_HOST=\n',
    'migrations/0001_slots.sql': 'create table slots (id int);\n',
    'holdfast.config.json': JSON.stringify({
      release: { migrations: 'migrations' },
      deploy: { businessHours: { timeZone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 24 } },
    }),
  });
  return { ...checkout, machine };
}

/** Deploys by hybrid that failed, as another machine tells them. */
const history = (count: number): string =>
  JSON.stringify({
    deployments: Array.from({ length: count }, (_, n) => ({
      id: `d${n}`,
      kind: 'deploy',
      version: '1.0.0',
      channel: 'prod',
      strategy: 'hybrid',
      outcome: n === 0 ? 'succeeded' : 'failed',
      by: 'ann',
      startedAt: `2026-01-0${9 - n}T12:00:00.000Z`,
      endedAt: `2026-01-0${9 - n}T12:10:00.000Z`,
      steps: [],
      migrations: 1,
    })),
  });

test('advice has what was looked at, and strategies with reasons; nothing is done', async () => {
  const { machine, git } = await newShop();
  const before = git('for-each-ref');
  const advice = await machine.json('DeployAdvice', ['deploy', 'advise', '--live', '1.0.0']);
  expect(advice).toMatchObject({
    live: '1.0.0',
    context: {
      channel: 'prod',
      diff: { files: 3, migrations: 1, contractMigrations: 0, configKeys: ['MAIL_HOST'], ports: [] },
      commitTypes: { feat: 1 },
      isDirty: false,
      remote: 'none',
      health: 'unknown',
    },
  });
  expect(advice.ranked.map(({ strategy, blockers }) => [strategy, blockers.map(({ rule }) => rule)])).toEqual([
    ['hybrid', []],
    ['server-controlled', []],
    ['remote-ci', ['remote']],
    ['local-restart', ['changes']],
  ]);
  expect(git('for-each-ref')).toBe(before);
  const { code, stdout } = await machine.run(['deploy', 'advise', '--live', '1.0.0']);
  expect(code).toBe(0);
  expect(stdout).toContain('1. hybrid');
  expect(stdout).toContain('1 migration would run untested.');
  expect(stdout).toContain('stop  The checkout has no remote to push to.');
});

test('the history of another machine counts, and tells what is live', async () => {
  const { machine, folder } = await newShop();
  const input = history(4);
  const { stdout } = await machine.run(['deploy', 'advise', '--history', '-', '--json'], { input });
  const advice = parseShape('DeployAdvice', stdout);
  expect(advice.live).toBe('1.0.0');
  expect(advice.ranked.find(({ strategy }) => strategy === 'hybrid')?.reasons).toContainEqual({
    rule: 'past failures',
    points: -12,
    text: '3 of the last 4 such deploys by hybrid failed.',
  });
  await writeFile(join(folder, 'odd.json'), '{"deployments":[{"id":1}]}');
  const odd = await machine.run(['deploy', 'advise', '--history', 'odd.json']);
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('Expected a history as') as string]);
  expect(odd.stderr).not.toContain('    at ');
});

test('a tag that is not here is told, with what to do', async () => {
  const { machine } = await newShop();
  const { code, stderr } = await machine.run(['deploy', 'advise', '--live', '9.9.9']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('git fetch --tags');
  expect(stderr).not.toContain('    at ');
});
