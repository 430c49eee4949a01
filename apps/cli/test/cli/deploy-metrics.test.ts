import { expect, test } from 'vitest';
import { newMachine, parseShape } from '../support/cli.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

interface Made {
  readonly id: string;
  readonly kind?: 'deploy' | 'rollback';
  readonly version: string;
  readonly from?: string;
  readonly channel?: string;
  readonly outcome?: 'succeeded' | 'failed';
  readonly daysAgo: number;
  readonly minutes: number;
}

/** A history as `deploy history --json` prints it; each release was committed two days before it was deployed. */
function history(made: readonly Made[]): string {
  const now = Date.now();
  const iso = (ms: number): string => new Date(ms).toISOString();
  const deployments = made.map(
    ({ kind = 'deploy', outcome = 'succeeded', channel = 'prod', daysAgo, minutes, ...rest }) => {
      const start = now - daysAgo * DAY;
      const end = start + minutes * MINUTE;
      return {
        ...rest,
        kind,
        outcome,
        channel,
        strategy: 'local',
        by: 'ann',
        startedAt: iso(start),
        endedAt: iso(end),
        ms: end - start,
        steps: [],
        migrations: 0,
        committedAt: iso(end - 2 * DAY),
      };
    },
  );
  return JSON.stringify({ deployments });
}

const SHOP = history([
  { id: 'old', version: '0.9.0', daysAgo: 200, minutes: 1 },
  { id: 'd1', version: '1.0.0', daysAgo: 40, minutes: 2 },
  { id: 'd2', version: '1.1.0', daysAgo: 20, minutes: 2 },
  { id: 'r1', kind: 'rollback', version: '1.0.0', from: '1.1.0', daysAgo: 20 - 1 / 24, minutes: 20 },
  { id: 'd3', version: '1.2.0', daysAgo: 5, minutes: 2 },
  { id: 's1', channel: 'staging', version: '1.3.0', outcome: 'failed', daysAgo: 4, minutes: 1 },
]);

test('the four figures of DORA come from the history, and rollbacks are held against their objective', async () => {
  const machine = await newMachine();
  const read = async (...args: readonly string[]) => {
    const { stdout } = await machine.run(['deploy', 'metrics', '--history', '-', '--json', ...args], { input: SHOP });
    return parseShape('DeployMetrics', stdout);
  };
  const { channels, overall } = await read();
  expect(channels.map(({ channel }) => channel)).toEqual(['prod', 'staging']);
  expect(overall).toMatchObject({ deploys: 3, blocked: 1, failures: 1, changeFailureRate: 1 / 3 });
  expect(channels[0]).toMatchObject({
    deploys: 3,
    leadTime: { medianMs: 2 * DAY, p90Ms: 2 * DAY },
    timeToRestore: { medianMs: 60 * MINUTE + 20 * MINUTE, open: 0 },
    rollback: { count: 1, objectiveMs: 15 * MINUTE, withinObjective: 0, missed: ['r1'] },
  });
  expect(channels[0]?.deploysPerWeek).toBeCloseTo((3 * 7) / 90);
  expect(channels[1]).toMatchObject({ deploys: 0, blocked: 1 });
  expect(channels[1]).not.toHaveProperty('changeFailureRate');
  const patient = await read('--objective', '30m', '--channel', 'prod');
  expect([patient.channels.length, patient.overall.rollback.withinObjective]).toEqual([1, 1]);
  const recent = await read('--since', '10 days ago');
  expect([recent.overall.deploys, recent.overall.rollback.count]).toEqual([1, 0]);
});

test('people read them in sentences', async () => {
  const machine = await newMachine();
  const { code, stdout } = await machine.run(['deploy', 'metrics', '--history', '-', '--channel', 'prod'], {
    input: SHOP,
  });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\S+ \S+ to \S+ \S+\n\nprod\n/);
  expect(stdout).toMatch(/deployment frequency +3 deploys, 0\.2 a week\n/);
  expect(stdout).toMatch(/change lead time +2 days \(median\), 2 days \(9 of 10\)\n/);
  expect(stdout).toMatch(/change failure rate +33 %: 1 failure\n/);
  expect(stdout).toMatch(/time to restore +1 h 20 min \(median\), 1 h 20 min \(longest\)\n/);
  expect(stdout).toMatch(/rollbacks +0 of 1 within the objective 15 min 0 s; 20 min 0 s \(longest\)\n +missed +r1\n/);
});

test('a machine to which nothing was deployed has figures, too', async () => {
  const machine = await newMachine();
  const root = `${machine.root}/live`;
  await machine.json('DeployInitialised', ['deploy', 'init', '--root', root]);
  const { overall, channels } = await machine.json('DeployMetrics', ['deploy', 'metrics', '--root', root]);
  expect([overall.deploys, overall.deploysPerWeek, channels]).toEqual([0, 0, []]);
  const { stdout } = await machine.run(['deploy', 'metrics', '--root', root]);
  expect(stdout).toMatch(/change failure rate +not known\n/);
});
