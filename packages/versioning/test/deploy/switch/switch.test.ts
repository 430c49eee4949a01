import { lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applySwitch, planSwitch, readCurrent, recoverSwitch } from '../../../src/deploy/index.ts';
import { newSite, type Site } from '../layout/site.ts';

/** A site with releases of which nothing but the folder is there. */
async function siteWith(...versions: readonly string[]): Promise<Site> {
  const site = await newSite();
  for (const version of versions) await mkdir(join(site.layout.releases, `v${version}`));
  return site;
}

const link = async ({ layout }: Site, target: string): Promise<void> => symlink(target, layout.current, 'junction');

describe('a switch', () => {
  test('makes a release current, then another one, and back to none', async () => {
    const site = await siteWith('1.0.0', '1.0.1');
    const { layout } = site;
    expect(await readCurrent(layout)).toEqual({ kind: 'none' });
    const first = await planSwitch(layout, 'v1.0.0');
    expect(first).toMatchObject({ version: '1.0.0', action: 'make', from: { kind: 'none' } });
    expect(await readdir(layout.releases)).not.toContain('current');
    expect(await applySwitch(layout, first)).toBe(true);
    const second = await planSwitch(layout, '1.0.1');
    expect(second).toMatchObject({ action: 'replace', from: { kind: 'release', version: '1.0.0' } });
    expect(await applySwitch(layout, second)).toBe(true);
    expect(await readCurrent(layout)).toEqual({ kind: 'release', version: '1.0.1' });
    if (process.platform !== 'win32') expect(await readlink(layout.current)).toBe('v1.0.1');
    expect(JSON.parse(await readFile(join(layout.state, 'switch.json'), 'utf8'))).toMatchObject({
      phase: 'done',
      to: '1.0.1',
    });
    const none = await planSwitch(layout, undefined);
    expect(none.action).toBe('remove');
    expect(await applySwitch(layout, none)).toBe(true);
    expect(await readCurrent(layout)).toEqual({ kind: 'none' });
  });

  test('to what is current already changes nothing, and so does a second time', async () => {
    const site = await siteWith('1.0.0', '1.0.1');
    const plan = await planSwitch(site.layout, '1.0.0');
    expect(await applySwitch(site.layout, plan)).toBe(true);
    expect(await applySwitch(site.layout, plan)).toBe(false);
    expect((await planSwitch(site.layout, '1.0.0')).action).toBe('nothing');
  });

  test('is not carried out when somebody else has switched since it was planned', async () => {
    const site = await siteWith('1.0.0', '1.0.1', '1.0.2');
    const plan = await planSwitch(site.layout, '1.0.0');
    await site.activate('1.0.1');
    await expect(applySwitch(site.layout, plan)).rejects.toMatchObject({ code: 'PLAN_OUTDATED' });
    expect(await readCurrent(site.layout)).toEqual({ kind: 'release', version: '1.0.1' });
  });

  test('needs a release that is there', async () => {
    const site = await siteWith();
    await expect(planSwitch(site.layout, '1.0.0')).rejects.toMatchObject({ code: 'NOT_STAGED' });
    await writeFile(join(site.layout.releases, 'v1.0.0'), '');
    await expect(planSwitch(site.layout, '1.0.0')).rejects.toMatchObject({ code: 'NOT_STAGED' });
    await expect(planSwitch(site.layout, '../x')).rejects.toMatchObject({ code: 'INVALID_VERSION' });
  });

  test.each<[string, string, object]>([
    ['dangling', 'v0.9.0', { kind: 'dangling', target: 'v0.9.0' }],
    ['to itself', 'current', { kind: 'foreign', target: 'current' }],
  ])('repairs a link that is %s', async (_, target, state) => {
    const site = await siteWith('1.0.0');
    await link(site, process.platform === 'win32' ? join(site.layout.releases, target) : target);
    if (process.platform !== 'win32') expect(await readCurrent(site.layout)).toEqual(state);
    const plan = await planSwitch(site.layout, '1.0.0');
    expect(plan.action).toBe('repair');
    expect(await applySwitch(site.layout, plan)).toBe(true);
    expect(await readCurrent(site.layout)).toEqual({ kind: 'release', version: '1.0.0' });
  });

  test('knows a link with a whole path', async () => {
    const site = await siteWith('1.0.0');
    await link(site, join(site.layout.releases, 'v1.0.0'));
    expect(await readCurrent(site.layout)).toEqual({ kind: 'release', version: '1.0.0' });
  });

  test.each<[string, (site: Site) => Promise<unknown>, string]>([
    ['a folder', async ({ layout }) => mkdir(layout.current), 'occupied'],
    ['a file', async ({ layout }) => writeFile(layout.current, ''), 'occupied'],
    ['a link that leads out', async (site) => link(site, site.layout.shared), 'foreign'],
    [
      'a link through another one, in a circle',
      async (site) => (
        await link(site, join(site.layout.releases, 'loop')),
        symlink(site.layout.current, join(site.layout.releases, 'loop'), 'junction')
      ),
      'foreign',
    ],
  ])('is refused where %s is current, which stays as it is', async (_, occupy, kind) => {
    const site = await siteWith('1.0.0');
    await occupy(site);
    const before = await lstat(site.layout.current);
    expect(await readCurrent(site.layout)).toMatchObject({ kind });
    const error = { code: 'LAYOUT_BLOCKED', hint: expect.any(String) as string };
    await expect(planSwitch(site.layout, '1.0.0')).rejects.toMatchObject(error);
    expect((await lstat(site.layout.current)).ino).toBe(before.ino);
    if (kind !== 'foreign') return;
    await applySwitch(site.layout, await planSwitch(site.layout, '1.0.0', { force: true }));
    expect(await readCurrent(site.layout)).toEqual({ kind: 'release', version: '1.0.0' });
  });

  test('takes away what one that was killed has left', async () => {
    const site = await siteWith('1.0.0', '1.0.1');
    await site.activate('1.0.0');
    await symlink('v1.0.1', join(site.layout.releases, '.current.next'), 'junction');
    await site.write('.holdfast/switch.json.part', '{');
    expect((await recoverSwitch(site.layout)).repaired).toHaveLength(1);
    expect(await recoverSwitch(site.layout)).toEqual({ repaired: [] });
    await symlink('v1.0.1', join(site.layout.releases, '.current.next'), 'junction');
    await site.activate('1.0.1');
    expect((await readdir(site.layout.releases)).toSorted()).toEqual(['current', 'v1.0.0', 'v1.0.1']);
  });

  test('whose journal is no journal is told', async () => {
    const site = await siteWith('1.0.0');
    await site.write('.holdfast/switch.json', 'x');
    await expect(recoverSwitch(site.layout)).rejects.toMatchObject({ code: 'INVALID_DEPLOY_RECORD' });
    await rm(join(site.layout.state, 'switch.json'));
    expect(await recoverSwitch(site.layout)).toEqual({ repaired: [] });
  });
});
