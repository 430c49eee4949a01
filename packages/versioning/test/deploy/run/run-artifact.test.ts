import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Check, ReleaseSource } from '../../../src/deploy/index.ts';
import { runDeployer } from './deployer-process.ts';
import { runningMachine, type ShopMachine } from './shop-machine.ts';

/** How often each is asked for the artefact of a release. */
function counted({ shelf }: ShopMachine): ReleaseSource & { readonly fetched: string[] } {
  const fetched: string[] = [];
  return {
    fetched,
    getRelease: async (version) => shelf.getRelease(version),
    contents: async (version) => shelf.contents(version),
    exportRelease: async (version, folder) => {
      fetched.push(version);
      await shelf.exportRelease(version, folder);
    },
  };
}

test('an artefact is fetched once, and files that have not changed are taken from the release before', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0', { files: { 'large.bin': 'x'.repeat(100_000) } });
  await machine.shelf.add('1.2.0', { files: { 'large.bin': 'x'.repeat(100_000) } });
  const releases = counted(machine);
  const deployer = machine.deployer({ releases });
  await deployer.deployRelease('1.1.0');
  await deployer.deployRelease('1.2.0');
  expect(releases.fetched).toEqual(['1.1.0', '1.2.0']);
  const record = readFileSync(join(deployer.layout.state, 'releases', 'v1.2.0.json'), 'utf8');
  expect(JSON.parse(record)).toMatchObject({ reusedFiles: 2 });
});

test('an artefact is fetched before checks begin, as their time is limited, and once, also when that fails', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0');
  const releases = counted(machine);
  const order: string[] = [];
  const slow: ReleaseSource = {
    ...releases,
    exportRelease: async (version, folder) => {
      await releases.exportRelease(version, folder);
      await new Promise(setImmediate);
      order.push('fetched');
    },
  };
  const own: Check = {
    name: 'own',
    kind: 'own',
    run: async () => {
      order.push('checked');
      return Promise.resolve({ name: 'own', kind: 'own', outcome: 'ok', found: 'all well', ms: 0, attempts: 1 });
    },
  };
  await machine.deployer({ releases: slow, preChecks: [own] }).deployRelease('1.1.0');
  expect(order).toEqual(['fetched', 'checked']);
  await machine.shelf.add('1.2.0');
  let tries = 0;
  const cut = { ...releases, exportRelease: () => Promise.reject(new Error(`the line was cut ${++tries} times`)) };
  await expect(machine.deployer({ releases: cut }).deployRelease('1.2.0')).rejects.toMatchObject({
    code: 'CHECKS_FAILED',
    message: expect.stringContaining('release: the line was cut 1 times') as string,
  });
  expect(tries).toBe(1);
});

test('a source without lists of contents, and a deploy without checks before it, come to the same', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0');
  const { contents: _none, ...releases } = counted(machine);
  await machine.deployer({ releases }).deployRelease('1.1.0', { runPreChecks: false });
  expect([releases.fetched, await machine.answers()]).toEqual([['1.1.0'], '1.1.0']);
});

test('a list of contents that is not the one of the release is refused', async () => {
  await using machine = await runningMachine();
  await machine.shelf.add('1.1.0');
  await machine.shelf.add('1.2.0', { files: { more: 'files' } });
  const releases: ReleaseSource = { ...machine.shelf, contents: async () => machine.shelf.contents('1.1.0') };
  const deployer = machine.deployer({ releases });
  await expect(deployer.deployRelease('1.2.0')).rejects.toMatchObject({
    code: 'CHECKS_FAILED',
    message: expect.stringMatching(
      /release: Expected the list of contents sha256:\w+ of 1\.2\.0, got sha256:/,
    ) as string,
  });
  expect(machine.current()).toBe('v1.0.0');
});

test('what a killed process has fetched is believed after it was read again, and only then', async () => {
  for (const isDamaged of [false, true]) {
    await using machine = await runningMachine();
    await machine.shelf.add('1.1.0');
    const job = { places: machine.places, version: '1.1.0', from: 'step.begun stage', killAt: 1 };
    expect((await runDeployer(job)).killed).toBe(true);
    const deployer = machine.deployer();
    const [killed] = await deployer.history({ limit: 1 });
    const copy = join(deployer.layout.state, 'scratch', `${killed?.id}`, 'release', 'shop-1.1.0.zip');
    const bytes = readFileSync(copy);
    if (isDamaged) writeFileSync(copy, Buffer.alloc(bytes.length, 1));
    // There is nothing to fetch any more.
    else rmSync(join(machine.shelf.folder, 'shop-1.1.0.zip'));
    const releases = counted(machine);
    await machine.deployer({ releases }).resume();
    expect([releases.fetched, await machine.answers()]).toEqual([isDamaged ? ['1.1.0'] : [], '1.1.0']);
    expect(existsSync(copy)).toBe(false);
  }
});
