import { mkdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createManifest, formatSums, type Manifest, parseSums, scrub, verifyManifest } from '../../src/index.ts';
import { makeTree, tempFolder } from '../tree-builder.ts';

const pathsOf = ({ entries }: Manifest): string[] => entries.map(({ path }) => path);
const tree = { a: 'a', own: 'x', sub: { own: 'y' } };

describe('without', () => {
  it('leaves out a file of the directory by its path, not others of that name', async () => {
    await using at = await makeTree(tree);
    expect(pathsOf(await createManifest(at.path, { without: [join(at.path, 'own')] }))).toEqual([
      'a',
      'sub',
      'sub/own',
    ]);
    expect(pathsOf(await createManifest(at.path, { without: [join(at.path, 'sub/own'), join(at.path, 'a')] }))).toEqual(
      ['own', 'sub'],
    );
  });

  it.each<[string, (path: string, outside: string) => Promise<[directory: string | URL, file: string]>]>([
    ['relative paths', async (path) => [relative(process.cwd(), path), relative(process.cwd(), join(path, 'sub/own'))]],
    ['a URL of the directory', async (path) => [pathToFileURL(path), join(path, 'sub/own')]],
    ['a slash at its end', async (path) => [`${path}/`, `${path}/sub//own`]],
    ['a directory that is a link', async (path, outside) => [await link(outside, path), join(path, 'sub/own')]],
    ['a path through a link', async (path, outside) => [path, join(await link(outside, path), 'sub/own')]],
    ['a link from outside', async (path, outside) => [path, await link(outside, join(path, 'sub/own'))]],
  ])('finds the file with %s', async (_name, ways) => {
    await using outside = await tempFolder();
    await using at = await makeTree(tree);
    const [directory, file] = await ways(at.path, outside.path);
    expect(pathsOf(await createManifest(directory, { without: [file] }))).toEqual(['a', 'own', 'sub']);
  });

  it('leaves out a link in the directory with the file that it leads to', async () => {
    await using at = await makeTree({ ...tree, link: { link: 'sub/own' } });
    expect(pathsOf(await createManifest(at.path, { without: [join(at.path, 'link')] }))).toEqual(['a', 'own', 'sub']);
  });

  it('a file that is not there, or not in the directory, leaves out nothing', async () => {
    await using at = await makeTree(tree);
    await using beside = await makeTree(tree);
    for (const file of [`${at.path}own`, join(at.path, '../own'), join(beside.path, 'a'), at.path, '/no/such/place']) {
      expect(pathsOf(await createManifest(at.path, { without: [file] }))).toEqual(['a', 'own', 'sub', 'sub/own']);
    }
  });

  it('a file that comes later is left out when it is there, and the predicate counts as well', async () => {
    await using at = await makeTree(tree);
    const options = { without: [join(at.path, 'sub/later')], include: ({ path }: { path: string }) => path !== 'own' };
    const manifest = await createManifest(at.path, options);
    await writeFile(join(at.path, 'sub/later'), 'z');
    expect((await verifyManifest(at.path, manifest, options)).ok).toBe(true);
    expect(await verifyManifest(at.path, manifest)).toMatchObject({ counts: { extra: 2 } });
  });

  it('a file that the manifest lists counts all the same, and is missing when it is gone', async () => {
    await using at = await makeTree(tree);
    await using folder = await tempFolder();
    const [manifest, without] = [await createManifest(at.path), [join(at.path, 'own')]];
    const state = join(folder.path, 'state');
    await unlink(join(at.path, 'own'));
    for (const each of [manifest, parseSums(formatSums(manifest))]) {
      expect(await verifyManifest(at.path, each, { without })).toMatchObject({ ok: false, counts: { missing: 1 } });
      expect(await scrub(at.path, { manifest: each, state, without })).toMatchObject({ counts: { missing: 1 } });
    }
  });

  it.runIf(process.platform === 'linux')(
    'a file in a folder whose name is not UTF-8 is found through a link',
    async () => {
      await using at = await makeTree({});
      await using outside = await tempFolder();
      const odd = Buffer.concat([Buffer.from(`${at.path}/odd`), Buffer.of(0xff)]);
      await mkdir(odd);
      await symlink(odd, join(outside.path, 'way'));
      await writeFile(join(outside.path, 'way/own'), 'x');
      expect((await createManifest(at.path)).entries).toHaveLength(2);
      expect((await createManifest(at.path, { without: [join(outside.path, 'way/own')] })).entries).toHaveLength(1);
    },
  );
});

async function link(folder: string, target: string): Promise<string> {
  const path = join(folder, 'link');
  await symlink(target, path);
  return path;
}
