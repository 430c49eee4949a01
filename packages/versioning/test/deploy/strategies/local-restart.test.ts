import { expect, test } from 'vitest';
import {
  type Check,
  type CheckOutcome,
  localRestartStrategy,
  type Service,
  type StrategyCall,
} from '../../../src/deploy/index.ts';

const check = (name: string, outcome: CheckOutcome): Check => ({
  name,
  kind: 'own',
  run: async ({ version }) => ({ name, kind: 'own', outcome, found: `at ${version}`, ms: 0, attempts: 1 }),
});

/** A service that only notes what is done. */
function noting(): { readonly service: Service; readonly done: string[] } {
  const done: string[] = [];
  const service: Service = {
    kind: 'noting',
    spec: { name: 'shop', command: ['node'], workingDirectory: '/srv', environment: {}, stdout: '/o', stderr: '/e' },
    plan: async (verb) => [
      { kind: 'write', path: '/etc/shop.unit', text: '', needsRoot: true },
      { kind: 'run', command: ['systemctl', verb, 'shop'], needsRoot: true },
      { kind: 'own', text: 'wait', needsRoot: false },
    ],
    run: async (verb, { version } = {}) => void done.push(`${verb} ${version}`),
    status: async () => ({ state: 'running', pids: [] }),
    async *logs() {},
  };
  return { service, done };
}

const call: StrategyCall = { version: '1.0.4', channel: 'prod' };

test('it restarts the service of the current version and looks at its checks', async () => {
  const { service, done } = noting();
  const strategy = localRestartStrategy({ service, current: async () => '1.0.4', checks: [check('health', 'warn')] });
  const lines: string[] = [];
  expect(await strategy.run({ ...call, onLine: (line) => lines.push(line) })).toEqual({
    isLive: true,
    detail: 'restarted shop, version 1.0.4',
  });
  expect(done).toEqual(['restart 1.0.4']);
  expect(lines).toEqual(['restarted shop', 'warn health: at 1.0.4']);
  expect(await strategy.plan(call)).toEqual([
    { kind: 'own', text: 'write /etc/shop.unit' },
    { kind: 'run', command: ['systemctl', 'restart', 'shop'] },
    { kind: 'own', text: 'wait' },
    { kind: 'own', text: 'check health' },
  ]);
  expect(done).toHaveLength(1);
});

test('a check that fails is told', async () => {
  const strategy = localRestartStrategy({
    service: noting().service,
    current: async () => '1.0.4',
    checks: [check('health', 'fail')],
  });
  await expect(strategy.run(call)).rejects.toMatchObject({
    code: 'STRATEGY_FAILED',
    message: 'Expected the service to be well after its restart, got: health (at 1.0.4)',
  });
});

test('another version than the current one is refused, and nothing is done', async () => {
  const { service, done } = noting();
  await expect(localRestartStrategy({ service, current: async () => undefined }).run(call)).rejects.toMatchObject({
    code: 'STRATEGY_FAILED',
  });
  expect(done).toEqual([]);
});
