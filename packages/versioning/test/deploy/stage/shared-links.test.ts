import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkStaged, type SharedLink } from '../../../src/deploy/index.ts';
import { temporaryFolder, type Tree } from '../../artifact/tree.ts';
import { newSite, SHOP, type Site } from '../layout/site.ts';

const CONFIG: SharedLink = { kind: 'file', path: 'config/local.json', target: 'config/local.json' };
const MEDIA: SharedLink = { kind: 'folder', path: 'public/media', target: 'media' };

const blocked = (found: string): object => ({
  code: 'LAYOUT_BLOCKED',
  message: expect.stringContaining(found) as string,
});

describe('links of a release', () => {
  test('lead to what outlives it, and a file may come later', async () => {
    const site = await newSite({ links: [CONFIG, MEDIA] });
    const { folder, missing } = await site.stage('1.0.0', {
      ...SHOP,
      'public/media/': '',
      'config/default.json': '{}',
    });
    expect(missing).toEqual(['config/local.json']);
    await writeFile(join(folder, 'config/local.json'), '{"a":1}');
    await writeFile(join(folder, 'public/media/a.png'), 'png');
    const next = await site.stage('1.0.1', SHOP);
    expect(next.missing).toEqual([]);
    expect(await readFile(join(next.folder, 'config/local.json'), 'utf8')).toBe('{"a":1}');
    expect(await readdir(join(next.folder, 'public/media'))).toEqual(['a.png']);
    expect(await checkStaged(site.layout, '1.0.0')).toEqual([]);
  });

  test.each<[string, Tree]>([
    ['a file in its place', { 'public/media': 'x' }],
    ['something in the folder in its place', { 'public/media/a.png': 'x' }],
    ['a file above it', { public: 'x' }],
    ['a file in the place of a linked one', { 'config/local.json': '{}' }],
  ])('are not made where the release has %s', async (_, tree) => {
    const site = await newSite({ links: [CONFIG, MEDIA] });
    const [path = ''] = Object.keys(tree);
    await expect(site.stage('1.0.0', tree)).rejects.toMatchObject(blocked(`got "${path}"`));
    expect(await readdir(site.layout.releases)).toEqual([]);
    // Left out, it is in nobody's way.
    await site.stage('1.0.0', { ...tree, 'main.js': '' }, { exclude: [`/${path}`] });
  });

  test.each<[string, (site: Site) => Promise<void>, string]>([
    [
      'leads in a circle',
      async ({ layout }) => symlink('media', join(layout.shared, 'media')),
      'nowhere or in a circle',
    ],
    [
      'leads nowhere',
      async ({ layout }) => symlink('/nowhere', join(layout.shared, 'media')),
      'nowhere or in a circle',
    ],
    ['is a file', async ({ layout }) => writeFile(join(layout.shared, 'media'), ''), 'a folder at shared/media'],
    [
      'leads into a release',
      async ({ layout }) => symlink(await made(layout.releases), join(layout.shared, 'media')),
      'outside of releases',
    ],
  ])('are not made to a folder that %s', async (_, change, found) => {
    const site = await newSite({ links: [MEDIA] });
    await rm(join(site.layout.shared, 'media'), { recursive: true });
    await change(site);
    await expect(site.stage('1.0.0', SHOP)).rejects.toMatchObject(blocked(found));
  });

  test('are not made to a folder in the place of a file', async () => {
    const site = await newSite({ links: [CONFIG] });
    await mkdir(join(site.layout.shared, 'config/local.json'));
    await expect(site.stage('1.0.0', SHOP)).rejects.toMatchObject(blocked('a file at shared/config/local.json'));
  });

  test('may lead to another disk', async () => {
    const site = await newSite({ links: [MEDIA] });
    const disk = await temporaryFolder();
    await rm(join(site.layout.shared, 'media'), { recursive: true });
    await symlink(disk, join(site.layout.shared, 'media'), 'junction');
    const { folder } = await site.stage('1.0.0', SHOP);
    await writeFile(join(folder, 'public/media/a.png'), 'png');
    expect(await readdir(disk)).toEqual(['a.png']);
  });
});

async function made(releases: string): Promise<string> {
  const folder = join(releases, 'v0.0.0', 'media');
  await mkdir(folder, { recursive: true });
  return folder;
}
