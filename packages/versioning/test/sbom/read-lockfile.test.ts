import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLockfile } from '../../src/index.ts';
import { SHOP, SHOPS, shopGraph } from './shop.ts';

let base = '';
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'sbom-'))));
afterAll(() => rm(base, { recursive: true, force: true }));

/** A folder with files from their contents. */
async function folderOf(name: string, files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = join(base, name);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

const manifests = Object.fromEntries(
  Object.entries(SHOP).map(([path, manifest]) => [join(path, 'package.json'), manifest]),
);

test.each(SHOPS)('the folder of %s gives what its text and manifests give', async (file) => {
  const folder = await folderOf(dirname(file), manifests);
  await cp(new URL(`fixtures/${dirname(file)}`, import.meta.url), folder, { recursive: true });
  expect(await readLockfile(folder)).toEqual(shopGraph(file));
});

const LOCKFILE = {
  lockfileVersion: 3,
  packages: {
    '': {},
    'node_modules/a': { version: '1.0.0', license: 'MIT' },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/d': { version: '1.0.0' },
    'node_modules/e': { version: '1.0.0', license: 'ISC' },
  },
};

test('installed manifests tell licences, but only those of the very package', async () => {
  const folder = await folderOf('licences', {
    'package-lock.json': LOCKFILE,
    'node_modules/a/package.json': '\uFEFF{ "name": "a", "version": "1.0.0", "license": "Apache-2.0" }',
    'node_modules/b/package.json': { name: 'b', version: '1.0.1', license: 'MIT' },
    'node_modules/c/package.json': { name: 'c', version: '1.0.0', licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] },
    'node_modules/d/package.json': '{',
  });
  const { components } = await readLockfile(folder);
  expect(components.map(({ licence }) => licence)).toEqual([
    'Apache-2.0',
    undefined,
    '(MIT OR GPL-2.0)',
    undefined,
    'ISC',
  ]);
  const unread = await readLockfile(folder, { readsLicences: false });
  expect(unread.components.map(({ licence }) => licence)).toEqual(['MIT', undefined, undefined, undefined, 'ISC']);
});

test('licences are found where pnpm and yarn install', async () => {
  const pnpm = await folderOf('pnpm', {
    'pnpm-lock.yaml': `lockfileVersion: '9.0'\npackages:\n  '@x/a@1.0.0':\n    resolution: {}\nsnapshots:\n  '@x/a@1.0.0(b@1.0.0)': {}\n`,
    'node_modules/.pnpm/@x+a@1.0.0_b@1.0.0/node_modules/@x/a/package.json': {
      name: '@x/a',
      version: '1.0.0',
      license: 'MIT',
    },
  });
  expect((await readLockfile(pnpm)).components[0]?.licence).toBe('MIT');
  const yarn = await folderOf('yarn', {
    'yarn.lock':
      '# yarn lockfile v1\n\na@1:\n  version "1.0.0"\n  dependencies:\n    b "1"\n\nb@1:\n  version "1.0.0"\n',
    'node_modules/a/node_modules/b/package.json': { name: 'b', version: '1.0.0', license: { type: 'ISC' } },
  });
  expect((await readLockfile(yarn)).components.map(({ licence }) => licence)).toEqual([undefined, 'ISC']);
});

test('a folder without a lockfile, and one with two, is refused', async () => {
  const none = await folderOf('none', { 'package.json': {} });
  await expect(readLockfile(none)).rejects.toMatchObject({ code: 'LOCKFILE_NOT_FOUND' });
  await expect(readLockfile(none, { file: 'yarn.lock' })).rejects.toMatchObject({ code: 'LOCKFILE_NOT_FOUND' });
  const two = await folderOf('two', { 'package-lock.json': LOCKFILE, 'yarn.lock': '# yarn lockfile v1\n' });
  await expect(readLockfile(two)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  expect((await readLockfile(two, { file: 'yarn.lock' })).kind).toBe('yarn-classic');
});

test('npm-shrinkwrap.json counts before package-lock.json, as for npm', async () => {
  const folder = await folderOf('shrinkwrap', {
    'package-lock.json': LOCKFILE,
    'npm-shrinkwrap.json': { lockfileVersion: 3, packages: { '': {} } },
  });
  expect((await readLockfile(folder)).components).toEqual([]);
});
