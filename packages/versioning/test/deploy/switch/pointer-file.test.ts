import { lstat, mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applySwitch, type DeployLayout, planSwitch, readCurrent, recoverSwitch } from '../../../src/deploy/index.ts';
import { newSite } from '../layout/site.ts';

// The way of Windows, which other systems can go, too.
const pointer = 'file';

async function releases(...versions: readonly string[]): Promise<DeployLayout> {
  const { layout } = await newSite();
  for (const version of versions) {
    await mkdir(join(layout.releases, `v${version}`));
    await writeFile(join(layout.releases, `v${version}`, 'version'), version);
  }
  return layout;
}

const switchTo = async (layout: DeployLayout, version: string | undefined): Promise<boolean> =>
  applySwitch(layout, await planSwitch(layout, version, { pointer }));

describe('a switch with a pointer file', () => {
  test('has the file and a link that follows it, on every system', async () => {
    const layout = await releases('1.0.0', '1.0.1');
    for (const version of ['1.0.0', '1.0.1', '1.0.0']) {
      expect(await switchTo(layout, version)).toBe(true);
      expect(await switchTo(layout, version)).toBe(false);
      expect(await readFile(join(layout.releases, 'current.txt'), 'utf8')).toBe(`v${version}\n`);
      expect(await readFile(join(layout.current, 'version'), 'utf8')).toBe(version);
      expect(await readCurrent(layout)).toEqual({ kind: 'release', version });
    }
    expect((await readdir(layout.releases)).toSorted()).toEqual(['current', 'current.txt', 'v1.0.0', 'v1.0.1']);
  });

  test('goes on with the file where there is one', async () => {
    const layout = await releases('1.0.0', '1.0.1');
    await switchTo(layout, '1.0.0');
    const plan = await planSwitch(layout, '1.0.1');
    expect(plan.pointer).toBe('file');
    await applySwitch(layout, plan);
    expect(await readFile(join(layout.releases, 'current.txt'), 'utf8')).toBe('v1.0.1\n');
  });

  test('gives way to the link alone where that is asked for', async ({ skip }) => {
    if (process.platform === 'win32') skip('links are not replaced there');
    const layout = await releases('1.0.0', '1.0.1');
    await switchTo(layout, '1.0.0');
    await applySwitch(layout, await planSwitch(layout, '1.0.1', { pointer: 'link' }));
    expect(await readCurrent(layout)).toEqual({ kind: 'release', version: '1.0.1' });
    expect((await readdir(layout.releases)).toSorted()).toEqual(['current', 'v1.0.0', 'v1.0.1']);
  });

  test.each<[string, (layout: DeployLayout) => Promise<void>]>([
    ['missing', async ({ current }) => rm(current)],
    [
      'that of the release before',
      async ({ current, releases: folder }) => (
        await rm(current),
        symlink(join(folder, 'v1.0.0'), current, 'junction')
      ),
    ],
    [
      'still beside its place',
      async ({ current, releases: folder }) => (
        await rm(current),
        symlink(join(folder, 'v1.0.1'), join(folder, '.current.next'), 'junction')
      ),
    ],
  ])('is finished at the start when the link is %s', async (_, damage) => {
    const layout = await releases('1.0.0', '1.0.1');
    await switchTo(layout, '1.0.1');
    await damage(layout);
    expect(await readCurrent(layout)).toEqual({ kind: 'release', version: '1.0.1' });
    expect((await recoverSwitch(layout)).repaired).not.toEqual([]);
    expect(await realpath(layout.current)).toBe(await realpath(join(layout.releases, 'v1.0.1')));
    expect((await readdir(layout.releases)).toSorted()).toEqual(['current', 'current.txt', 'v1.0.0', 'v1.0.1']);
  });

  test('can be taken back to none', async () => {
    const layout = await releases('1.0.0');
    await switchTo(layout, '1.0.0');
    expect(await switchTo(layout, undefined)).toBe(true);
    expect(await readCurrent(layout)).toEqual({ kind: 'none' });
    expect(await readdir(layout.releases)).toEqual(['v1.0.0']);
  });

  test('is refused where a folder is in the place of the link', async () => {
    const layout = await releases('1.0.0');
    await mkdir(layout.current);
    await expect(planSwitch(layout, '1.0.0', { pointer })).rejects.toMatchObject({ code: 'LAYOUT_BLOCKED' });
    expect((await lstat(layout.current)).isDirectory()).toBe(true);
  });

  test('repairs a file that names no release', async () => {
    const layout = await releases('1.0.0');
    for (const text of ['', 'v9.9.9\n', '../shared\n']) {
      await writeFile(join(layout.releases, 'current.txt'), text);
      expect(['foreign', 'dangling']).toContain((await readCurrent(layout)).kind);
      await switchTo(layout, '1.0.0');
      expect(await readCurrent(layout)).toEqual({ kind: 'release', version: '1.0.0' });
    }
  });
});
