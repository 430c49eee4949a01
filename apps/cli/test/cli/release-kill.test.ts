import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newCheckout, type TestCheckout } from '../support/checkout.ts';
import { type Ended, type Machine, newMachine, parseShape } from '../support/cli.ts';

interface Shop extends TestCheckout {
  readonly machine: Machine;
}

async function newShop(): Promise<Shop> {
  const machine = await newMachine();
  const checkout = await newCheckout(machine);
  await checkout.commit('feat: sell', { 'package.json': '{"name": "shop", "version": "0.1.0"}', 'sell.js': 'sell\n' });
  return { ...checkout, machine };
}

const stateOf = ({ git }: TestCheckout): readonly string[] => [
  git('rev-parse', 'HEAD'),
  git('status', '--porcelain'),
  git('tag'),
];

/** Begins a release that gets a signal, once, from a hook of git: its commit is made by then, and nothing after it. */
async function endWhileCommitting({ machine, folder }: Shop, signal: 'KILL' | 'INT'): Promise<Ended> {
  const hook = `#!/bin/sh\nrm "$0"\nkill -${signal} $(ps -o ppid= -p "$PPID")\n`;
  await writeFile(join(folder, '.git/hooks/post-commit'), hook, { mode: 0o755 });
  return machine.run(['release', 'create', '-v', '1.0.0', '--verbose']);
}

// Git for Windows has another `ps`, and Windows has no signals.
describe.skipIf(process.platform === 'win32')('a release that is ended', () => {
  test('by a kill is told of with what to do, stands in the way, and is gone on with', async () => {
    const shop = await newShop();
    const { machine, git } = shop;
    expect((await endWhileCommitting(shop, 'KILL')).signal).toBe('SIGKILL');
    const { runs, active } = await machine.json('ReleaseStatus', ['release', 'status']);
    expect([runs.length, active]).toEqual([1, []]);
    expect(runs[0]).toMatchObject({
      version: '1.0.0',
      isRunning: false,
      done: ['files'],
      at: 'commit',
      isPublished: false,
      isGivenUp: false,
    });
    const told = await machine.run(['release', 'status']);
    expect(told.stdout).toMatch(
      /under way +1 release\n\n1\.0\.0 has stopped: begun .*\n {2}done: files; half done: commit\n {2}It was killed: `holdfast release resume 1\.0\.0` goes on with it, `holdfast release resume 1\.0\.0 --undo` takes everything back\.\n$/,
    );
    const other = await machine.run(['release', 'create', '-v', '1.0.0', '--json']);
    expect([other.code, parseShape('Failed', other.stdout).error.code]).toEqual([7, 'RELEASE_UNDER_WAY']);
    const resumed = await machine.json('ReleaseResumed', ['release', 'resume']);
    expect([resumed.undone, resumed.release?.status]).toEqual([false, 'released']);
    expect(git('log', '--format=%s %D')).toBe('chore(release): 1.0.0 HEAD -> main, tag: v1.0.0\nfeat: sell');
    await machine.json('ReleaseVerification', ['release', 'verify', '1.0.0', '--allow-unsigned']);
    expect((await machine.json('ReleaseStatus', ['release', 'status'])).runs).toEqual([]);
  });

  test('by a kill is taken back, and its version is free again', async () => {
    const shop = await newShop();
    const { machine, git } = shop;
    const before = stateOf(shop);
    await endWhileCommitting(shop, 'KILL');
    expect(git('log', '-1', '--format=%s')).toBe('chore(release): 1.0.0');
    const undone = await machine.run(['release', 'resume', '1.0.0', '--undo']);
    expect([undone.code, undone.stdout]).toEqual([0, 'undone 1.0.0: nothing of it is left\n']);
    expect(stateOf(shop)).toEqual(before);
    const again = await machine.run(['release', 'resume', '--undo']);
    expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('Expected a release that has not ended')]);
    await machine.json('Release', ['release', 'create', '-v', '1.0.0']);
  });

  test('by Ctrl-C is taken back at once, and says so', async () => {
    const shop = await newShop();
    const before = stateOf(shop);
    const ended = await endWhileCommitting(shop, 'INT');
    expect([ended.code, ended.stdout]).toEqual([130, '']);
    expect(ended.stderr).toMatch(
      /Stopping cleanly\. Press Ctrl-C again to stop at once\.\n[^]*commit undone\nfiles undone\n[^]*What was done for 1\.0\.0 was taken back\.\nholdfast: Stopped before the end\nhint: Nothing is left of 1\.0\.0: /,
    );
    expect(stateOf(shop)).toEqual(before);
    expect((await shop.machine.json('ReleaseStatus', ['release', 'status'])).runs).toEqual([]);
  });
});

test('of two who release at once one wins, and the other changes nothing', async () => {
  const shop = await newShop();
  const { machine, git } = shop;
  const call = ['release', 'create', '-v', '1.0.0', '--json'];
  const ended = await Promise.all([machine.run(call), machine.run(call)]);
  const [won, lost] = ended.toSorted((a, b) => (a.code ?? 0) - (b.code ?? 0));
  expect([won?.code, parseShape('Release', won?.stdout ?? '').version]).toEqual([0, '1.0.0']);
  expect(lost?.code).toBeGreaterThan(0);
  expect([git('log', '--format=%s'), git('status', '--porcelain'), git('tag')]).toEqual([
    'chore(release): 1.0.0\nfeat: sell',
    '',
    'v1.0.0',
  ]);
  await machine.json('ReleaseVerification', ['release', 'verify', '1.0.0', '--allow-unsigned']);
});
