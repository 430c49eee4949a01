import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newCheckout, type TestCheckout } from '../support/checkout.ts';
import { type Machine, parseShape } from '../support/cli.ts';
import { preparedMachine } from '../support/prepared-machine.ts';

interface Shop extends TestCheckout {
  readonly machine: Machine;
  readonly store: string;
  /** Runs with `--json` where releases lie in a store that others reach. */
  readonly args: (...args: readonly string[]) => readonly string[];
}

const STRATEGIES = {
  'remote-ci': { repository: 'acme/shop', tokenEnv: 'NO_SUCH_TOKEN', api: 'http://127.0.0.1:1', timeout: '1s' },
  hybrid: { host: 'deploy@shop.example', store: '/srv/releases', root: '/srv/shop' },
};

/** A shop with the releases 0.1.0 and 0.2.0 in a store beside it. */
const prepared = preparedMachine(async (machine) => {
  const checkout = await newCheckout(machine);
  const store = join(machine.root, 'releases');
  for (const [n, message] of ['feat: sell', 'feat: slots'].entries()) {
    await checkout.commit(message, {
      '.gitignore': '/holdfast.config.json\n',
      'package.json': `${JSON.stringify({ name: 'shop', version: `0.${n}.0` })}\n`,
      'sell.js': `sell(${n})\n`,
    });
    const { code, stderr } = await machine.run(['release', 'create', '-v', `0.${n + 1}.0`, '--store', store]);
    if (code !== 0) throw new Error(stderr);
  }
  return { ...checkout, store };
});

/** The same with strategies. */
async function newShop(strategies: object = STRATEGIES): Promise<Shop> {
  const { machine, made } = await prepared();
  await writeFile(
    join(machine.cwd, 'holdfast.config.json'),
    JSON.stringify({ deploy: { backup: 'none', strategies } }),
  );
  return { ...made, machine, args: (...args) => ['deploy', 'run', ...args, '--store', made.store] };
}

test('a request is written to the store, and a server that pulls obeys it, then goes to what is newer', async () => {
  const { machine, args } = await newShop();
  const root = join(machine.root, 'server');
  await machine.json('DeployInitialised', ['deploy', 'init', '--root', root]);
  const asked = await machine.json('DeployStrategyRun', args('0.1.0', '--strategy', 'server-controlled'));
  expect(asked).toEqual({
    strategy: 'server-controlled',
    version: '0.1.0',
    isLive: false,
    detail: 'request 1 to deploy 0.1.0 is written',
  });
  const pull = args('--pull', '--root', root, '--server-name', 'web-1');
  expect(await machine.json('DeployPulled', pull)).toMatchObject({
    kind: 'answered',
    answer: { server: 'web-1', request: 1, version: '0.1.0', outcome: 'deployed' },
  });
  expect(await machine.json('DeployPulled', pull)).toMatchObject({ answer: { version: '0.2.0', outcome: 'deployed' } });
  expect(await machine.json('DeployPulled', pull)).toEqual({ kind: 'idle' });
  const { current, deployments } = await machine.json('DeployStatus', ['deploy', 'status', '--root', root]);
  expect(current).toEqual({ kind: 'release', version: '0.2.0' });
  expect(deployments.map(({ strategy, outcome }) => [strategy, outcome])).toEqual(
    Array.from({ length: 2 }, () => ['server-controlled', 'succeeded']),
  );
});

test('with a key, a server obeys who has the same one, and nobody else', async () => {
  const { machine, args } = await newShop({ 'server-controlled': { keyEnv: 'SHOP_KEY' } });
  const root = join(machine.root, 'server');
  await machine.json('DeployInitialised', ['deploy', 'init', '--root', root]);
  const run = async (name: 'DeployStrategyRun' | 'DeployPulled', key: string, ...more: readonly string[]) => {
    const { stdout } = await machine.run([...args(...more), '--json'], { env: { SHOP_KEY: key } });
    return parseShape(name, stdout);
  };
  const pull = ['--pull', '--root', root, '--server-name', 'web-1'];
  const [key, other] = ['the key of the shop', 'the key of another'];
  await run('DeployStrategyRun', other, '0.1.0', '--strategy', 'server-controlled');
  expect(await run('DeployPulled', key, ...pull)).toMatchObject({
    answer: { request: 1, outcome: 'failed', error: { code: 'REQUEST_UNTRUSTED' } },
  });
  await run('DeployStrategyRun', key, '0.1.0', '--strategy', 'server-controlled');
  expect(await run('DeployPulled', key, ...pull)).toMatchObject({ answer: { request: 2, outcome: 'deployed' } });
  const { code, stderr } = await machine.run(args(...pull));
  expect([code, stderr]).toEqual([2, expect.stringContaining('the variable SHOP_KEY is not set') as string]);
});

test('strategies of one’s own, programs and modules, are ranked and carried out', async () => {
  const own = {
    'blue-green': {
      command: [process.execPath, 'deploy.cjs', '${VERSION}'],
      base: 90,
      isTested: true,
    },
    ours: { module: './ours.mjs', base: 1 },
    broken: { command: [process.execPath, '-e', 'console.error("no room"); process.exit(3)'], base: 0 },
    empty: {},
  };
  const { machine, folder, args } = await newShop({ own });
  await writeFile(join(folder, 'deploy.cjs'), 'console.log("brings", process.argv[2], "to", process.env.CHANNEL)\n');
  await writeFile(
    join(folder, 'ours.mjs'),
    `export const strategy = {
      name: 'ours',
      plan: async ({ version }) => [{ kind: 'own', text: 'wave at ' + version }],
      run: async ({ version }) => ({ isLive: false, detail: 'waved at ' + version }),
    };`,
  );
  const advice = await machine.json('DeployAdvice', ['deploy', 'advise', '--live', '0.1.0']);
  expect(advice.ranked[0]?.strategy).toBe('blue-green');
  expect(advice.ranked.map(({ strategy }) => strategy)).toEqual(expect.arrayContaining(Object.keys(own)));
  const plan = await machine.json('DeployStrategyPlan', args('0.2.0', '--strategy', 'blue-green', '--dry-run'));
  expect(plan.actions).toEqual([{ kind: 'run', command: [process.execPath, 'deploy.cjs', '0.2.0'] }]);
  const run = await machine.run(args('0.2.0', '--strategy', 'blue-green'));
  expect([run.code, run.stdout]).toEqual([0, 'blue-green has deployed 0.2.0\n']);
  expect(run.stderr).toContain('brings 0.2.0 to prod');
  expect(await machine.json('DeployStrategyRun', args('0.2.0', '--strategy', 'ours'))).toEqual({
    strategy: 'ours',
    version: '0.2.0',
    isLive: false,
    detail: 'waved at 0.2.0',
  });
  const broken = await machine.run(args('0.2.0', '--strategy', 'broken'));
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('no room') as string]);
  for (const [name, said] of [
    ['empty', 'Expected a command or a module for the strategy empty, got neither'],
    ['theirs', 'server-controlled, blue-green, ours, broken, empty), got "theirs"'],
  ] as const) {
    const { code, stderr } = await machine.run(args('0.2.0', '--strategy', name));
    expect([code, stderr]).toEqual([2, expect.stringContaining(said) as string]);
  }
});

test('hybrid builds what is not released yet, here, before it copies', async () => {
  const build = [process.execPath, '-e', 'require("fs").writeFileSync("../built", process.env.VERSION)'];
  const hybrid = { host: 'shop.example', store: '/srv/releases', ssh: ['false'], build };
  const { machine, git, args } = await newShop({ hybrid });
  for (const version of ['0.2.0', '0.3.0']) {
    const { code, stderr } = await machine.run(args(version, '--strategy', 'hybrid'));
    expect([code, stderr]).toEqual([1, expect.stringContaining('Expected to make a folder on shop.example') as string]);
    // What is there is not built once more.
    expect(existsSync(join(machine.root, 'built'))).toBe(version === '0.3.0');
  }
  expect(readFileSync(join(machine.root, 'built'), 'utf8')).toBe('0.3.0');
  expect(git('tag', '--list', 'v0.3.0')).toBe('v0.3.0');
});

test('plans say what would be done, and nothing is', async () => {
  const { machine, git, args } = await newShop();
  const refs = git('for-each-ref');
  const ci = await machine.json('DeployStrategyPlan', args('0.1.0', '--strategy', 'remote-ci', '--dry-run'));
  expect(ci.actions).toEqual([
    { kind: 'run', command: ['git', 'push', 'origin', 'v0.1.0'] },
    {
      kind: 'request',
      method: 'POST',
      url: 'http://127.0.0.1:1/repos/acme/shop/actions/workflows/deploy.yml/dispatches',
    },
    { kind: 'own', text: 'wait until the run has ended' },
  ]);
  const { stdout } = await machine.run(args('0.1.0', '--strategy', 'hybrid', '--dry-run'));
  expect(stdout.split('\n').slice(0, 4)).toEqual([
    'build 0.1.0 here',
    'ssh -o BatchMode=yes deploy@shop.example mkdir -p -- /srv/releases',
    'copy it to deploy@shop.example:/srv/releases with rsync',
    'ssh -o BatchMode=yes deploy@shop.example holdfast deploy run 0.1.0 --store /srv/releases --channel prod --way hybrid --root /srv/shop',
  ]);
  expect(git('for-each-ref')).toBe(refs);
});

test.each<readonly [string, readonly string[], object | undefined, string]>([
  ['no version', [], undefined, 'Expected a version, got none'],
  ['a version beside --pull', ['0.1.0', '--pull'], undefined, 'Expected no version'],
  ['a strategy that is not configured', ['0.1.0', '--strategy', 'hybrid'], {}, 'Expected a host and a store on it'],
  [
    'a repository that is none',
    ['0.1.0', '--strategy', 'remote-ci'],
    { 'remote-ci': { repository: 'shop' } },
    'repository',
  ],
  [
    'a strategy of one’s own with the name of another',
    ['0.1.0', '--strategy', 'ours'],
    { own: { hybrid: { command: ['true'] } } },
    'got hybrid, which comes along',
  ],
  ['a flag without effect', ['0.1.0', '--every', '1m'], undefined, 'Expected no --every without --pull, got it'],
  ['a tag that is not there', ['9.9.9', '--strategy', 'remote-ci'], undefined, 'git fetch --tags'],
])('%s is told without a stack trace', async (_, args, strategies, text) => {
  const { machine, args: running } = await newShop(strategies);
  const { code, stderr } = await machine.run(running(...args));
  expect(code).not.toBe(0);
  expect(stderr).toContain(text);
  expect(stderr).not.toContain('    at ');
});
