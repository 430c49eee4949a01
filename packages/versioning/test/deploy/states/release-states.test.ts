import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DeployedState, removeRelease, releaseStates } from '../../../src/deploy/index.ts';
import { demandTransition } from '../../../src/deploy/states/transitions.ts';
import { newSite, SHOP } from '../layout/site.ts';

const mark = { by: 'ann', run: 'r1' };
const STATES: readonly DeployedState[] = ['building', 'staged', 'active', 'good', 'bad', 'rolled-back'];

describe('states of releases', () => {
  test('are listed with what is known of each, the last change first', async () => {
    const site = await newSite();
    let now = Date.parse('2026-01-31T12:00:00Z');
    const clock = (): number => (now += 1000);
    const states = releaseStates(site.layout, { clock });
    for (const version of ['1.0.0', 'v1.0.1']) {
      await states.mark(version, 'building', mark);
      const staged = await site.stage(version, { ...SHOP, version }, { clock });
      for (const state of ['staged', 'active', 'good'] as const) await states.mark(staged.version, state, mark);
      await site.activate(version);
    }
    await mkdir(join(site.layout.releases, '.v2.0.0.building'));
    await states.mark('2.0.0', 'building', mark);
    await states.mark('3.0.0', 'building', mark);
    const list = await states.list();
    expect(list).toMatchObject([
      { version: '2.0.0', state: 'building', isCurrent: false, bytes: 0 },
      { version: '1.0.1', state: 'good', isCurrent: true, folder: join(site.layout.releases, 'v1.0.1') },
      { version: '1.0.0', state: 'good', isCurrent: false, contents: expect.stringContaining('sha256:') as string },
    ]);
    expect(list[0]?.contents).toBeUndefined();
    expect(list[2]).toMatchObject({
      bytes: 77,
      stagedAt: '2026-01-31T12:00:02.000Z',
      activatedAt: '2026-01-31T12:00:04.000Z',
      changedAt: '2026-01-31T12:00:05.000Z',
    });
    expect((await states.history('v1.0.0')).map(({ state }) => state)).toEqual([
      'building',
      'staged',
      'active',
      'good',
    ]);
  });

  test('end with a removal, after which a version may be built again', async () => {
    const site = await newSite();
    const states = releaseStates(site.layout);
    await states.forget('1.0.0', mark);
    await states.mark('1.0.0', 'building', mark);
    await site.stage('1.0.0', SHOP);
    await states.mark('1.0.0', 'staged', mark);
    await states.forget('1.0.0', mark);
    await states.forget('1.0.0', mark);
    expect(await states.list()).toEqual([]);
    await expect(states.mark('1.0.0', 'active', mark)).rejects.toMatchObject({ code: 'STATE_NOT_ALLOWED' });
    await states.mark('1.0.0', 'building', mark);
    expect(await states.history('1.0.0')).toHaveLength(4);
  });

  test('that are said again by a run that goes on are written once', async () => {
    const { layout } = await newSite();
    const states = releaseStates(layout);
    for (let time = 0; time < 3; time++) await states.mark('1.0.0', 'building', mark);
    await releaseStates(layout).mark('1.0.0', 'building', { ...mark, run: 'r2' });
    expect((await states.history('1.0.0')).map(({ run }) => run)).toEqual(['r1', 'r2']);
  });

  test('that are marked at the same time are all kept', async () => {
    const { layout } = await newSite();
    const versions = Array.from({ length: 8 }, (_, index) => `1.0.${index}`);
    await Promise.all(versions.map(async (version) => releaseStates(layout).mark(version, 'building', mark)));
    for (const version of versions) expect(await releaseStates(layout).history(version)).toHaveLength(1);
  });

  test('that are no states are told', async () => {
    const site = await newSite();
    await releaseStates(site.layout).mark('1.0.0', 'building', mark);
    const [entry = ''] = await readdir(join(site.layout.state, 'states'));
    await site.write(`.holdfast/states/${entry}`, '{"state":"lost"}');
    await expect(releaseStates(site.layout).list()).rejects.toMatchObject({ code: 'INVALID_DEPLOY_RECORD' });
    await rm(join(site.layout.state, 'states', entry));
    expect(await releaseStates(site.layout).list()).toEqual([]);
  });

  test('lead nowhere without having been staged, and nothing is good that was not active', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STATES), { maxLength: 12 }), (wanted) => {
        const had: DeployedState[] = [];
        for (const next of wanted) {
          try {
            demandTransition('1.0.0', had.at(-1), next);
          } catch (error) {
            expect(error).toMatchObject({ code: 'STATE_NOT_ALLOWED' });
            continue;
          }
          had.push(next);
        }
        if (had.length > 0) expect(had[0]).toBe('building');
        if (had.includes('good')) expect(had.indexOf('active')).toBeLessThan(had.indexOf('good'));
      }),
    );
  });
});

describe('a release that is removed', () => {
  test('is gone with what was written down of it, and what it shared stays', async () => {
    const site = await newSite();
    const { folder } = await site.stage('1.0.0', SHOP);
    await site.write('shared/media/a.png', 'png');
    await mkdir(join(site.layout.releases, '.v1.0.0.removing', 'left'), { recursive: true });
    await removeRelease(site.layout, '1.0.0');
    await removeRelease(site.layout, '1.0.0');
    expect(await readdir(site.layout.releases)).toEqual([]);
    expect(await readdir(join(site.layout.state, 'releases'))).toEqual([]);
    expect(await readdir(join(site.layout.shared, 'media'))).toEqual(['a.png']);
    expect(folder).toContain('v1.0.0');
  });

  test('is not the current one', async () => {
    const site = await newSite();
    await site.stage('1.0.0', SHOP);
    await site.activate('1.0.0');
    await expect(removeRelease(site.layout, '1.0.0')).rejects.toMatchObject({ code: 'RELEASE_IN_USE' });
  });
});
