// Times a call beside the clients of other systems, in turn, in one process:
//   npm run -s with -- node --conditions=source packages/feature-flags/bench/evaluate.ts [FOLDER WITH PEERS]
// Without a folder, the peers are installed into a temporary one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFlags } from '../src/index.ts';
import { type Case, type Client, launchDarklyIn, peersIn, TENANTS } from './peers.ts';

const PEERS = [
  '@openfeature/flagd-core',
  '@openfeature/core',
  'unleash-client',
  '@growthbook/growthbook',
  '@launchdarkly/node-server-sdk',
];
const ROUNDS = 15;
const CALLS = 40_000;
const USERS = Array.from({ length: 1024 }, (_, index) => `5c3d8535-f81a-4478-a6d3-${String(index).padStart(12, '0')}`);

const own = (counts = false): Client => {
  const rollout = { percentage: 50, unit: 'user' };
  const flags = createFlags({
    definition: { flags: { all: {}, half: { rollout }, some: { rollout, targetTenants: TENANTS } } },
    counts,
  });
  const ask = (key: string) => (user: string, tenant: string) => flags.isEnabled(key, { user, tenant });
  return {
    name: 'Holdfast',
    cases: { static: ask('all'), percentage: ask('half'), 'tenants, then percentage': ask('some') },
  };
};

/** Nanoseconds of processor a call. */
function timed(ask: (user: string, tenant: string) => boolean, calls: number): number {
  let on = 0;
  const start = process.cpuUsage();
  for (let index = 0; index < calls; index++) {
    if (ask(USERS[index & 1023], TENANTS[index % TENANTS.length])) on++;
  }
  const { user, system } = process.cpuUsage(start);
  if (on < 0) throw new Error('the calls must not be optimised away');
  return ((user + system) * 1000) / calls;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

async function main(folder: string): Promise<void> {
  const clients = [own(), ...peersIn(folder)];
  const cases: readonly Case[] = ['static', 'percentage', 'tenants, then percentage'];
  console.log(`Node ${process.versions.node}; ns of processor a call, medians of ${ROUNDS} rounds in turn\n`);
  console.log(`| flag | ${clients.map(({ name }) => name).join(' | ')} | ratio to the best other |`);
  for (const each of cases) {
    const asks = clients.map(({ cases: known }) => known[each] as NonNullable<(typeof known)[Case]>);
    for (const ask of asks) timed(ask, CALLS);
    const times = asks.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++)
      for (const [index, ask] of asks.entries()) times[index]?.push(timed(ask, CALLS));
    const [first = 0, ...others] = times.map(median);
    const row = [first, ...others].map((time) => time.toFixed(0)).join(' | ');
    console.log(`| ${each} | ${row} | ${(first / Math.min(...others)).toFixed(2)} |`);
  }
  const { cases: counted } = own(true);
  for (const each of cases) {
    const ask = counted[each] as NonNullable<(typeof counted)[Case]>;
    timed(ask, CALLS);
    const before = process.memoryUsage().heapUsed;
    const times = Array.from({ length: ROUNDS }, () => timed(ask, CALLS));
    const bytes = (process.memoryUsage().heapUsed - before) / (ROUNDS * CALLS);
    console.log(`Holdfast, counted: ${each} ${median(times).toFixed(0)} ns, ${bytes.toFixed(1)} bytes a call`);
  }
  const launchDarkly = await launchDarklyIn(folder);
  for (const key of ['all', 'half'] as const) {
    for (let index = 0; index < 2000; index++) await launchDarkly.ask(key, USERS[index & 1023]);
    const start = process.cpuUsage();
    for (let index = 0; index < 10_000; index++) await launchDarkly.ask(key, USERS[index & 1023]);
    const { user, system } = process.cpuUsage(start);
    console.log(`LaunchDarkly, which answers with promises: ${key} ${((user + system) / 10).toFixed(0)} ns`);
  }
  launchDarkly.close();
}

const [given] = process.argv.slice(2);
const folder = given ?? mkdtempSync(join(tmpdir(), 'flag-peers-'));
try {
  if (given === undefined) {
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
    execFileSync('npm', ['install', '--silent', '--ignore-scripts', ...PEERS], { cwd: folder, stdio: 'inherit' });
  }
  await main(folder);
} finally {
  if (given === undefined) rmSync(folder, { recursive: true, force: true });
}
