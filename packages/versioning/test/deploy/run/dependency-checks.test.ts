import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CheckResult, DeployerOptions } from '../../../src/deploy/index.ts';
import { createDeployer } from '../../../src/deploy/index.ts';
import type { ReleaseParts } from './shelf.ts';
import { newMachine, type ShopMachine } from './shop-machine.ts';

afterEach(() => vi.unstubAllEnvs());

/** A machine without a service, whose `PATH` has only the programs of the test. */
async function bare(): Promise<ShopMachine> {
  const machine = await newMachine();
  mkdirSync(binOf(machine), { recursive: true });
  vi.stubEnv('PATH', binOf(machine));
  return machine;
}

const binOf = ({ places }: ShopMachine): string => join(places.root, '..', 'bin');

/** A script of a shell that tells a version, as programs do. */
function addProgram(machine: ShopMachine, name: string, { says = '1.0.0', mode = 0o755 } = {}): void {
  const path = join(binOf(machine), name);
  writeFileSync(path, `#!/bin/sh\nset > "${path}.env"\necho "${says}"\n`);
  chmodSync(path, mode);
}

/** What the checks before a deploy have found. */
async function looked(
  machine: ShopMachine,
  parts: ReleaseParts,
  options: Partial<DeployerOptions>,
): Promise<ReadonlyMap<string, CheckResult>> {
  await machine.shelf.add('1.0.0', parts);
  const own = { service: undefined, migrator: undefined, backup: undefined, postChecks: [] };
  const deployer = machine.deployer({ ...own, ...options });
  await deployer.init();
  await deployer.deployRelease('1.0.0').catch(() => undefined);
  const [{ steps } = { steps: [] }] = await deployer.history();
  expect(steps[0]?.step).toBe('pre-checks');
  return new Map(steps[0]?.checks?.map((check) => [check.name, check]));
}

const readEnv = (machine: ShopMachine, name: string): string =>
  readFileSync(join(binOf(machine), `${name}.env`), 'utf8');

const told = (check: CheckResult | undefined): string => `${check?.outcome}: ${check?.found}`;

describe.skipIf(process.platform === 'win32')('before a deploy', () => {
  test.each([
    ['is not there', undefined, 'fail: no npm on the PATH'],
    ['may not be run', 0o644, 'fail: BIN/npm, which this user may not run'],
    ['is there', 0o755, 'ok: BIN/npm'],
  ])('an install program that %s is found out', async (_how, mode, found) => {
    await using machine = await bare();
    if (mode !== undefined) addProgram(machine, 'npm', { mode });
    const checks = await looked(machine, {}, { install: ['npm', 'ci'] });
    expect(told(checks.get('install'))).toBe(found.replace('BIN', binOf(machine)));
  });

  test('an install program that lies in the release is looked for there', async () => {
    const parts = { files: { 'bin/setup': '#!/bin/sh\n', 'bin/plain': '' }, executables: ['bin/setup'] };
    for (const [program, found] of [
      ['./bin/setup', 'ok: bin/setup of the release'],
      ['bin/plain', 'fail: bin/plain of the release, which may not be run'],
      ['./bin/none', 'fail: no bin/none in the release'],
    ] as const) {
      await using machine = await newMachine();
      expect(told((await looked(machine, parts, { install: [program] })).get('install'))).toBe(found);
    }
  });

  test('what is required is there, in a version that will do, and is told no secrets', async () => {
    await using machine = await bare();
    vi.stubEnv('HOLDFAST_PASSPHRASE', 'do not tell');
    addProgram(machine, 'uv', { says: 'uv 0.5.1 (f399a5271 2024-11-08)' });
    addProgram(machine, 'pg_dump', { says: 'pg_dump (PostgreSQL) 16.3' });
    addProgram(machine, 'odd', { says: 'nobody knows' });
    const checks = await looked(
      machine,
      {},
      { requires: { uv: '>=0.4', pg_dump: '>=17', odd: '1', jq: '*', [join(binOf(machine), 'uv')]: '*' } },
    );
    const bin = binOf(machine);
    expect([...checks.values()].filter(({ kind }) => kind === 'program').map(told)).toEqual([
      `ok: 0.5.1 (${bin}/uv)`,
      `fail: 16.3.0 (${bin}/pg_dump)`,
      `fail: ${bin}/odd, which tells no version: nobody knows`,
      'fail: no jq on the PATH',
      `ok: ${bin}/uv`,
    ]);
    expect(checks.get('program pg_dump')).toMatchObject({
      limit: '>=17',
      hint: expect.stringMatching(/^Install pg_dump >=17/) as string,
    });
    expect(readEnv(machine, 'uv')).not.toContain('do not tell');
    expect(machine.current()).toBeUndefined();
  });

  test.each([
    ['that are used here and met', { node: '>=22' }, 'ok: node 24.2.0 (BIN/node)'],
    [
      'that are used here and not met',
      { node: '>=26', npm: '>=9' },
      'fail: node 24.2.0 (BIN/node), npm 10.9.0 (BIN/npm)',
    ],
    ['that nothing here uses', { pnpm: '>=9', vscode: '^1' }, 'warn: no pnpm on the PATH'],
    ['of which there are none', undefined, 'ok: none demanded'],
    ['that are no ranges', { node: 'the newest' }, 'warn: node 24.2.0 (the newest is no range)'],
  ])('engines of a package.json %s', async (_how, engines, found) => {
    await using machine = await bare();
    addProgram(machine, 'node', { says: 'v24.2.0' });
    addProgram(machine, 'npm', { says: '10.9.0' });
    const files = { 'package.json': JSON.stringify({ version: '1.0.0', engines }) };
    const checks = await looked(machine, { files }, { install: ['npm', 'ci'] });
    expect(told(checks.get('engines'))).toBe(found.replaceAll('BIN', binOf(machine)));
  });

  test('a package.json that is none is told of, and stops nobody', async () => {
    await using machine = await bare();
    const checks = await looked(machine, { files: { 'package.json': '{' } }, {});
    expect(told(checks.get('engines'))).toBe('warn: package.json can not be read as JSON');
    expect(machine.current()).toBe('v1.0.0');
  });
});

test('a range that is none is refused before anything is asked', async () => {
  await using machine = await newMachine();
  const options = { layout: machine.places.root, releases: machine.shelf, requires: { node: 'newest' } };
  expect(() => createDeployer(options)).toThrow('Expected a range of versions for node, got "newest"');
});
