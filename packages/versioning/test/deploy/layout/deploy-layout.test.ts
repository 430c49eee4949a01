import { lstat, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyLayout,
  deployLayout,
  type DeployLayoutOptions,
  planLayout,
  releaseFolder,
  stageRelease,
  versionName,
} from '../../../src/deploy/index.ts';
import { folderName, versionOf } from '../../../src/deploy/layout/release-name.ts';
import { temporaryFolder } from '../../artifact/tree.ts';
import { newSite } from './site.ts';

const root = resolve('/srv/shop');

describe('a layout', () => {
  test('has its folders below the root, and variables for those that are shared', () => {
    const layout = deployLayout({ root, sharedFolders: ['media', 'uploads/large'], env: { CACHE: '${API_ROOT}/tmp' } });
    expect(layout).toMatchObject({
      current: join(root, 'releases', 'current'),
      backups: join(root, 'backups'),
      links: [
        { kind: 'folder', path: 'media', target: 'media' },
        { kind: 'folder', path: 'uploads/large', target: 'uploads/large' },
      ],
      env: { MEDIA_ROOT: '${API_ROOT}/shared/media', CACHE: '${API_ROOT}/tmp' },
    });
    expect(Object.keys(deployLayout({ root }).env)).toEqual(['DATABASE_URL', 'MEDIA_ROOT', 'LOG_DIR']);
  });

  test.each<[string, DeployLayoutOptions, string]>([
    ['root is relative', { root: 'shop' }, 'Expected API_ROOT to be an absolute path, got "shop"'],
    ['root means something in URLs', { root: `${root}#1` }, 'Expected API_ROOT without "#"'],
    ['root has a line end', { root: `${root}\n` }, 'Expected API_ROOT without'],
    ['backups lie among the releases', { root, backups: 'releases/backups' }, 'Expected backups in a folder'],
    ['backups are the root', { root, backups: '.' }, 'Expected backups in a folder'],
    ['shared folder leads out', { root, sharedFolders: ['../db'] }, 'Expected a path in its place'],
    ['shared folder lies in another', { root, sharedFolders: ['db', 'db/old'] }, 'Expected a path in its place'],
    ['link leads out', { root, links: [{ kind: 'file', path: 'a', target: '/etc/passwd' }] }, 'the target of a link'],
    [
      'link lies in another',
      { root, links: ['a', 'a/b'].map((path) => ({ kind: 'folder', path, target: path })) },
      'for links',
    ],
    [
      'link takes the place of .env',
      { root, links: [{ kind: 'file', path: '.env', target: 'x' }] },
      'Expected links but for',
    ],
    ['variable has no name', { root, env: { 'A B': '' } }, 'Expected the name of a variable for env, got "A B"'],
    [
      'variable is the root',
      { root, env: { API_ROOT: '/x' } },
      'Expected the name of a variable for env, got "API_ROOT"',
    ],
  ])('is refused whose %s', (_, options, message) => {
    const error = { code: 'INVALID_OPTION', message: expect.stringContaining(message) as string };
    expect(() => deployLayout(options)).toThrow(expect.objectContaining(error));
  });
});

describe('the folders of a layout', () => {
  test('are made once, and those that are there stay as they are', async () => {
    const folder = await temporaryFolder();
    const layout = deployLayout({ root: join(folder, 'shop'), backups: join(folder, 'elsewhere') });
    await mkdir(layout.shared, { recursive: true });
    const plan = await planLayout(layout);
    expect(await readdir(layout.root)).toEqual(['shared']);
    expect(plan.folders.filter(({ isThere }) => isThere).map(({ path }) => path)).toEqual([layout.root, layout.shared]);
    const made = await applyLayout(plan);
    expect(made).toEqual(plan.folders.filter(({ isThere }) => !isThere).map(({ path }) => path));
    for (const { path } of plan.folders) expect((await stat(path)).isDirectory()).toBe(true);
    if (process.platform !== 'win32') expect((await stat(layout.state)).mode & 0o777).toBe(0o700);
    expect(await applyLayout(await planLayout(layout))).toEqual([]);
  });

  test('may lie behind a link', async () => {
    const { layout } = await newSite();
    const disk = await temporaryFolder();
    await rm(join(layout.shared, 'media'), { recursive: true });
    await symlink(disk, join(layout.shared, 'media'), 'junction');
    expect((await planLayout(layout)).folders.every(({ isThere }) => isThere)).toBe(true);
  });

  test.each<[string, (root: string) => Promise<void>, string]>([
    ['a file', async (at) => writeFile(join(at, 'shared'), ''), 'no folder'],
    [
      'a link that leads nowhere',
      async (at) => symlink(join(at, 'none'), join(at, 'releases'), 'junction'),
      'leads nowhere',
    ],
    ['a link in a circle', async (at) => symlink(join(at, 'backups'), join(at, 'backups'), 'junction'), 'circle'],
    [
      'a folder at current',
      async (at) => void (await mkdir(join(at, 'releases/current'), { recursive: true })),
      'Expected a link',
    ],
  ])('are not made where %s is in the way', async (_, block, found) => {
    const folder = await temporaryFolder();
    await block(folder);
    const error = { code: 'LAYOUT_BLOCKED', message: expect.stringContaining(found) as string };
    const before = await readdir(folder);
    await expect(planLayout(deployLayout({ root: folder }))).rejects.toMatchObject(error);
    expect(await readdir(folder)).toEqual(before);
  });

  test('are asked for by whatever needs them', async () => {
    const folder = await temporaryFolder();
    const layout = deployLayout({ root: join(folder, 'shop') });
    const content = { kind: 'folder', path: folder } as const;
    await expect(stageRelease(layout, { version: '1.0.0', content })).rejects.toMatchObject({ code: 'LAYOUT_MISSING' });
    await expect(lstat(layout.root)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the folder of a release', () => {
  const layout = deployLayout({ root });

  test('begins with v for a semantic version, and is the name itself for any other', () => {
    expect(releaseFolder(layout, '1.0.5')).toBe(join(layout.releases, 'v1.0.5'));
    expect(releaseFolder(layout, 'v1.0.5')).toBe(join(layout.releases, 'v1.0.5'));
    expect(releaseFolder(layout, '2026-01-31_a')).toBe(join(layout.releases, '2026-01-31_a'));
  });

  test.each([
    '',
    '.',
    '..',
    'current',
    'CURRENT',
    'current.txt',
    'a/b',
    'a\\b',
    '.hidden',
    'a.',
    'nul',
    'a b',
    'é',
    'x'.repeat(129),
  ])('can not be called %j', (version) => {
    expect(() => versionName(version)).toThrow(expect.objectContaining({ code: 'INVALID_VERSION' }));
  });

  test('tells its version', () => {
    const word = fc.stringMatching(/^[0-9A-Za-z]{1,8}$/);
    const version = fc.oneof(
      fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((numbers) => numbers.join('.')),
      fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('-')),
      fc.tuple(fc.nat(9), word).map(([number, tag]) => `v${number}.0.0-${tag}+${tag}`),
    );
    fc.assert(
      fc.property(version, (text) => {
        let name: string;
        try {
          name = folderName(text);
        } catch {
          return;
        }
        expect(versionOf(name)).toBe(versionName(text));
        expect(folderName(versionName(text))).toBe(name);
      }),
    );
  });
});
