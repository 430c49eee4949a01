import { once } from 'node:events';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkStaged, readStaged, releaseStates, type StagedRelease } from '../../../src/deploy/index.ts';
import { type ArtifactContent, createArtifact, planArtifact, readContents } from '../../../src/index.ts';
import { plant, temporaryFolder, type Tree } from '../../artifact/tree.ts';
import { newSite, SHOP } from '../layout/site.ts';

/** An artefact with these files, and its digest. */
async function packed(tree: Tree): Promise<{ readonly path: string; readonly digest: string }> {
  const path = join(await temporaryFolder(), 'shop.zip');
  const { digest } = await createArtifact(await planArtifact(await plant(tree), { ignoreFiles: [] }), path);
  return { path, digest: String(digest) };
}

/** The names in a folder, however deep, with `->` for links. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(name.parentPath, name.name);
    const shown = path.slice(folder.length + 1).replaceAll('\\', '/');
    if (name.isSymbolicLink()) names.push(`${shown} ->`);
    else if (!name.isDirectory()) names.push(shown);
  }
  return names.toSorted();
}

const LINKS = ['db ->', 'logs ->', 'media ->'];

describe('a release', () => {
  test('is staged from an artefact, with links into shared and its .env', async () => {
    const site = await newSite();
    const { layout } = site;
    const artifact = await packed(SHOP);
    const seen: number[] = [];
    const staged = await site.stage(
      '1.0.5',
      {},
      {
        content: { kind: 'artifact', ...artifact },
        onProgress: ({ bytes }) => seen.push(bytes),
      },
    );
    expect(await namesIn(staged.folder)).toEqual([
      '.env',
      'bin/start',
      ...LINKS.slice(0, 1),
      'lib/prices.js',
      ...LINKS.slice(1, 2),
      'main.js',
      'media ->',
    ]);
    expect((await stat(join(staged.folder, 'public'))).isDirectory()).toBe(true);
    expect(staged).toMatchObject({ version: '1.0.5', source: artifact.digest, files: 6, reuse: 'none', missing: [] });
    expect(staged.bytes).toBe(seen.at(-1));
    expect(await readStaged(layout, 'v1.0.5')).toEqual(staged);
    expect(await checkStaged(layout, '1.0.5')).toEqual([]);
    if (process.platform === 'win32') return;
    expect(await readlink(join(staged.folder, 'media'))).toBe('../../shared/media');
    expect((await stat(join(staged.folder, 'bin/start'))).mode & 0o100).toBe(0o100);
  });

  test('is staged from a folder, without what belongs to a machine or is left out', async () => {
    const site = await newSite();
    const tree: Tree = {
      ...SHOP,
      'db/app.sqlite': 'x',
      'node_modules/a/index.js': 'x',
      'venv/bin/python': 'x',
      'logs/x.log': 'x',
      'lib/media/kept.png': 'x',
      '.env': 'SECRET=1',
      'main.js.map': 'x',
      'notes.md': 'x',
      '.artifactignore': 'notes.md\n',
    };
    const { folder } = await site.stage('1.0.5', tree, { exclude: ['*.map'] });
    const kept = ['.artifactignore', '.env', 'bin/start', 'lib/media/kept.png', 'lib/prices.js', 'main.js'];
    expect(await namesIn(folder)).toEqual([...kept, ...LINKS].toSorted());
    expect(await readFile(join(folder, '.env'), 'utf8')).not.toContain('SECRET');
  });

  test('has the same digest for the same files, whatever they came from', async () => {
    const site = await newSite();
    const first = await site.stage('1.0.0', SHOP);
    const second = await site.stage(
      '1.0.1',
      {},
      { content: { kind: 'artifact', ...(await packed(SHOP)) }, previous: false },
    );
    expect(second.contents).toBe(first.contents);
    expect((await site.stage('1.0.2', { ...SHOP, more: '' })).contents).not.toBe(first.contents);
  });

  test('that is staged again from the same is left as it is, and from something else is refused', async () => {
    const site = await newSite();
    const first = await site.stage('1.0.0', SHOP);
    await writeFile(join(first.folder, 'cache'), 'written since');
    expect(await site.stage('v1.0.0', SHOP)).toEqual(first);
    expect(await readdir(first.folder)).toContain('cache');
    await expect(site.stage('1.0.0', { ...SHOP, 'main.js': '' })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    await mkdir(join(site.layout.releases, 'v2.0.0'));
    await expect(site.stage('2.0.0', SHOP)).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
  });

  test('is not staged from an artefact with another digest, and leaves nothing', async () => {
    const site = await newSite();
    const { path } = await packed(SHOP);
    const content = { kind: 'artifact', path, digest: `sha256:${'0'.repeat(64)}` } as const;
    await expect(site.stage('1.0.0', {}, { content })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await readdir(site.layout.releases)).toEqual([]);
  });

  test('is gone when it is given up on the way, and what was left before is removed', async () => {
    const site = await newSite();
    await site.write('releases/.v0.9.0.building/main.js', 'left by a kill');
    const stop = new AbortController();
    const onProgress = (): void => stop.abort(new Error('enough'));
    await expect(site.stage('1.0.0', SHOP, { signal: stop.signal, onProgress })).rejects.toThrow('enough');
    expect(await readdir(site.layout.releases)).toEqual([]);
  });
});

describe('an artefact whose contents are known from its release', () => {
  const WRONG = `sha256:${'0'.repeat(64)}`;

  test('is held against them, file by file', async () => {
    const site = await newSite();
    const artifact = await packed(SHOP);
    const contents = await readContents(artifact.path);
    const stage = async (version: string, list: readonly ArtifactContent[]): Promise<StagedRelease> =>
      site.stage(version, {}, { content: { kind: 'artifact', ...artifact, contents: list }, previous: '1.0.0' });
    expect(await stage('1.0.0', contents)).toMatchObject({ source: artifact.digest, reusedFiles: 0 });
    expect(await stage('1.0.1', contents)).toMatchObject({ reusedFiles: 3 });
    expect(await checkStaged(site.layout, '1.0.1')).toEqual([]);
    const change = (path: string, to: Partial<ArtifactContent>): readonly ArtifactContent[] =>
      contents.map((each) => (each.path === path ? { ...each, ...to } : each));
    for (const list of [
      contents.slice(1),
      [...contents, { path: 'more', kind: 'file', size: 0, executable: false, digest: WRONG } as const],
      change('main.js', { size: 1 }),
      change('main.js', { digest: WRONG }),
    ])
      await expect(stage('1.0.2', list)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect((await readdir(site.layout.releases)).toSorted()).toEqual(['v1.0.0', 'v1.0.1']);
    const content = { kind: 'artifact', path: 'none.zip', digest: WRONG, contents } as const;
    await expect(site.stage('1.0.2', {}, { content })).rejects.toMatchObject({ code: 'READ_FAILED' });
  });
});

describe('unchanged files', () => {
  const NEXT: Tree = { ...SHOP, 'lib/prices.js': 'export const price = 2;\n', 'new.js': '' };

  test('come from the release before, and a release that writes to its own does not change the other', async () => {
    const site = await newSite();
    const first = await site.stage('1.0.0', SHOP);
    const second = await site.stage('1.0.1', NEXT, { previous: '1.0.0' });
    // This disk has no clones, or it has.
    expect(['clones', 'hard-links']).toContain(second.reuse);
    expect(second).toMatchObject({ reusedFiles: 2, reusedBytes: 48 });
    expect(await checkStaged(site.layout, '1.0.1')).toEqual([]);
    const isShared =
      (await lstat(join(first.folder, 'main.js'))).ino === (await lstat(join(second.folder, 'main.js'))).ino;
    expect(isShared).toBe(second.reuse === 'hard-links');
    if (!isShared) return;
    expect((await lstat(join(second.folder, 'main.js'))).mode & 0o222).toBe(0);
    // As root may: then both say so.
    await chmod(join(second.folder, 'main.js'), 0o644);
    await writeFile(join(second.folder, 'main.js'), 'changed');
    for (const version of ['1.0.0', '1.0.1']) {
      expect(await checkStaged(site.layout, version)).toEqual([{ path: 'main.js', kind: 'changed' }]);
    }
  });

  test('are those of the current release by default, and of an artefact too', async () => {
    const site = await newSite();
    await site.stage('1.0.0', SHOP);
    await site.activate('1.0.0');
    const content = { kind: 'artifact', ...(await packed(NEXT)) } as const;
    expect(await site.stage('1.0.1', {}, { content })).toMatchObject({ reusedFiles: 2 });
    expect(await site.stage('1.0.2', {}, { content, reuse: 'none' })).toMatchObject({ reuse: 'none', reusedFiles: 0 });
    expect(await site.stage('1.0.3', {}, { content, previous: false })).toMatchObject({ reusedFiles: 0 });
  });

  test('are written where the release before has others than it was staged with', async () => {
    const site = await newSite();
    const { folder } = await site.stage('1.0.0', SHOP);
    await writeFile(join(folder, 'main.js'), 'console.log("show")\n');
    expect(await site.stage('1.0.1', SHOP, { previous: '1.0.0' })).toMatchObject({ reusedFiles: 2 });
    expect(await checkStaged(site.layout, '1.0.1')).toEqual([]);
  });

  test('are no hard links where something is installed, which might write to them', async () => {
    const site = await newSite();
    await site.stage('1.0.0', SHOP);
    const install = { command: [process.execPath, '-e', ''] } as const;
    const { reuse } = await site.stage('1.0.1', SHOP, { previous: '1.0.0', install });
    expect(reuse).not.toBe('hard-links');
  });

  test('that are shared all the same and written to by what is installed are told', async () => {
    const site = await newSite();
    await site.stage('1.0.0', SHOP);
    const script = 'fs.chmodSync("main.js", 0o644); fs.writeFileSync("main.js", "console.log(\\"show\\")\\n")';
    const { reuse } = await site.stage('1.0.1', SHOP, { previous: '1.0.0' });
    const install = { command: [process.execPath, '-e', script] } as const;
    const staged = site.stage('1.0.2', SHOP, { previous: '1.0.0', reuse: 'hard-links', install });
    if (reuse === 'clones') {
      await staged;
      expect(await checkStaged(site.layout, '1.0.0')).toEqual([]);
    } else {
      const error = { code: 'INSTALL_FAILED', message: expect.stringContaining('main.js') as string };
      await expect(staged).rejects.toMatchObject(error);
    }
  });
});

describe('a check of what was staged', () => {
  test('tells what is changed, missing, added, or may be run', async () => {
    const site = await newSite();
    const { folder } = await site.stage('1.0.0', { ...SHOP, 'a.js': '1', 'b.js': '1', 'c.js': '1' });
    await rm(join(folder, 'a.js'));
    await writeFile(join(folder, 'lib/prices.js'), 'export const price = 9;\n');
    await writeFile(join(folder, 'lib/cache'), '');
    const server = process.platform === 'win32' ? undefined : createServer().listen(join(folder, 'lib/socket'));
    if (server !== undefined) await once(server, 'listening');
    await rm(join(folder, 'media'), { recursive: true });
    await symlink('/etc', join(folder, 'media'), 'junction');
    await rm(join(folder, 'b.js'));
    await symlink('main.js', join(folder, 'b.js'));
    const expected = [
      { path: 'a.js', kind: 'missing' },
      { path: 'b.js', kind: 'changed' },
      { path: 'lib/cache', kind: 'added' },
      { path: 'lib/prices.js', kind: 'changed' },
      ...(server === undefined ? [] : [{ path: 'lib/socket', kind: 'added' }]),
      { path: 'media', kind: 'changed' },
    ];
    expect(await checkStaged(site.layout, '1.0.0')).toEqual(expected);
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
    expected.splice(4, 1);
    await chmod(join(folder, 'c.js'), 0o755);
    await chmod(join(folder, '.env'), 0o644);
    const modes = ['.env', 'c.js'].map((path) => ({ path, kind: 'mode' }));
    expect(await checkStaged(site.layout, '1.0.0')).toEqual(expect.arrayContaining([...expected, ...modes]));
    await rm(join(folder, '.env'));
    expect(await checkStaged(site.layout, '1.0.0')).toContainEqual({ path: '.env', kind: 'missing' });
  });

  test('that is quick reads only what has another size or time', async () => {
    const site = await newSite();
    const { folder } = await site.stage('1.0.0', SHOP);
    await utimes(join(folder, 'bin/start'), 1, 1);
    expect(await checkStaged(site.layout, '1.0.0', { quick: true })).toEqual([]);
    await writeFile(join(folder, 'main.js'), 'console.log("show")\n');
    expect(await checkStaged(site.layout, '1.0.0', { quick: true })).toEqual([{ path: 'main.js', kind: 'changed' }]);
  });

  test('needs something that was staged, and records that can be read', async () => {
    const site = await newSite();
    await expect(checkStaged(site.layout, '1.0.0')).rejects.toMatchObject({ code: 'NOT_STAGED' });
    await site.stage('1.0.0', SHOP);
    await site.write('.holdfast/releases/v1.0.0.files', '{"format":"holdfast-staged","version":0,"entries":2}\n{}\n');
    await expect(checkStaged(site.layout, '1.0.0')).rejects.toMatchObject({ code: 'INVALID_DEPLOY_RECORD' });
    await site.write('.holdfast/releases/v1.0.0.json', '{');
    await expect(readStaged(site.layout, '1.0.0')).rejects.toMatchObject({ code: 'INVALID_DEPLOY_RECORD' });
    await rm(join(site.layout.releases, 'v1.0.0'), { recursive: true });
    expect(await releaseStates(site.layout).list()).toEqual([]);
  });
});
