import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyClean,
  type DeployedRelease,
  type DeployedState,
  findLiveReleases,
  planClean,
  releaseStates,
} from '../../../src/deploy/index.ts';
import { newSite, SHOP, type Site } from '../layout/site.ts';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const DAY = 86_400_000;
const mark = { by: 'ann', run: 'r1' };

/** A release that got its state so many days ago. */
function release(version: string, state: DeployedState, days: number, isCurrent = false): DeployedRelease {
  const at = new Date(NOW - days * DAY).toISOString();
  return { version, folder: `/x/${version}`, state, isCurrent, bytes: 1, stagedAt: at, activatedAt: at, changedAt: at };
}

const removedOf = (
  releases: readonly DeployedRelease[],
  options: Partial<Parameters<typeof planClean>[1]> = {},
): readonly string[] =>
  planClean(releases, { now: NOW, live: new Map(), ...options })
    .decisions.filter(({ keep }) => !keep)
    .map(({ version }) => version);

const GOOD = Array.from({ length: 9 }, (_, index) => release(`1.0.${index}`, 'good', 90 - index, index === 8));

describe('cleaning', () => {
  test('keeps the last five good ones, and failed ones for a week', () => {
    const releases = [
      ...GOOD,
      release('f6', 'bad', 6),
      release('f8', 'bad', 8),
      release('r8', 'rolled-back', 8),
      release('s8', 'staged', 8),
      release('s1', 'staged', 1),
    ];
    expect(removedOf(releases)).toEqual(['1.0.0', '1.0.1', '1.0.2', '1.0.3', 'f8', 'r8', 's8']);
    expect(removedOf(releases, { failedAfterDays: 30, policy: { lastGood: 8 } })).toEqual(['1.0.0']);
  });

  test('keeps the current one, the good one before it, and those with a process, whatever the policy says', () => {
    const releases = GOOD.map((each, index) => ({ ...each, isCurrent: index === 4 }));
    const live = new Map([[123, '1.0.1']]);
    const { decisions } = planClean(releases, { now: NOW, live, policy: { lastGood: 1 } });
    expect(decisions.filter(({ keep }) => keep).map(({ version }) => version)).toEqual([
      '1.0.0',
      '1.0.1',
      '1.0.3',
      '1.0.4',
      '1.0.8',
    ]);
    expect(decisions.find(({ version }) => version === '1.0.1')?.reason).toContain('process 123');
    expect(decisions.find(({ version }) => version === '1.0.4')?.reason).toContain('releases/current');
  });

  test('says that there may be processes that nobody has seen, where something goes', () => {
    const warned = (releases: readonly DeployedRelease[], isPartial: boolean): number =>
      planClean(releases, { now: NOW, live: new Map(), isPartial }).warnings.length;
    expect([warned(GOOD, true), warned(GOOD, false), warned(GOOD.slice(-2), true)]).toEqual([1, 0, 0]);
  });

  test.each([0, -1, 1.5, Number.NaN])('is not planned with %d days', (failedAfterDays) => {
    expect(() => removedOf(GOOD, { failedAfterDays })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  test('removes the last one that failed, too, when none is good', () => {
    expect(removedOf([release('1.0.0', 'bad', 30)])).toEqual(['1.0.0']);
    expect(removedOf([])).toEqual([]);
  });

  test('never removes what is in use or the last that was good, in any order', () => {
    const state = fc.constantFrom<DeployedState>('building', 'staged', 'active', 'good', 'bad', 'rolled-back');
    const some = fc.uniqueArray(fc.tuple(fc.nat(30), state, fc.integer({ min: 0, max: 60 })), {
      selector: ([n]) => n,
      minLength: 1,
      maxLength: 15,
    });
    fc.assert(
      fc.property(some, fc.nat(), fc.nat(), fc.boolean(), (list, current, process, isReversed) => {
        const releases = list.map(([n, each, days], index) =>
          release(`1.0.${n}`, each, days, index === current % list.length),
        );
        const used = releases[current % list.length]?.version ?? '';
        const alive = releases[process % list.length]?.version ?? '';
        const options = { policy: { lastGood: 0 }, failedAfterDays: 1, live: new Map([[7, alive]]) };
        const removed = removedOf(isReversed ? releases.toReversed() : releases, options);
        expect(removed).not.toContain(used);
        expect(removed).not.toContain(alive);
        const good = releases.filter((each) => each.state === 'good' || each.state === 'active');
        if (good.length > 0) expect(good.some(({ version }) => !removed.includes(version))).toBe(true);
        expect(removedOf(releases, options).toSorted()).toEqual([...removed].toSorted());
      }),
    );
  });
});

/** Good releases, the last one current. */
async function siteWith(...versions: readonly string[]): Promise<Site> {
  const site = await newSite();
  const states = releaseStates(site.layout);
  for (const version of versions) {
    await states.mark(version, 'building', mark);
    await site.stage(version, SHOP);
    for (const state of ['staged', 'active', 'good'] as const) await states.mark(version, state, mark);
    await site.activate(version);
  }
  return site;
}

describe('releases on this machine', () => {
  test('are removed as planned, and not listed any more', async () => {
    const { layout } = await siteWith('1.0.0', '1.0.1', '1.0.2');
    const states = releaseStates(layout);
    const plan = planClean(await states.list(), { now: NOW + 3650 * DAY, live: new Map(), policy: { lastGood: 1 } });
    expect(await applyClean(layout, plan, { ...mark, states })).toEqual({ removed: ['1.0.0'], spared: [] });
    expect((await states.list()).map(({ version }) => version)).toEqual(['1.0.2', '1.0.1']);
    expect(await applyClean(layout, plan, { ...mark, states })).toEqual({ removed: ['1.0.0'], spared: [] });
  });

  test('in which a process works are found, and spared although they were to be removed', async ({ skip }) => {
    if (process.platform !== 'linux') skip('there is no /proc');
    const { layout } = await siteWith('1.0.0', '1.0.1', '1.0.2');
    const states = releaseStates(layout);
    const list = await states.list();
    const plan = planClean(list, { now: NOW + 3650 * DAY, live: new Map(), policy: { lastGood: 1 } });
    const cwd = join(layout.releases, 'v1.0.0', 'lib');
    const child = spawn(process.execPath, ['-e', 'console.log(1); process.stdin.resume()'], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const { byProcess } = await findLiveReleases(layout);
    expect(byProcess.get(child.pid ?? 0)).toBe('1.0.0');
    expect(
      planClean(list, { now: NOW + 3650 * DAY, live: byProcess, policy: { lastGood: 1 } }).decisions.every(
        ({ keep }) => keep,
      ),
    ).toBe(true);
    expect(await applyClean(layout, plan, { ...mark, states })).toEqual({ removed: [], spared: ['1.0.0'] });
    const gone = once(child, 'exit');
    child.kill();
    await gone;
    expect(await applyClean(layout, plan, { ...mark, states })).toEqual({ removed: ['1.0.0'], spared: [] });
  });
});
