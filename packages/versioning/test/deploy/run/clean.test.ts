import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acquireDeployLock } from '../../../src/deploy/index.ts';
import { childService } from './child-service.ts';
import { runDeployer } from './deployer-process.ts';
import { FIRST, runningMachine, type ShopMachine } from './shop-machine.ts';

const DAY = 86_400_000;
const inDays = (days: number) => ({ clock: () => Date.now() + days * DAY });

/** One whose release 1.1.0 has failed. @returns With the file of it that tests change. */
async function failedMachine(): Promise<ShopMachine & { readonly file: string }> {
  const machine = await runningMachine();
  await machine.shelf.add('1.1.0', { migrations: FIRST, behaves: 'unhealthy', files: { 'till.txt': 'open\n' } });
  await expect(machine.deployer({ healthTimeoutMs: 200 }).deployRelease('1.1.0')).rejects.toMatchObject({
    code: 'CHECKS_FAILED',
  });
  return { ...machine, file: join(machine.places.root, 'releases', 'v1.1.0', 'till.txt') };
}

describe('a release that failed, and was changed since', { timeout: 240_000 }, () => {
  test('is kept aside when it is deployed again, and goes after a week with the other evidence', async () => {
    await using machine = await failedMachine();
    writeFileSync(machine.file, 'stuck\n');
    const again = machine.deployer({ healthTimeoutMs: 200 }).deployRelease('1.1.0');
    await expect(again).rejects.toMatchObject({ code: 'CHECKS_FAILED' });
    const [last, first] = await machine.deployer().history();
    const detail = last?.steps.find(({ step }) => step === 'stage')?.detail ?? '';
    const aside = /are kept in (?<folder>.+)$/.exec(detail)?.groups?.['folder'] ?? '';
    expect(readFileSync(join(aside, 'till.txt'), 'utf8')).toBe('stuck\n');
    expect(readFileSync(machine.file, 'utf8')).toBe('open\n');
    const kept = await machine.deployer(inDays(6)).clean();
    expect(kept.evidence.map(({ path, kind, keep }) => [path, kind, keep])).toEqual([
      ...[first?.evidence ?? '', last?.evidence ?? ''].toSorted().map((path) => [path, 'report', true]),
      [aside, 'files', true],
    ]);
    expect([kept.removedEvidence, existsSync(aside)]).toEqual([[], true]);
    const looked = await machine.deployer(inDays(8)).clean({ dryRun: true });
    expect([looked.evidence.some(({ keep }) => keep), existsSync(aside)]).toEqual([false, true]);
    const { removed, removedEvidence } = await machine.deployer(inDays(8)).clean();
    expect([removed, removedEvidence]).toEqual([['1.1.0'], kept.evidence.map(({ path }) => path)]);
    expect(removedEvidence.filter((path) => existsSync(path))).toEqual([]);
    expect(machine.events.at(-1)).toEqual({ kind: 'evidence.cleaned', by: 'ann', paths: removedEvidence });
    expect(await machine.deployer().actions()).toMatchObject([
      { kind: 'clean', by: 'ann', versions: ['1.1.0'], evidence: removedEvidence },
    ]);
  });

  test('is left in its place when nothing was changed', async () => {
    await using machine = await failedMachine();
    await expect(machine.deployer({ healthTimeoutMs: 200 }).deployRelease('1.1.0')).rejects.toThrow();
    const [last] = await machine.deployer().history();
    expect(last?.steps.find(({ step }) => step === 'stage')?.detail).not.toContain('kept in');
    expect((await machine.deployer().clean()).evidence.map(({ kind }) => kind)).toEqual(['report', 'report']);
  });
});

test('a run that has not ended may need what is there: cleaning is refused, looking is not', async () => {
  await using machine = await failedMachine();
  await machine.shelf.add('1.2.0', { migrations: FIRST });
  const { killed } = await runDeployer({
    places: machine.places,
    version: '1.2.0',
    from: 'step.begun switch',
    killAt: 1,
  });
  expect(killed).toBe(true);
  const deployer = machine.deployer(inDays(30));
  await expect(deployer.clean()).rejects.toMatchObject({ code: 'DEPLOY_UNFINISHED' });
  // Nor is a look in anybody's way, or anybody in its.
  await using lock = await acquireDeployLock(deployer.layout, { by: 'bea' });
  expect((await deployer.clean({ dryRun: true })).removed).toEqual([]);
  expect(lock.lost.aborted).toBe(false);
  expect((await deployer.list()).map(({ version }) => version)).toContain('1.1.0');
});

test('what the keeper of the service says to run stays, on every system', async () => {
  await using machine = await failedMachine();
  const child = childService(machine.places.root, machine.places.port);
  const service = { ...child, status: async () => ({ state: 'running' as const, pids: [4711], version: '1.1.0' }) };
  const { decisions } = await machine.deployer({ ...inDays(30), service }).clean();
  expect(decisions.find(({ version }) => version === '1.1.0')).toMatchObject({
    keep: true,
    reason: expect.stringContaining('process 4711') as string,
  });
});
